"""Failures that are all about the same thing: one record, one key, one customer.

When nearly every failing record names the same subject while work on other subjects goes on, the
subject is bad, not the code: the idea behind attribute drill-down (Adtributor, Bhagwan et al.,
NSDI 2014), applied to the variable parts of one log template.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assistant.domain.signals import LogRecord, Span

_SUBJECT = re.compile(
    r"\b([\w.-]*(?:id|key|offset|record|message|msg|sku|order|user|tenant|customer|account|item|row))"
    r"\s*[=:]\s*\"?([\w.:/-]*\d[\w.:/-]*)",
    re.IGNORECASE,
)
_FEWEST = 5
_NEARLY_ALL = 0.9


def repeated_subject(samples: Sequence[LogRecord]) -> str:
    """`record_id=e-88213` when nearly all of at least five records name it; '' otherwise. Ids of
    traces and requests are never the subject: each failure has its own."""
    named = Counter(
        f"{key}={value.rstrip('.:/')}"
        for record in samples
        for key, value in dict(_SUBJECT.findall(record.body)).items()
        if not re.search(r"trace|span|request|correlation", key, re.IGNORECASE)
    )
    if len(samples) < _FEWEST or not named:
        return ""
    subject, count = max(named.items(), key=lambda item: (item[1], len(item[0])))
    return subject if count >= _NEARLY_ALL * len(samples) else ""


# What a span does, where and how it ended, is not what it is about.
_MANNER = re.compile(
    r"^(?:http|url|db|error|exception|code|rpc|server|client|network|net|otel|user_agent|thread"
    r"|process|host|service|telemetry|kind|peer)\b"
)


def shared_value(broken: Sequence[Span], sound: Sequence[Span]) -> str:
    """`messaging.destination.name=imports` when nearly all broken spans carry that value of an
    attribute and no sound one does, while the sound ones carry others; '' otherwise."""
    counts = Counter(pair for span in broken for pair in _subjects(span))
    elsewhere = {pair for span in sound for pair in _subjects(span)}
    known = {name for name, _ in elsewhere}
    apart = {
        (name, value): count
        for (name, value), count in counts.items()
        if count >= _NEARLY_ALL * len(broken) and (name, value) not in elsewhere and name in known
    }
    if not apart:
        return ""
    name, value = max(apart, key=lambda pair: (apart[pair], pair))
    return f"{name}={value}"


def _subjects(span: Span) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in span.attributes.items()
        if isinstance(value, str) and not _MANNER.match(name)
    ]
