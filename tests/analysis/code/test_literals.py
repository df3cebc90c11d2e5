"""Numbers of code and of telemetry in the same units."""

from __future__ import annotations

import pytest

from assistant.analysis.code.literals import quantities, shared


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("timeout = 300 * time.Millisecond", 0.3, "s"),
        ("timeout_ms = 300", 0.3, "s"),
        ("ttl: 5m", 300.0, "s"),
        ("deadline exceeded after 1500ms", 1.5, "s"),
        ("limit: 512Mi", 512 * 2.0**20, "By"),
        ("maxConns = 50", 50.0, ""),
        ("BATCH = 10_000", 10000.0, ""),
    ],
)
def test_quantities(text: str, value: float, unit: str) -> None:
    (quantity,) = quantities(text)

    assert quantity.value == pytest.approx(value)
    assert quantity.unit == unit


@pytest.mark.parametrize("text", ["v2.3.1", "sha 9f3a1", "x509", "node-17a"])
def test_names_and_versions_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


def test_the_same_duration_in_two_units_is_shared() -> None:
    found = shared(quantities("timeout_ms = 2500"), quantities("gave up after 2.5s"))

    assert [q.text for q in found] == ["2500"]


def test_a_small_bare_number_tells_nothing() -> None:
    assert shared(quantities("retries = 3"), quantities("3 items")) == []
