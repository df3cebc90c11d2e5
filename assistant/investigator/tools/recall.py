"""What the vector store holds that is alike: signals and code, runbooks, past incidents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.domain.errors import InvalidPayload
from assistant.domain.evidence import EvidenceKind
from assistant.domain.knowledge import DocumentKind, Hit
from assistant.domain.report import SimilarIncident
from assistant.domain.window import from_ns
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting.framing import line
from assistant.investigator.prompting.words import HASH, clock
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

KINDS = {
    "logs": DocumentKind.LOG_TEMPLATE,
    "spans": DocumentKind.ERROR_SPAN,
    "code": DocumentKind.HUNK,
    "runbooks": DocumentKind.RUNBOOK,
}
_HITS = 12
_SNIPPET, _PAGE = 200, 900
# Below these a text has nothing to do with the question: over four incidents and six questions,
# what belonged scored .29 and more, what did not .25 and less; by words alone, before texts are
# embedded, there is no such gap.
_LIKE, _SAME_WORDS = 0.28, 0.2


def search(
    desk: Desk, notebook: Notebook, query: str, kind: str = "", service: str = ""
) -> Finding:
    """Texts close in meaning and words: log templates, failing spans, hunks of commits, runbooks;
    one kind of them if asked."""
    if kind and kind not in KINDS:
        raise InvalidPayload(f"There is no kind {kind!r}.", hint=f"Kinds: {', '.join(KINDS)}.")
    kinds = [KINDS[kind]] if kind else list(KINDS.values())
    name = desk.service(service)
    hits = _hits(desk, query, kinds, [name] if name else [])
    day = desk.report.window.start
    asked = _asked(desk, f"{kind or 'anything'} like “{query}”", f"search {query}", name)
    return finding(asked, [_row(h, day) for h in hits], desk, notebook)


def similar_incidents(desk: Desk, notebook: Notebook) -> Finding:
    """Finished investigations that this one is like, with their remedy and outcome, likest first.
    They prove nothing about this one."""
    rows = [_incident(found) for found in desk.report.similar]
    asked = Asked(
        "past incidents that this one is like",
        f"similar report={desk.report.id}",
        desk.report.window,
        EvidenceKind.DOCUMENT,
        nothing="None is alike; `runbooks` may know what to do.",
        timed=False,
    )
    return finding(asked, rows, desk, notebook)


def _incident(found: SimilarIncident) -> str:
    remedy = f"; remedy: {line(found.remedy)}" if found.remedy else ""
    outcome = f"; in the end: {line(found.outcome)}" if found.outcome else ""
    return (
        f"{found.likeness:.2f} alike: {found.at:%F %H:%M} UTC report {line(found.report_id, 40)}, "
        f"{found.verdict}: {line(found.headline)}{remedy}{outcome}"
    )


def runbooks(desk: Desk, notebook: Notebook, query: str) -> Finding:
    """Passages of runbooks about a symptom, a service or a thing to do."""
    hits = _hits(desk, query, [DocumentKind.RUNBOOK], [])
    day = desk.report.window.start
    asked = _asked(desk, f"runbooks about “{query}”", f"runbooks {query}", "")
    return finding(asked, [_row(h, day, _PAGE) for h in hits[:3]], desk, notebook, total=len(hits))


def _hits(
    desk: Desk, query: str, kinds: Sequence[DocumentKind], services: Sequence[str]
) -> list[Hit]:
    wanted = desk.redactor.text(query.strip())
    if not wanted:
        raise InvalidPayload("There is nothing to look for.", hint="Give words or a sentence.")
    search_in, found = desk.sources.knowledge.search, list[Hit]()
    signals = [kind for kind in kinds if kind is not DocumentKind.RUNBOOK]
    if signals:
        found += search_in(wanted, kinds=signals, services=services, limit=_HITS)
    if DocumentKind.RUNBOOK in kinds and not services and (known := desk.runbooks()):
        passages = [DocumentKind.RUNBOOK]
        found += search_in(wanted, kinds=passages, references=known, limit=_HITS)
    alike = [h for h in found if h.score >= (_SAME_WORDS if h.semantic is None else _LIKE)]
    # A hunk of a shared library stands there once for each service that it was deployed with.
    distinct: dict[str, Hit] = {}
    for hit in sorted(alike, key=lambda h: -h.score):
        distinct.setdefault(hit.document.text, hit)
    return list(distinct.values())


def _asked(desk: Desk, what: str, query: str, service: str) -> Asked:
    return Asked(
        line(what),
        line(query),
        desk.report.window,
        EvidenceKind.DOCUMENT,
        service,
        "Nothing is close enough; say it in other words, or ask `logs` and `changes`.",
        "say it more closely",
        timed=False,
    )


def _row(hit: Hit, day: datetime, limit: int = _SNIPPET) -> str:
    found = hit.document
    kind = next(name for name, kind in KINDS.items() if kind is found.kind)
    is_hunk = found.kind is DocumentKind.HUNK
    source = found.reference[:HASH] if is_hunk else found.reference.partition("@")[0]
    about = " ".join(line(part, 100) for part in (found.service, source, found.path) if part)
    holds_always = found.kind is DocumentKind.RUNBOOK or not found.last_ns
    seen = "" if holds_always else f" last {clock(from_ns(found.last_ns), day)}"
    return f"{hit.score:.2f} {kind} {about}{seen}: {line(found.text, limit)}"
