"""Ports that have nothing to remember."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from assistant.domain.catalogue import Catalogue
from assistant.domain.signals import SignalBatch

Result = TypeVar("Result")


class NoRedaction:
    """A `Redactor` for data that holds no secrets."""

    def text(self, text: str) -> str:
        return text

    def batch(self, batch: SignalBatch) -> SignalBatch:
        return batch


@dataclass(frozen=True, slots=True)
class FixedCatalogue:
    """A `CatalogueSource` that always gives the same catalogue."""

    value: Catalogue = field(default_factory=Catalogue)

    def catalogue(self) -> Catalogue:
        return self.value


def run_inline(function: Callable[..., Result], /, *arguments: object) -> Result:
    """`Compute` in place."""
    return function(*arguments)
