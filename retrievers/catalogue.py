"""The service catalogue as people write it down, in TOML:

    [services.checkout]
    aliases = ["checkoutservice", "shop-checkout"]  # alert job or app, Kubernetes workload
    pods = ["checkout-*"]
    repository = "shop"
    paths = ["services/checkout/**"]
    owner = "payments on call"
    calls = ["payment", "orders-db"]  # what it depends on, where no trace shows it

    [shared.money]
    repository = "shop"
    paths = ["libs/money/**"]

Every key may be left out.
"""

from __future__ import annotations

import threading
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain.catalogue import Catalogue, ServiceEntry
from assistant.domain.errors import InvalidSettings


class _Shared(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    repository: str = ""
    paths: list[str] = []
    owner: str = ""


class _Service(_Shared):
    aliases: list[str] = []
    pods: list[str] = []
    calls: list[str] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    services: dict[str, _Service] = {}
    shared: dict[str, _Shared] = {}


class FileCatalogue:
    """A `CatalogueSource` over a file, read again when it changes; without a file, empty."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._read: tuple[int, Catalogue] = (-1, Catalogue())
        self.catalogue()  # a mistake in the file shows at the start, not at the first incident

    def catalogue(self) -> Catalogue:
        """Raises InvalidSettings, with the place, for a file that cannot be read."""
        if self._path is None:
            return Catalogue()
        with self._lock:
            try:
                changed = self._path.stat().st_mtime_ns
                if changed != self._read[0]:
                    self._read = (changed, _parse(self._path))
            except OSError as error:
                raise InvalidSettings(
                    f"The service catalogue {self._path} cannot be read: {error.strerror}.",
                    hint="Correct the setting `catalogue`.",
                ) from error
            return self._read[1]


def _parse(path: Path) -> Catalogue:
    try:
        file = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"The service catalogue {path} is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidSettings(f"{path}: {place}: {first['msg']}.") from error
    _check_names(path, file)
    services = [
        ServiceEntry(
            name=name,
            aliases=tuple(service.aliases),
            pod_patterns=tuple(service.pods),
            repository=service.repository,
            paths=tuple(service.paths),
            owner=service.owner,
            calls=tuple(service.calls),
        )
        for name, service in file.services.items()
    ]
    shared = [
        ServiceEntry(
            name,
            repository=library.repository,
            paths=tuple(library.paths),
            owner=library.owner,
            shared=True,
        )
        for name, library in file.shared.items()
    ]
    return Catalogue((*services, *shared))


def _check_names(path: Path, file: _File) -> None:
    """A name that stands for two services would make every answer about it arbitrary."""
    owner: dict[str, str] = {}
    for name, service in file.services.items():
        for alias in dict.fromkeys((name, *service.aliases)):
            if other := owner.get(alias):
                raise InvalidSettings(f"{path}: {alias!r} names both {other} and {name}.")
            owner[alias] = name
