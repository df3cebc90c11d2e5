"""Telemetry, commits and runbooks as the small texts that the vector store holds.

A text is what a symptom will be compared with, so it speaks in words: paths and names are spelled
out, what varies from record to record is masked, and nothing is longer than an embedding reads.
"""

from __future__ import annotations

import hashlib
import re
from itertools import zip_longest

from assistant.analysis.logs.shapes import shape_of
from assistant.domain.changes import Commit, Hunk
from assistant.domain.knowledge import Document, DocumentKind
from assistant.domain.signals import LogShape, Span
from assistant.domain.window import to_ns

TEXT_CHARS = 1200  # about 300 tokens of code; the bundled model reads 256
_LINE_CHARS = 160
_FOREVER_NS = 2**63 - 1

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_WORD_BREAKS = re.compile(r"[/\\._\-]+|(?<=[a-z0-9])(?=[A-Z])")


def hunk_documents(commit: Commit, service: str = "") -> list[Document]:
    """One document per hunk with lines, in order; the time is that of the commit. Hunks that
    cannot be read (binary, too large) are found by their path and the commit's subject."""
    at_ns = to_ns(commit.committed_at)
    documents = {}
    for hunk in commit.hunks or ():
        text = _hunk_text(commit.subject, hunk)
        document = Document(
            id=_stable_id(DocumentKind.HUNK, service, commit.hash, text),
            kind=DocumentKind.HUNK,
            text=text,
            service=service,
            first_ns=at_ns,
            last_ns=at_ns,
            reference=commit.hash,
            path=hunk.path,
        )
        documents[document.id] = document
    return list(documents.values())


def template_document(shape: LogShape) -> Document:
    """The masked body with its earliest record as an exemplar; lasts from first to last seen."""
    exemplar = shape.exemplar.body
    text = shape.shape if exemplar == shape.shape else f"{shape.shape}\n{exemplar}"
    return Document(
        # The exemplar changes with the window that was asked for; the template does not.
        id=_stable_id(DocumentKind.LOG_TEMPLATE, shape.service, shape.shape),
        kind=DocumentKind.LOG_TEMPLATE,
        text=_capped(text),
        service=shape.service,
        first_ns=shape.first_ns,
        last_ns=shape.last_ns,
        reference=shape.exemplar.trace_id,
    )


def error_span_document(span: Span) -> Document:
    """What failed, calling whom, and with which message; ids and numbers are masked so that the
    same failure is one document."""
    exceptions = [
        f"{attributes.get('exception.type', '')}: {attributes.get('exception.message', '')}"
        for event in span.events
        if event.get("name") == "exception" and (attributes := event.get("attributes"))
    ]
    callee = f" calling {span.peer}" if span.peer else ""
    parts = [f"{span.service} {span.operation}{callee} failed", span.status_message, *exceptions]
    masked = [shape_of(part) for part in parts if part.strip(": ")]
    text = _capped("\n".join(dict.fromkeys(masked)))
    return Document(
        id=_stable_id(DocumentKind.ERROR_SPAN, span.service, text),
        kind=DocumentKind.ERROR_SPAN,
        text=text,
        service=span.service,
        first_ns=span.start_ns,
        last_ns=span.end_ns,
        reference=span.trace_id,
    )


def runbook_documents(name: str, markdown_text: str, service: str = "") -> list[Document]:
    """One document per section of a Markdown file, under the trail of its headings; long ones in
    several parts. A runbook holds at any time, so every window finds it."""
    documents = {}
    for trail, body in _sections(markdown_text):
        heading = " › ".join((name, *trail))
        for part in _parts(body, TEXT_CHARS - len(heading[:_LINE_CHARS]) - 1):
            text = f"{heading[:_LINE_CHARS]}\n{part}"
            document = Document(
                id=_stable_id(DocumentKind.RUNBOOK, service, name, text),
                kind=DocumentKind.RUNBOOK,
                text=text,
                service=service,
                last_ns=_FOREVER_NS,
                reference=name,
            )
            documents[document.id] = document
    return list(documents.values())


def _hunk_text(subject: str, hunk: Hunk) -> str:
    where = " ".join(word for word in _WORD_BREAKS.split(hunk.path) if word)
    head = [subject[:_LINE_CHARS], f"{hunk.path} ({where})", hunk.symbol[:_LINE_CHARS], hunk.note]
    # Removed and added lines take turns: a cut then leaves both sides of the change.
    body = [
        f"{sign} {line.text.strip()[:_LINE_CHARS]}"
        for pair in zip_longest(hunk.removed, hunk.added)
        for sign, line in zip(("removed", "added"), pair, strict=True)
        if line is not None and line.text.strip()
    ]
    return _capped("\n".join(part for part in (*head, *body) if part))


def _sections(markdown: str) -> list[tuple[tuple[str, ...], str]]:
    """(headings from the outermost, text below them) of every section that has text."""
    sections: list[tuple[tuple[str, ...], list[str]]] = [((), [])]
    trail: list[tuple[int, str]] = []
    fence = ""
    for line in markdown.splitlines():
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        heading = None if fence else _HEADING.match(line)  # '# a comment' in a shell example
        if heading is None:
            sections[-1][1].append(line)
            continue
        level = len(heading[1])
        trail = [*(above for above in trail if above[0] < level), (level, heading[2])]
        sections.append((tuple(title for _, title in trail), []))
    return [(titles, text) for titles, lines in sections if (text := "\n".join(lines).strip())]


def _parts(text: str, limit: int) -> list[str]:
    """Cut between paragraphs, so that each part has at most `limit` characters."""
    parts = [""]
    for paragraph in re.split(r"\n\s*\n", text):
        if parts[-1] and len(parts[-1]) + len(paragraph) + 2 > limit:
            parts.append("")
        parts[-1] = f"{parts[-1]}\n\n{paragraph}".strip()
        while len(parts[-1]) > limit:
            parts[-1:] = [parts[-1][:limit], parts[-1][limit:]]
    return parts


def _capped(text: str) -> str:
    return text if len(text) <= TEXT_CHARS else text[: TEXT_CHARS - 1] + "…"


def _stable_id(kind: DocumentKind, *parts: str) -> str:
    content = "\0".join((kind, *parts)).encode("utf-8", "surrogatepass")
    return f"{kind}-{hashlib.sha256(content).hexdigest()[:32]}"
