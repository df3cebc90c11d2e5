"""Data that others wrote: messages nobody can read, tables that grew, answers of another form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, said
from assistant.analysis.causes.repetition import shared_value
from assistant.analysis.code.mechanisms import Mechanism
from assistant.analysis.traces.calltree import CallTree
from assistant.analysis.traces.origins import error_origins, failed
from assistant.domain.report import ScorePart
from assistant.domain.signals import Span, Trace

_BAD_DATA = Profile("bad_data", "purge_bad_data", frozenset({Mechanism.DATA, Mechanism.QUEUE}))
_GROWTH = Profile("data_growth", "purge_bad_data", frozenset({Mechanism.DATA}))
_FOREIGN = Profile("changed_answer", "fail_over", frozenset({Mechanism.EXTERNAL, Mechanism.DATA}))
_FEWEST = 5
_NEARLY_ALL = 0.8


def grown_data(clues: Clues) -> Iterator[OperationalCause]:
    """The same statement or request brings back many times as much, and takes longer for it."""
    for kind, calls in clues.calls.items():
        grown, slower = calls.fuller, calls.slower
        if grown is None or slower is None or not slower.moved or calls.reworded:
            continue
        before, after = grown
        reason = (
            f"{kind.operation} brings back {after:g} rows or bytes, before the onset {before:g}"
        )
        parts = [
            part("the same request brings back more", 5.5, reason, clues.slow(kind.caller)),
            part(
                "and takes longer",
                1.0,
                f"it takes {slower.after * 1000:.0f} ms, before {slower.before * 1000:.0f} ms",
            ),
            *old_code(clues),
        ]
        title = f"What {kind.operation} reads grew {after / max(before, 1.0):.0f}-fold"
        yield weigh(_GROWTH, title, kind.caller, parts)


def bad_messages(clues: Clues) -> Iterator[OperationalCause]:
    """Work fails when, and only when, it is about one thing: a topic, a tenant, a record. Before
    the onset nothing was about it (attribute drill-down, as in Bhagwan et al., "Adtributor", NSDI
    2014, with one element)."""
    spans = [s for t in _traces(clues) for s in t.spans]
    for service, operation in _failing_operations(clues):
        ours = [s for s in spans if (s.service, s.operation) == (service, operation)]
        broken = [s for s in ours if failed(s)]
        sound = [s for s in ours if not failed(s)]
        if len(broken) < _FEWEST or not sound:
            continue
        subject = shared_value(broken, sound)
        if not subject:
            continue
        reason = f"every failing {operation} is about {subject}, and none that succeeds"
        parts = [
            part("all about one thing", 4.0, reason, clues.failing_at(service)),
            *old_code(clues),
        ]
        yield weigh(_BAD_DATA, f"{service} cannot process {subject}", service, parts)


def unexpected_answers(clues: Clues) -> Iterator[OperationalCause]:
    """A service fails by itself right after somebody outside has answered without an error, in
    code that did not change; or somebody outside refuses what it is sent."""
    for who in clues.outside:
        yield from _misread(who, clues)
        yield from _refused(who, clues)


_OF_DATA = re.compile(
    r"(?:Key|Value|Type|Index|Attribute|Decode|Lookup|Parse|Format|Syntax|Unmarshal\w*)(?:Error|"
    r"Exception)|NullPointer|ClassCast|nil pointer|unmarshal|deseriali|unexpected (?:token|field|"
    r"end)|missing field|undefined|KeyNotFound|NoSuchElement",
    re.IGNORECASE,
)


def _misread(who: str, clues: Clues) -> Iterator[OperationalCause]:
    after: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    message: dict[str, str] = {}
    for tree, span in _own_failures(clues):
        text = f"{span.status_message} {_exception(span)}"
        if not _OF_DATA.search(text):
            continue
        calls = sorted(tree.children(span), key=tree.end_ns)
        outward = [c for c in calls if c.peer == who and not failed(c)]
        (after if outward else alone)[span.service] += 1
        message[span.service] = text.strip()
    for service, count in after.items():
        total = count + alone[service]
        if count < 2 or count < _NEARLY_ALL * total:
            continue
        reason = (
            f"{count} of {total} failures of {service} follow an answer of {who} that was "
            f"no error: {message[service][:80]}"
        )
        parts = [
            part("fails on the answer", 3.0, reason, clues.failing_at(service)),
            *old_code(clues),
        ]
        yield weigh(_FOREIGN, f"{who} answers in another form", service, parts)


def _refused(who: str, clues: Clues) -> Iterator[OperationalCause]:
    refusing = re.compile(rf"{re.escape(who)}.{{0,80}}?\b4(?:00|09|12|22)\b", re.DOTALL)
    told = [t for t in clues.templates if refusing.search(t.exemplar.body)]
    if not told:
        return
    first = min(told, key=lambda t: len(t.exemplar.body))
    parts = [
        part("it refuses what it is sent", 3.0, said(first), clues.scene.ids_of_templates(told)),
        *old_code(clues),
    ]
    calls = [c for kind, c in clues.calls.items() if kind.callee == who]
    refused = sum(c.after.failures for c in calls)
    sent = sum(len(c.after.seconds) for c in calls)
    if 0 < refused < sent:
        reason = f"{sent - refused} of {sent} requests to {who} pass meanwhile"
        parts.append(part("others pass", 1.0, reason))
    yield weigh(_BAD_DATA, f"{who} refuses what {first.service} sends", first.service, parts)


def old_code(clues: Clues) -> list[ScorePart]:
    """What fails was written before anything that went out."""
    frames = clues.symptoms.frames
    if frames and not clues.blamed:
        where = f"{frames[0].path}:{frames[0].line}"
        return [part("the code that fails is old", 2.0, f"no delivered commit wrote {where}")]
    service = clues.scene.first_failing
    if service and not clues.delivered_to(service):
        reason = f"nothing went out to {service} before the onset"
        return [part("nothing new where it fails", 2.0, reason)]
    return []


def _traces(clues: Clues) -> list[Trace]:
    observation = clues.observation
    traces = (*observation.ordinary, *observation.later, *observation.failing)
    return list({t.trace_id: t for t in traces}.values())


def _failing_operations(clues: Clues) -> list[tuple[str, str]]:
    """Where errors begin, and the work each belongs to."""
    origins = error_origins(clues.observation.failing)
    return list(dict.fromkeys((o.service, o.operation) for o in origins))


def _own_failures(clues: Clues) -> Iterator[tuple[CallTree, Span]]:
    """Failing spans of which no child fails."""
    for trace in {t.trace_id: t for t in clues.observation.failing}.values():
        tree = CallTree(trace)
        for span in tree.spans:
            if failed(span) and not any(failed(c) for c in tree.children(span)):
                yield tree, span


def _exception(span: Span) -> str:
    attributes = [e.get("attributes") or {} for e in span.events if e.get("name") == "exception"]
    return " ".join(str(a.get("exception.type", "")) for a in attributes if isinstance(a, dict))
