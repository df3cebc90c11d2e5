"""The tree of one typical trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.analysis.account.evidence import trace_evidence
from assistant.analysis.logs.shapes import shape_of
from assistant.domain.evidence import EvidenceKind
from assistant.domain.signals import Span, SpanStatus, Trace
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting.framing import line
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

_READ = 40  # traces that the typical one is chosen from
_SPANS = 9  # that are shown whatever they are; what they lie in is shown too
_MESSAGE, _PASSED_ON = 160, 50  # characters, where a failure began and where it only passed


def trace(
    desk: Desk,
    notebook: Notebook,
    service: str = "",
    failing: bool = True,
    since: str = "",
    until: str = "",
) -> Finding:
    """The tree of the trace that stands for most of those that fail (that end in the same error),
    or of the slowest one; since the onset unless another time is asked for."""
    name = desk.service(service)
    since = since or (desk.onset.isoformat() if desk.onset in desk.report.window else "")
    window = desk.window(since, until)
    read = desk.sources.telemetry.traces(window, name, errors_only=failing, limit=_READ)
    what = "failing" if failing else "slowest"
    asked = Asked(
        f"a {what} trace through {name or 'any service'}",
        f"traces service={name} errors_only={failing}",
        window,
        EvidenceKind.TRACE,
        name,
        "Ask for traces that do not fail, another service or time; `logs` may tell more.",
        "its other spans",
    )
    if not read:
        return finding(asked, [], desk, notebook)
    chosen, alike = _typical(read) if failing else (max(read, key=_duration), 0)
    kind = f"{alike} of {len(read)} failing traces end like this one" if failing else ""
    title = f"A {what} trace{f': {kind}' if kind else ''}"
    told = trace_evidence("", chosen, title)
    asked = replace(asked, query=told.query, window=told.window, data=told.data, what=title)
    kept = _telling(chosen)
    return finding(asked, _tree(chosen, kept), desk, notebook, total=len(chosen.spans))


def _typical(traces: Sequence[Trace]) -> tuple[Trace, int]:
    """The first trace of the most frequent ending, and how many end so."""
    endings = [(t, _ending(t)) for t in traces]
    ending, times = Counter(e for _, e in endings).most_common(1)[0]
    return next(t for t, e in endings if e == ending), times


def _ending(found: Trace) -> tuple[str, str, str]:
    """Where the failure lies deepest: the last failing span to start that has no failing child."""
    failing = [s for s in found.spans if s.status is SpanStatus.ERROR]
    parents = {s.parent_span_id for s in failing}
    leaves = [s for s in failing if s.span_id not in parents] or failing
    if not leaves:
        return "", "", ""
    last = max(leaves, key=lambda s: s.start_ns)
    return last.service, last.operation, shape_of(last.status_message)


def _duration(found: Trace) -> int:
    return max(s.end_ns for s in found.spans) - min(s.start_ns for s in found.spans)


def _telling(found: Trace) -> frozenset[str]:
    """Ids of the spans that are shown: where a failure began, then the longest, with those that
    they lie in."""
    failing = {s.parent_span_id for s in found.spans if s.status is SpanStatus.ERROR}
    parents = {s.span_id: s.parent_span_id for s in found.spans}

    def rank(span: Span) -> tuple[bool, int]:
        began = span.status is SpanStatus.ERROR and span.span_id not in failing
        return not began, -span.duration_ns

    kept: set[str] = set()
    for span in sorted(found.spans, key=rank)[:_SPANS]:
        at = span.span_id
        while at in parents and at not in kept:
            kept.add(at)
            at = parents[at]
    return frozenset(kept)


def _tree(found: Trace, kept: frozenset[str]) -> list[str]:
    """Parents before children, by start; a span whose parent is unknown is a root."""
    known = {s.span_id for s in found.spans}
    children: dict[str, list[Span]] = {}
    for span in sorted(found.spans, key=lambda s: s.start_ns):
        parent = span.parent_span_id if span.parent_span_id in known else ""
        children.setdefault(parent, []).append(span)
    failing = {s.parent_span_id for s in found.spans if s.status is SpanStatus.ERROR}
    start = min(s.start_ns for s in found.spans)
    rows: list[str] = []
    waiting = [(span, 0) for span in reversed(children.get("", []))]
    seen: set[str] = set()
    while waiting:
        span, depth = waiting.pop()
        if span.span_id in seen:
            continue
        seen.add(span.span_id)
        if span.span_id in kept:
            rows.append(_row(span, depth, start, leads=span.span_id not in failing))
        waiting += [(child, depth + 1) for child in reversed(children.get(span.span_id, []))]
    return rows


def _row(span: Span, depth: int, start_ns: int, *, leads: bool) -> str:
    peer = f" → {line(span.peer, 60)}" if span.peer else ""
    message = _message(span, leads=leads) if span.status_message else ""
    status = " ERROR" if span.status is SpanStatus.ERROR else ""
    took = f"{_ms(span.duration_ns)} ms at +{_ms(span.start_ns - start_ns)}"
    where = f"{line(span.service, 60)} {line(span.operation, 80)}"
    return f"{'  ' * min(depth, 12)}{where}{peer} {took}{status}{message}"


def _message(span: Span, *, leads: bool) -> str:
    """Whole where the failure began: those above repeat it."""
    return f" “{line(shape_of(span.status_message), _MESSAGE if leads else _PASSED_ON)}”"


def _ms(nanoseconds: int) -> str:
    milliseconds = nanoseconds / 1e6
    return f"{milliseconds:.0f}" if abs(milliseconds) >= 100 else f"{milliseconds:.3g}"
