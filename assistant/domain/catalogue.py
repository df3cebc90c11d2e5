"""The service catalogue: one service and all the names it goes by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service: `aliases` are its other names (alert job or app, Kubernetes workload),
    `pod_patterns` are globs over pod names, `paths` are globs inside its repository."""

    name: str
    aliases: tuple[str, ...] = ()
    pod_patterns: tuple[str, ...] = ()
    repository: str = ""
    paths: tuple[str, ...] = ()
    owner: str = ""
    shared: bool = False  # paths of a shared library rather than of a running service
    guessed: bool = False
    calls: tuple[str, ...] = ()  # services it depends on, where no trace shows it


@dataclass(frozen=True, slots=True)
class Catalogue:
    entries: tuple[ServiceEntry, ...] = ()

    def names(self) -> tuple[str, ...]:
        return tuple(e.name for e in self.entries if not e.shared)

    def entry(self, name: str) -> ServiceEntry | None:
        return next((e for e in self.entries if e.name == name), None)
