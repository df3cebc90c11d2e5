"""Log records counted by shape."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from assistant.domain.signals import LogRecord, LogShape
from retrievers.grids import Grid

MAX_SHAPES = 20_000


def shapes(records: Sequence[LogRecord], grid: Grid) -> list[LogShape]:
    alike: defaultdict[tuple[str, str], list[LogRecord]] = defaultdict(list)
    for record in records:
        alike[record.service, record.shape].append(record)
    most_first = sorted(alike, key=lambda key: (-len(alike[key]), key))
    return [_shape(alike[key], grid) for key in most_first[:MAX_SHAPES]]


def _shape(records: Sequence[LogRecord], grid: Grid) -> LogShape:
    steps = Counter((r.time_ns - grid.start_ns) // grid.step_ns for r in records)
    earliest = min(records, key=lambda r: r.time_ns)
    return LogShape(
        service=earliest.service,
        shape=earliest.shape,
        severity_number=max(r.severity_number for r in records),
        counts=grid.counts(list(steps.keys()), list(steps.values())),
        start_ns=grid.start_ns,
        step_ns=grid.step_ns,
        first_ns=earliest.time_ns,
        last_ns=max(r.time_ns for r in records),
        exemplar=earliest,
    )
