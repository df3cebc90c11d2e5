"""The whole way of a breakdown: spans in OTLP, the embedded store, the subset that fails."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.analysis.drilldown.attributes import worthwhile
from assistant.analysis.drilldown.breakdowns import break_down
from retrievers.telemetry import DuckDbTelemetry
from tests.builders import a_window, at_ns
from tests.integrations.sources.otlp.payloads import a_span, attributes, decoded, trace_request

BEFORE, AFTER = a_window(-30, 0), a_window(0, 10)
WHOLE = a_window(-30, 10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDbTelemetry]:
    opened = DuckDbTelemetry(tmp_path / "telemetry.duckdb", memory_limit_mb=200)
    yield opened
    opened.close()


def _fill(store: DuckDbTelemetry, requests: int) -> None:
    """Each version has a resource of its own; version 2 fails in eu-west from noon on."""
    chance = random.Random(7)
    spans: dict[str, list[object]] = {"1": [], "2": []}
    for i in range(requests):
        start = at_ns(-30 + 40 * i / requests)
        version, region = chance.choice("12"), chance.choice(["eu-west", "us-east", "ap"])
        broken = start >= at_ns() and (version, region) == ("2", "eu-west")
        failed = chance.random() < (0.9 if broken else 0.01)
        own = {
            "cloud.region": region,
            "http.route": chance.choice(["/pay", "/refund"]),
            "enduser.id": f"user-{i}",
            "http.response.status_code": 500 if failed else 200,
        }
        spans[version].append(
            a_span(
                traceId=f"{i + 1:032x}",
                spanId=f"{i + 1:016x}",
                startTimeUnixNano=str(start),
                endTimeUnixNano=str(start + 20_000_000),
                attributes=attributes(own),
                status={"code": 2 if failed else 1},
            )
        )
    for version, some in spans.items():
        resource = {"service.name": "checkout", "service.version": version}
        store.append(decoded(trace_request(*some, resource=resource), received_ns=at_ns(11)).batch)


def test_from_otlp_to_the_subset_that_fails(store: DuckDbTelemetry) -> None:
    _fill(store, 4000)

    names = worthwhile(store.attributes(WHOLE, "checkout"))
    table = store.breakdown(BEFORE, AFTER, "checkout", names)
    [found] = break_down(table, "checkout")

    assert names == ["service.version", "cloud.region", "http.route"]
    assert found.subset == (("service.version", "2"), ("cloud.region", "eu-west"))
    assert found.total_requests == 1000
    assert found.events > 0.9 * found.total_events


def test_of_very_many_requests_a_share_is_counted(
    store: DuckDbTelemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrievers.telemetry.breakdowns._COUNTED", 1000)
    _fill(store, 4000)

    table = store.breakdown(BEFORE, AFTER, "checkout", ["service.version", "cloud.region"])

    assert table.share == 0.25
    assert 700 < table.before[:, 0].sum() + table.after[:, 0].sum() < 1300
    assert break_down(table, "checkout")[0].sampled == 0.25
