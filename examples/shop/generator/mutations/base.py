"""What can go wrong: each mutation is an edit of the code, or an act upon the world."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from examples.shop.repository.edits import Change, Tree


class Changes(Protocol):
    """The edits of a mutation for a tree, in which some values may be drawn."""

    def __call__(self, tree: Tree, chance: random.Random) -> Sequence[Change]: ...


@dataclass(frozen=True, slots=True)
class Lure:
    """An innocent commit that looks guilty for this mutation."""

    role: str
    message: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Mutation:
    """`role` is deployed with the change (code) or stands at the cause (world); `failing` is the
    first to fail. `ambience` asks for surroundings that are healthy by themselves but that the
    fault needs to show (see surroundings.Ambience)."""

    name: str
    family: str  # code, configuration, dependency, data, infrastructure, none
    role: str
    failing: str
    remediation: str
    messages: tuple[str, ...] = ()
    changes: Changes | None = None
    act: Callable[[Any], Awaitable[None]] | None = None
    ambience: Mapping[str, float] = field(default_factory=dict)
    lures: tuple[Lure, ...] = ()
    monitors: tuple[str, ...] = ()  # kinds of alert that suit best, see alerts.RULES
    needs: tuple[str, str] = ("", "")  # a file of the shop, and a text that must be in it
    shared: bool = False  # in the library or the schema: later commits carry it too
    weight: float = 1.0

    @property
    def guilty(self) -> bool:
        return self.changes is not None
