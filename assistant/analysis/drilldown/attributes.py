"""Which attributes of a service's requests are worth counting by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.domain.breakdown import AttributeUse

_MOST = 12  # attributes of one table
_MOST_SPANS = 0.5  # an attribute that fewer carry describes some kind of request, not all
# Sampled spans per value, below which values are ids: 2,000 spans show so few of about 6,000.
_REPEATS = 1.18
# What a request turned out to be, and what names the single request or the machinery that
# reports it (semantic conventions): a failure is no explanation of itself.
_NO_CAUSE = re.compile(
    r"(^|[._])(status|status_code|error|errors|exception|exceptions|response|duration|outcome|"
    r"result|trace_id|span_id|request_id|message|stacktrace|telemetry|otel|thread)([._]|$)"
)
# Named first where several attributes mean the same requests.
_FIRST = ("service.version", "operation")
_LAST = ("service.instance.id",)


def worthwhile(uses: Sequence[AttributeUse]) -> list[str]:
    """Names of at most twelve attributes that take two or more values, on most spans, and are
    neither ids nor outcomes; those with the fewest values first to stay."""
    told = [use for use in uses if _tells(use)]
    few = sorted(told, key=lambda use: (use.name not in (*_FIRST, *_LAST), use.values, use.name))
    names = [use.name for use in few[:_MOST]]
    return sorted(names, key=lambda n: (_rank(n), n))


def _tells(use: AttributeUse) -> bool:
    return (
        use.values >= 2
        and use.spans >= _MOST_SPANS * use.sampled
        and use.spans >= _REPEATS * use.values
        and not _NO_CAUSE.search(use.name)
    )


def _rank(name: str) -> int:
    if name in _FIRST:
        return _FIRST.index(name)
    return len(_FIRST) + (name in _LAST)
