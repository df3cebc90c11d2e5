from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis.traces.origins import critical_path, error_origins, exclusive_seconds
from assistant.domain.signals import Span, SpanKind, SpanStatus, Trace
from tests.builders import a_span, at_ns

MS = 1_000_000


def span(
    id: str,
    service: str,
    start_ms: float,
    duration_ms: float,
    parent: str = "",
    error: str | None = None,
    **changes: object,
) -> Span:
    return a_span(
        service,
        changes.pop("operation", f"do {service}"),  # type: ignore[arg-type]
        trace_id=changes.pop("trace_id", "t"),
        span_id=id,
        parent_span_id=parent,
        start_ns=at_ns() + int(start_ms * MS),
        duration_ns=int(duration_ms * MS),
        status=SpanStatus.UNSET if error is None else SpanStatus.ERROR,
        status_message=error or "",
        **changes,
    )


def trace(*spans: Span) -> Trace:
    return Trace(spans[0].trace_id if spans else "t", spans)


#  web    ████████████████████  0–100
#  cart    ██████████           5–55
#  stock     ██████             10–40
#  pay               ████████   55–95
SHOP = trace(
    span("a", "web", 0, 100),
    span("b", "cart", 5, 50, "a"),
    span("c", "stock", 10, 30, "b"),
    span("d", "pay", 55, 40, "a"),
)


class TestTime:
    def test_exclusive_time_is_what_children_leave(self) -> None:
        assert exclusive_seconds(SHOP) == pytest.approx(
            {"a": 0.010, "b": 0.020, "c": 0.030, "d": 0.040}
        )

    def test_parallel_children_count_once(self) -> None:
        both = trace(
            span("a", "web", 0, 100), span("b", "x", 10, 50, "a"), span("c", "y", 20, 50, "a")
        )
        assert exclusive_seconds(both)["a"] == pytest.approx(0.040)

    def test_the_critical_path_is_what_the_answer_waited_for(self) -> None:
        assert [s.service for s in critical_path(SHOP)] == ["web", "cart", "stock", "pay"]

    def test_work_in_the_shadow_of_other_work_is_not_critical(self) -> None:
        both = trace(
            span("a", "web", 0, 100), span("b", "fast", 0, 30, "a"), span("c", "slow", 5, 90, "a")
        )
        assert [s.service for s in critical_path(both)] == ["web", "slow"]

    def test_a_child_on_a_skewed_clock_is_moved_into_its_parent(self) -> None:
        skewed = trace(span("a", "web", 0, 100), span("b", "cart", 3_600_000, 60, "a"))
        assert exclusive_seconds(skewed) == pytest.approx({"a": 0.040, "b": 0.060})
        assert [s.service for s in critical_path(skewed)] == ["web", "cart"]

    def test_a_consumer_may_run_later(self) -> None:
        later = trace(
            span("a", "web", 0, 10), span("b", "mail", 500, 5, "a", kind=SpanKind.CONSUMER)
        )
        assert exclusive_seconds(later) == pytest.approx({"a": 0.010, "b": 0.005})


class TestErrorOrigins:
    def test_the_deepest_failing_span_with_its_message(self) -> None:
        (origin,) = error_origins(
            [
                trace(
                    span("a", "web", 0, 100, error="500"),
                    span("b", "cart", 5, 50, "a", error="upstream"),
                    span("c", "stock", 10, 30, "b", error="pool exhausted"),
                    span("d", "pay", 55, 40, "a"),
                )
            ]
        )
        assert (origin.service, origin.message, origin.count) == ("stock", "pool exhausted", 1)
        assert origin.path == ("stock", "cart", "web")

    def test_most_frequent_first(self) -> None:
        failing = [
            trace(span("a", "cart", 0, 9, error="boom", operation=o, trace_id=f"t{i}"))
            for i, o in enumerate(["x", "y", "y"])
        ]
        assert [(o.operation, o.count) for o in error_origins(failing)] == [("y", 2), ("x", 1)]

    def test_the_exception_event_names_the_type(self) -> None:
        event = {
            "name": "exception",
            "attributes": {"exception.type": "KeyError", "exception.message": "'price'"},
        }
        (origin,) = error_origins([trace(span("a", "cart", 0, 9, error="", events=(event,)))])
        assert (origin.exception, origin.message) == ("KeyError", "'price'")

    def test_a_span_that_gave_up_tells_whom_it_waited_for(self) -> None:
        (origin,) = error_origins(
            [
                trace(
                    span("a", "web", 0, 50, error="context deadline exceeded"),
                    span("b", "cart", 1, 200, "a"),
                    span("c", "stock", 2, 190, "b"),
                )
            ]
        )
        assert (origin.service, origin.timeout, origin.waited_for) == ("web", True, "stock")

    def test_an_uninstrumented_peer_is_named(self) -> None:
        call = span("a", "pay", 0, 9, error="connection refused", peer="bank")
        assert error_origins([trace(call)])[0].peer == "bank"

    def test_a_status_code_means_it_too(self) -> None:
        answered = span("a", "cart", 0, 9, attributes={"http.response.status_code": 503})
        assert [o.service for o in error_origins([trace(answered)])] == ["cart"]

    def test_an_error_that_was_handled_is_an_origin_of_its_own(self) -> None:
        handled = trace(span("a", "web", 0, 100), span("b", "ads", 5, 50, "a", error="down"))
        assert [o.service for o in error_origins([handled])] == ["ads"]

    def test_healthy_traces_have_none(self) -> None:
        assert error_origins([SHOP, trace()]) == []


class TestBrokenTraces:
    CASES = (
        trace(span("b", "cart", 5, 50, "gone")),
        trace(span("a", "web", 0, 9, "b"), span("b", "cart", 1, 5, "a")),
        trace(span("a", "web", 0, 9, "a")),
        trace(span("a", "web", 0, 9), span("a", "web", 0, 9)),
        trace(*reversed(SHOP.spans)),
        trace(),
    )

    @pytest.mark.parametrize("broken", CASES, ids=range(6))
    def test_orphans_cycles_duplicates_and_disorder_are_survived(self, broken: Trace) -> None:
        assert all(seconds >= 0 for seconds in exclusive_seconds(broken).values())
        assert len(critical_path(broken)) <= len(broken.spans)
        error_origins([broken])

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 12), st.integers(0, 12), st.integers(0, 500), st.integers(0, 500)
            ),
            max_size=30,
        )
    )
    def test_any_spans_at_all(self, rows: list[tuple[int, int, int, int]]) -> None:
        spans = [
            span(str(i), f"s{i % 3}", start, duration, str(parent), error="x" if i % 2 else None)
            for i, parent, start, duration in rows
        ]
        broken = Trace("t", tuple(spans))
        own = exclusive_seconds(broken)
        by_id = {
            s.span_id: s
            for s in sorted(spans, key=lambda s: (s.start_ns, -s.duration_ns), reverse=True)
        }
        assert all(0 <= own[i] <= by_id[i].duration_ns / 1e9 + 1e-9 for i in own)
        path = critical_path(broken)
        assert len({s.span_id for s in path}) == len(path)
        assert len(error_origins([broken])) <= len(spans)
