"""The evidence of a report, and what tools found since: everything an answer may cite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import Report
from assistant.domain.window import TimeWindow


class Notebook:
    """Hands out ids that continue those of the report; the same content always gets the same id.
    Tools of one turn run in several threads."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._known = {e.id: e for e in report.evidence}
        self._ids = {_content(e.kind, e.service, e.excerpt): e.id for e in report.evidence}
        self._next = 1 + max((_number(e.id) for e in report.evidence), default=0)
        self._lock = Lock()

    def add(
        self,
        kind: EvidenceKind,
        title: str,
        excerpt: str,
        query: str,
        window: TimeWindow,
        service: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> str:
        """Keep it and return its id."""
        content = _content(kind, service, excerpt)
        with self._lock:
            if content not in self._ids:
                found = f"E{self._next}"
                self._next += 1
                self._ids[content] = found
                self._known[found] = Evidence(
                    found, kind, title, excerpt, query, window, service, data=dict(data or {})
                )
            return self._ids[content]

    def keep(self, found: Evidence) -> str:
        """Evidence that code of the analysis wrote, under an id of this notebook."""
        return self.add(
            found.kind,
            found.title,
            found.excerpt,
            found.query,
            found.window,
            found.service,
            found.data,
        )

    def cited(self, evidence_id: str) -> Evidence | None:
        with self._lock:
            return self._known.get(evidence_id)

    def found(self) -> tuple[Evidence, ...]:
        """What tools added to the evidence of the report, in that order."""
        with self._lock:
            return tuple(self._known.values())[len(self._report.evidence) :]

    def evidence(self, used: Iterable[str] = ()) -> tuple[Evidence, ...]:
        """All of the report's, and of what was found since that which is used."""
        wanted = set(used)
        return (*self._report.evidence, *(e for e in self.found() if e.id in wanted))


def _content(kind: EvidenceKind, service: str, excerpt: str) -> tuple[str, str, str]:
    return kind.value, service, excerpt


def _number(evidence_id: str) -> int:
    digits = evidence_id[1:]
    return int(digits) if digits.isdigit() else 0
