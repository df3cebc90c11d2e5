"""What the vector store holds: small texts with a kind, a service and a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DocumentKind(StrEnum):
    LOG_TEMPLATE = "log_template"
    ERROR_SPAN = "error_span"
    HUNK = "hunk"
    RUNBOOK = "runbook"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Document:
    """`id` is stable for the same content, so that writing it again changes only its times."""

    id: str
    kind: DocumentKind
    text: str
    service: str = ""
    first_ns: int = 0
    last_ns: int = 0
    reference: str = ""  # commit hash, trace id or file the text came from
    path: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    document: Document
    score: float  # 0..1, higher is closer
    lexical: float
    semantic: float | None  # None while embeddings are not ready
