"""What single traces tell: where an error began, where time went, what the answer waited for.

Spans arrive with missing parents, in cycles, out of order and from skewed clocks; everything here
first turns a trace into a forest (`calltree`) in which each of these has been dealt with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.analysis.traces.calltree import CallTree
from assistant.domain.signals import Span, SpanStatus, Trace

_GAVE_UP = ("timeout", "timed out", "time-out", "deadline")


@dataclass(frozen=True, slots=True)
class ErrorOrigin:
    """The deepest failing operation of failing traces. `service` is where it failed; when that
    span only calls a peer that sent no spans, `peer` names whom it blames. `timeout` when the span
    gave up waiting; `waited_for` is then the deepest service that was still busy for it."""

    service: str
    operation: str
    message: str
    exception: str
    peer: str
    timeout: bool
    waited_for: str
    count: int  # traces with this origin
    example: Span
    path: tuple[str, ...]  # services from the origin up to the root, in the example


def error_origins(traces: Iterable[Trace]) -> list[ErrorOrigin]:
    """Where the failing traces failed first, most frequent first: from each failing root down to
    failing children, as long as there are any; among several the one that ended first."""
    found: dict[tuple[str, str, str, str], list[tuple[Span, tuple[str, ...], str]]] = defaultdict(
        list
    )
    for trace in traces:
        tree = CallTree(trace)
        for span in _origins(tree):
            message, exception = _message(span)
            path = tuple(dict.fromkeys(s.service for s in tree.ancestry(span)))
            key = (span.service, span.operation, message, exception)
            found[key].append((span, path, _waited_for(tree, span) if gave_up(span) else ""))
    origins = [
        ErrorOrigin(
            service=service,
            operation=operation,
            message=message,
            exception=exception,
            peer=examples[0][0].peer,
            timeout=gave_up(examples[0][0]),
            waited_for=examples[0][2],
            count=len({span.trace_id for span, *_ in examples}),
            example=examples[0][0],
            path=examples[0][1],
        )
        for (service, operation, message, exception), examples in found.items()
    ]
    return sorted(origins, key=lambda o: (-o.count, o.example.start_ns, o.service, o.operation))


def _origins(tree: CallTree) -> list[Span]:
    """The deepest failing span under each failing span that has no failing parent."""
    found = []
    for span in tree.spans:
        parent = tree.parent(span)
        if not failed(span) or (parent is not None and failed(parent)):
            continue
        at = span
        while below := [c for c in tree.children(at) if failed(c)]:
            at = min(below, key=lambda c: (c.end_ns, c.start_ns))
        found.append(at)
    return found


def failed(span: Span) -> bool:
    """Whether the span says so, or answered with a status that means it."""
    if span.status is SpanStatus.ERROR:
        return True
    code = span.attributes.get("http.response.status_code") or span.attributes.get(
        "http.status_code"
    )
    return span.status is SpanStatus.UNSET and isinstance(code, int) and code >= 500


def _message(span: Span) -> tuple[str, str]:
    """(message, exception type): the status message, else that of the last exception event."""
    for event in reversed(span.events):
        attributes = event.get("attributes") or {}
        if isinstance(attributes, Mapping) and event.get("name") == "exception":
            message = span.status_message or str(attributes.get("exception.message", ""))
            return message, str(attributes.get("exception.type", ""))
    error = str(span.attributes.get("error.type", "") or "")
    return span.status_message, error


def gave_up(span: Span) -> bool:
    """Whether a failing span ended because it would not wait any longer."""
    text = " ".join(_message(span)).lower()
    return failed(span) and any(word in text for word in _GAVE_UP)


def _waited_for(tree: CallTree, span: Span) -> str:
    """Down into the children that were still busy when `span` gave up."""
    at, moment = span, tree.end_ns(span)
    while busy := [c for c in tree.children(at) if tree.start_ns(c) < moment <= tree.end_ns(c)]:
        at = max(busy, key=tree.end_ns)
    return at.service if at is not span else span.peer


def exclusive_seconds(trace: Trace) -> dict[str, float]:
    """Span id → seconds in which the span ran and none of its children did. Children are clipped
    to their parent; a child on a skewed clock is shifted into it first."""
    tree = CallTree(trace)
    return {span.span_id: tree.exclusive_ns(span) / 1e9 for span in tree.spans}


def critical_path(trace: Trace) -> list[Span]:
    """The spans the answer waited for, in the order in which their parts of the path begin: from
    the end of the root backwards, always into the child that finished last before that moment
    (Zhang, Ramanathan et al., "CRISP: Critical Path Analysis of Large-Scale Microservice
    Architectures", USENIX ATC 2022). Empty for a trace without spans."""
    return CallTree(trace).critical_path()
