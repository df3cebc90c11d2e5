"""One process owns a data directory; the others learn who it is and where to reach it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.domain.errors import StoreInUse

_LOCK = "owner.lock"
_CARD = "owner.json"
_PATIENCE_S = 0.5  # somebody may hold the lock for a moment, to see whether it is free


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that holds a data directory; `address` is its API's URL, '' without one."""

    pid: int
    address: str = ""


class DataDirectory:
    """A data directory that this process owns."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def announce(self, address: str) -> None:
        """Tells other commands where this process answers, once it does."""
        card = self.path / f"{_CARD}.{os.getpid()}"
        card.write_text(json.dumps(asdict(Owner(os.getpid(), address))), encoding="utf-8")
        card.replace(self.path / _CARD)  # whole or not at all


@contextmanager
def own(directory: Path, *, address: str = "") -> Iterator[DataDirectory]:
    """Holds the directory (made when missing) until the end of the block; the operating system
    lets go of it when the process dies. Raises StoreInUse while another owner lives."""
    directory.mkdir(parents=True, exist_ok=True)
    lock = FileLock(directory / _LOCK, timeout=_PATIENCE_S, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise _in_use(directory) from error
    try:
        owned = DataDirectory(directory)
        owned.announce(address)
        yield owned
    finally:
        (directory / _CARD).unlink(missing_ok=True)
        lock.release()


def owner_of(directory: Path) -> Owner | None:
    """Who owns the directory right now; None when nobody does, whatever a dead owner left."""
    if not (directory / _CARD).exists():
        return None
    try:
        with FileLock(directory / _LOCK, timeout=0):
            return None
    except Timeout:
        return _card(directory)


def _card(directory: Path) -> Owner | None:
    try:
        return Owner(**json.loads((directory / _CARD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # between two writes, or not ours


def _in_use(directory: Path) -> StoreInUse:
    owner = _card(directory)
    who = f"process {owner.pid}" if owner else "another process"
    where = f" (it answers at {owner.address})" if owner and owner.address else ""
    return StoreInUse(
        f"The data directory {directory} belongs to {who}{where}.",
        hint="Let the command talk to that server, stop it, or choose another data directory.",
    )
