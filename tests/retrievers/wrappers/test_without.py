"""One service is left out, unless it is asked for by name."""

from __future__ import annotations

from retrievers.memory import MemoryTelemetry
from retrievers.wrappers.without import WithoutService
from tests.builders import a_batch, a_log, a_span, a_window

MINUTE_NS = 60 * 10**9
WINDOW = a_window()


def both() -> WithoutService:
    store = MemoryTelemetry()
    for service in ("causeway", "checkout"):
        store.append(a_batch(a_span(service, version="1"), a_log("hello", service)))
    return WithoutService(store, "causeway")


def test_nobody_who_looks_at_everything_sees_it() -> None:
    store = both()

    assert {s.key.service for s in store.red(WINDOW, MINUTE_NS)} == {"checkout"}
    assert {s.key.service for s in store.series(WINDOW, MINUTE_NS)} <= {"checkout"}
    assert {shape.service for shape in store.shapes(WINDOW, MINUTE_NS)} == {"checkout"}
    assert {record.service for record in store.records(WINDOW)} == {"checkout"}
    assert set(store.services(WINDOW)) == {"checkout"}
    assert {row[0] for row in store.versions(WINDOW)} == {"checkout"}
    [trace] = store.traces(WINDOW)
    assert trace.spans[0].service == "checkout"
    assert list(store.edges(WINDOW)) == []


def test_who_names_it_gets_it() -> None:
    store = both()

    assert {s.key.service for s in store.red(WINDOW, MINUTE_NS, ["causeway"])} == {"causeway"}
    assert len(store.traces(WINDOW, "causeway")) == 1
    assert len(store.records(WINDOW, "causeway")) == 1
    assert len(store.shapes(WINDOW, MINUTE_NS, ["causeway"])) == 1
