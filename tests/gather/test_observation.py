"""Traces with their logs, from both sides of the onset and from a time known to be good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistant.domain.report import Question
from assistant.domain.window import TimeWindow
from assistant.gather import Sources, observe, scope_of
from retrievers.memory import (
    FixedCatalogue,
    MemoryChangeLog,
    MemoryCodeHistory,
    MemoryKnowledge,
    MemoryReports,
    MemoryTelemetry,
    run_inline,
)
from tests.builders import NOON, a_batch, a_log, a_span, a_window, at, at_ns

YESTERDAY = TimeWindow(at(-24 * 60), at(-24 * 60 + 60))


def visit(telemetry: MemoryTelemetry, minute: float, *lines: str) -> None:
    """One trace of one span, with a record a second."""
    start = at_ns(minute)
    span = a_span(start_ns=start, duration_ns=10_000_000_000)
    records = [
        a_log(
            line, shape=line, trace_id=span.trace_id, span_id=span.span_id,
            time_ns=start + (i + 1) * 1_000_000_000,
        )
        for i, line in enumerate(lines)
    ]  # fmt: skip
    telemetry.append(a_batch(span, *records))


@pytest.fixture
def telemetry() -> MemoryTelemetry:
    """Yesterday all was well; today it never was."""
    found = MemoryTelemetry()
    for i in range(30):
        visit(found, -24 * 60 + i, "looked up", "found")
        visit(found, -25 + i, "looked up")
    return found


def sources(telemetry: MemoryTelemetry) -> Sources:
    return Sources(
        telemetry=telemetry,
        changes=MemoryChangeLog(),
        code=MemoryCodeHistory([]),
        knowledge=MemoryKnowledge(),
        catalogue=FixedCatalogue(),
        reports=MemoryReports(),
        compute=run_inline,
        clock=lambda: at(10),
    )


def broken(telemetry: MemoryTelemetry, question: Question) -> list[tuple[str, str]]:
    port = sources(telemetry)
    course = observe(scope_of(question, port), port).course
    return [(r.before, r.after) for r in course.regions]


def test_a_good_time_of_another_day_shows_what_was_broken_all_along(
    telemetry: MemoryTelemetry,
) -> None:
    today = Question(NOON, window=a_window(-25, 5))
    compared = Question(NOON, window=a_window(-25, 5), baseline=YESTERDAY)

    assert broken(telemetry, today) == []
    assert broken(telemetry, compared) == [("looked up", "found")]


def test_a_good_time_without_telemetry_is_no_error(telemetry: MemoryTelemetry) -> None:
    silent = TimeWindow(at(-48 * 60), at(-48 * 60) + timedelta(hours=1))

    assert broken(telemetry, Question(NOON, window=a_window(-25, 5), baseline=silent)) == []
