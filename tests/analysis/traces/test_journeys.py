"""A trace with its logs, read from event to event."""

from __future__ import annotations

import pytest

from assistant.analysis.traces.journeys import END, START, Journeys, Site, journeys_of
from assistant.domain.signals import SpanKind, Trace
from tests.analysis.traces.walks import MS, journeys, walk
from tests.builders import a_span, at_ns


def test_passages_lead_from_event_to_event_inside_each_span() -> None:
    (journey,) = journeys([walk(0)])

    walked = [(p.site.service, p.before, p.after) for p in journey.passages]

    assert walked == [
        ("shop", START, "asked"),
        ("shop", "asked", "priced"),
        ("shop", "priced", "sold"),
        ("shop", "sold", END),
        ("stock", START, "looked up"),
        ("stock", "looked up", "found"),
        ("stock", "found", END),
    ]


def test_a_passage_says_for_whom_and_how_long_without_the_calls_in_it() -> None:
    (journey,) = journeys([walk(0, stock_ms=500)])
    passages = {(p.site.service, p.before): p for p in journey.passages}

    assert passages["stock", START].site == Site("stock", "GET /item", "shop ask")
    assert passages["shop", START].site == Site("shop", "POST /buy", "")
    # 1 ms after the start until 10 ms, and 1 ms after the answer: the call itself is not counted
    assert passages["shop", "asked"].seconds == pytest.approx(0.010)


def test_stretches_are_own_time_and_time_on_the_wire() -> None:
    (journey,) = journeys([walk(0, stock_ms=30, wire_ms=4)])

    told = {(s.service, s.operation, s.callee): round(s.seconds, 6) for s in journey.stretches()}

    assert told == {
        ("shop", "POST /buy", ""): 0.020,
        ("shop", "", "stock"): 0.008,
        ("stock", "GET /item", ""): 0.030,
    }


def test_waiting_for_a_sibling_is_no_own_time() -> None:
    root = a_span("edge", "GET /", trace_id="t", span_id="1", duration_ns=100 * MS)
    waits = a_span(
        "edge", "filter", trace_id="t", span_id="2", parent_span_id="1",
        duration_ns=98 * MS, kind=SpanKind.INTERNAL,
    )  # fmt: skip
    calls = a_span(
        "edge", "send", trace_id="t", span_id="3", parent_span_id="1",
        start_ns=at_ns() + 3 * MS, duration_ns=90 * MS, kind=SpanKind.CLIENT,
    )  # fmt: skip
    (journey,) = journeys_of(Journeys((Trace("t", (root, waits, calls)),)))

    own = {s.operation: round(s.seconds * 1000) for s in journey.stretches()}

    assert own["filter"] == 8


def test_journeys_come_in_order_of_their_start() -> None:
    assert [j.trace_id for j in journeys([walk(2), walk(1)])] == [f"{1:032x}", f"{2:032x}"]
