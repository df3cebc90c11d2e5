"""A breakdown as a sentence: every number of it stands in the counts."""

from __future__ import annotations

from typing import Any

from assistant.analysis.account.breakdowns import in_words
from assistant.domain.report import Breakdown


def a_breakdown(**changes: Any) -> Breakdown:
    values: dict[str, Any] = {
        "service": "cart",
        "measure": "failed",
        "subset": (("cloud.region", "eu-west"), ("service.version", "1.4.2")),
        "events": 412,
        "requests": 1084,
        "total_events": 430,
        "total_requests": 8000,
        "usual_events": 20,
        "usual_requests": 1000,
        "usual_total_events": 150,
        "explained": 0.9,
        "surprise": 0.3,
    }
    return Breakdown(**(values | changes))


def test_failures() -> None:
    assert in_words(a_breakdown()) == (
        "96 % of the failed requests of cart have cloud.region=eu-west and service.version=1.4.2: "
        "412 of 430. 38 % of such requests fail, 0.3 % of the others; it was 2.0 %."
    )


def test_slow_requests_of_a_version_that_is_new_counted_in_a_sample() -> None:
    found = a_breakdown(
        measure="slow", subset=(("service.version", "2"),), usual_requests=0, sampled=0.25
    )

    assert in_words(found) == (
        "96 % of the slow requests of cart have service.version=2: 412 of 430. 38 % of such "
        "requests are slow, 0.3 % of the others; there were none before (counted in 25 % of the "
        "traces)."
    )
