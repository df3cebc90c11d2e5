"""Evidence: immutable excerpts that anyone can open and check."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assistant.domain.window import TimeWindow


class EvidenceKind(StrEnum):
    SERIES = "series"
    LOG = "log"
    TRACE = "trace"
    COMMIT = "commit"
    DEPLOYMENT = "deployment"
    FLAG = "flag"
    CONFIG = "config"
    TOPOLOGY = "topology"
    BREAKDOWN = "breakdown"
    ABSENCE = "absence"
    DOCUMENT = "document"  # of the vector store: runbooks, past incidents, what is alike


@dataclass(frozen=True, slots=True)
class Evidence:
    """`excerpt` is the quotable text; `data` is its machine-readable form (a series' points, a
    hunk's lines, a trace's spans) for pictures; `query` and `window` reproduce it."""

    id: str  # 'E1', 'E2', … within its report
    kind: EvidenceKind
    title: str
    excerpt: str
    query: str
    window: TimeWindow
    service: str = ""
    link: str = ""
    data: dict[str, Any] = field(default_factory=dict)
