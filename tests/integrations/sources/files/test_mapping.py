"""Lines of files and the signals they become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.domain.errors import InvalidPayload
from integrations.sources.files.mapping import FileFormat, batch_from_lines
from tests.builders import at_ns

NOON = "2026-03-02T12:00:00Z"


def log_columns(line: dict[str, Any], **options: Any) -> dict[str, Any]:
    batch = batch_from_lines(FileFormat.NDJSON, [json.dumps(line)], **options)
    return {name: values[0] for name, values in batch.logs.items()}


def points(*lines: str, **options: Any) -> list[tuple[str, str, int, float]]:
    columns = batch_from_lines(FileFormat.CSV, lines, **options).points
    names = ("service", "metric", "time_ns", "value")
    return list(zip(*(columns[name] for name in names), strict=True))


def test_a_log_line() -> None:
    row = log_columns(
        {
            "timestamp": NOON,
            "service": "checkout",
            "level": "WARN",
            "msg": "pool exhausted",
            "trace_id": "ab12",
            "http.route": "/pay",
        }
    )
    assert row["service"] == "checkout"
    assert row["time_ns"] == at_ns()
    assert (row["severity_text"], row["severity_number"]) == ("WARN", 13)
    assert row["body"] == "pool exhausted"
    assert row["trace_id"] == "ab12"
    assert row["attributes"] == '{"http.route":"/pay"}'


@pytest.mark.parametrize(
    ("time", "expected_ns"),
    [
        ("2026-03-02T13:00:00+01:00", at_ns()),
        ("2026-03-02T12:00:00", at_ns()),  # UTC when it names no zone
        (1772452800, at_ns()),
        (1772452800.25, at_ns() + 250_000_000),
        ("1772452800000", at_ns()),
        (1772452800000000, at_ns()),
        (1772452800000000001, at_ns() + 1),
    ],
)
def test_times_are_iso_or_a_number_in_any_unit(time: Any, expected_ns: int) -> None:
    assert log_columns({"ts": time, "service": "a", "body": "b"})["time_ns"] == expected_ns


def test_a_service_for_lines_that_name_none() -> None:
    assert log_columns({"time": NOON, "message": "hi"}, service="cart")["service"] == "cart"


def test_metrics_in_long_form() -> None:
    assert points(
        "timestamp,service,metric,value",
        f"{NOON},checkout,queue_depth,7",
        f"{NOON},cart,queue_depth,0.5",
    ) == [("checkout", "queue_depth", at_ns(), 7.0), ("cart", "queue_depth", at_ns(), 0.5)]


def test_metrics_in_wide_form() -> None:
    assert points("timestamp,cpu,memory", f"{NOON},0.5,", f"{NOON},0.7,12", service="checkout") == [
        ("checkout", "cpu", at_ns(), 0.5),
        ("checkout", "cpu", at_ns(), 0.7),
        ("checkout", "memory", at_ns(), 12.0),
    ]


@pytest.mark.parametrize(
    ("form", "lines", "complaint"),
    [
        ("ndjson", ["{}"], "Line 1: None is not a time"),
        ("ndjson", ["", "{"], "Line 2 is not JSON"),
        ("ndjson", ["[1]"], "Line 1 is not a JSON object"),
        ("ndjson", ['{"time": "soon"}'], "Line 1: 'soon' is not a time"),
        ("ndjson", [f'{{"time": "{NOON}", "msg": "x"}}'], "Line 1 names no service"),
        ("ndjson", ["[" * 100_000], "Line 1 is not JSON"),
        ("csv", ["a,b", "1,2"], "no column for the time"),
        ("csv", ["timestamp,service,metric,value", f"{NOON},a,m"], "Line 2 has another number"),
        ("csv", ["timestamp,service,metric,value", f"{NOON},a,m,x"], "Line 2: 'x' is not a number"),
    ],
)
def test_a_bad_line_is_named(form: str, lines: list[str], complaint: str) -> None:
    with pytest.raises(InvalidPayload, match=complaint):
        batch_from_lines(FileFormat(form), lines)
