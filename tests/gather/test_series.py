"""The grid fits what was sent, and a time known to be good is read on the same grid."""

from __future__ import annotations

from assistant.domain.catalogue import Catalogue
from assistant.domain.report import Question
from assistant.domain.signals import MetricPoint
from assistant.domain.window import NANOSECONDS, TimeWindow
from assistant.gather import Scope
from assistant.gather.series import fitted, usual_series
from retrievers.memory import MemoryTelemetry
from tests.builders import a_batch, a_point, a_window, at, at_ns


def a_store(*points: MetricPoint) -> MemoryTelemetry:
    store = MemoryTelemetry()
    store.append(a_batch(*points))
    return store


def a_scope(start: float = 0, end: float = 31, baseline: TimeWindow | None = None) -> Scope:
    question = Question(at(20), baseline=baseline)
    return Scope(question, a_window(start, end), 60 * NANOSECONDS, Catalogue())


def every(minutes: float, metric: str = "queue.depth", start: int = 0) -> list[MetricPoint]:
    steps = range(int(30 / minutes))
    return [a_point(metric, i, time_ns=at_ns(start + i * minutes)) for i in steps]


def test_metrics_of_every_five_minutes_get_steps_of_five_minutes() -> None:
    scope, series = fitted(a_scope(), a_store(*every(5)))

    assert scope.step_ns == 300 * NANOSECONDS
    assert (scope.window.start, scope.window.end) == (at(0), at(35))  # whole steps
    assert series[0].values[:6].tolist() == [0, 1, 2, 3, 4, 5]


def test_one_frequent_series_keeps_the_grid_fine() -> None:
    asked = a_scope()

    scope, series = fitted(asked, a_store(*every(5), *every(1, "threads")))

    assert scope == asked
    assert [len(s.values) for s in series] == [31, 31]


def test_nothing_to_go_by_keeps_the_grid() -> None:
    asked = a_scope()

    assert fitted(asked, a_store()) == (asked, [])


def test_good_time_is_read_where_the_question_names_it() -> None:
    good = a_window(-600, -570)
    store = a_store(*every(1, start=-600), *every(1))

    (usual,) = usual_series(a_scope(baseline=good), store)

    assert usual.start_ns == at_ns(-600)
    assert len(usual.values) == 30
    assert usual_series(a_scope(), store) == ()


def test_of_a_very_long_good_time_the_end_is_read() -> None:
    good = a_window(-100_000, -1)

    (usual,) = usual_series(a_scope(baseline=good), a_store(*every(1, start=-40)))

    assert len(usual.values) == 20_000
    assert usual.end_ns == at_ns(-1)
