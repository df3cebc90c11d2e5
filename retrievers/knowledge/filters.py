"""What a search is limited to, for the texts (SQL) and for the vector index (`where`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.domain.knowledge import Document, DocumentKind
from assistant.domain.window import TimeWindow

_HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class Filters:
    kinds: Sequence[DocumentKind] = ()
    services: Sequence[str] = ()
    window: TimeWindow | None = None
    references: Sequence[str] = ()

    def parameters(self) -> dict[str, str | int | None]:
        """For the named parameters of the SQL in `lexicon`: JSON lists and times, None for any."""
        lists = {column: json.dumps(values) for column, values in self._lists()}
        return {
            "kinds": lists.get("kind"),
            "services": lists.get("service"),
            "references": lists.get("reference"),
            "start_ns": self.window.start_ns if self.window else None,
            "end_ns": self.window.end_ns if self.window else None,
        }

    def where(self) -> dict[str, Any] | None:
        """In whole hours: it lets through a little too much, never too little."""
        conditions: list[dict[str, Any]] = [
            {column: {"$in": values}} for column, values in self._lists()
        ]
        if self.window is not None:
            conditions.append({"last_hour": {"$gte": self.window.start_ns // _HOUR_NS}})
            conditions.append({"first_hour": {"$lte": (self.window.end_ns - 1) // _HOUR_NS}})
        if len(conditions) > 1:
            return {"$and": conditions}
        return conditions[0] if conditions else None

    def _lists(self) -> list[tuple[str, list[str]]]:
        lists = {
            "kind": [kind.value for kind in self.kinds],
            "service": list(self.services),
            "reference": list(self.references),
        }
        return [(column, values) for column, values in lists.items() if values]


def metadata(document: Document) -> Mapping[str, str | int]:
    """What `where` can ask of a vector. Hours, so that a template seen again and again is
    written to the vector index once an hour and not at every delivery."""
    return {
        "kind": document.kind.value,
        "service": document.service,
        "reference": document.reference,
        "first_hour": document.first_ns // _HOUR_NS,
        "last_hour": document.last_ns // _HOUR_NS,
    }
