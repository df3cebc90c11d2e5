"""A whole investigation explained by a real small model, as a user would run it.

Accuracy is not asserted: a model of this size writes sentences that the claim gate refuses. What
is asserted is that a whole report comes out, whatever the model did, with what it cost.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Installation

pytestmark = [pytest.mark.model, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def installation(install: Callable[[], Installation]) -> Installation:
    """Half an hour of a service whose error ratio jumps ten minutes before noon."""
    installation = install()
    rows = [
        f"2026-03-02T11:{minute}:{second:02}Z,checkout,errors,{0.4 if minute >= 50 else 0.01}"
        for minute in range(30, 60)
        for second in range(0, 60, 10)
    ]
    metrics = installation.folder / "metrics.csv"
    metrics.write_text("\n".join(["timestamp,service,metric,value", *rows]))
    assert installation.run("ingest", metrics).code == 0
    return installation


def test_an_investigation_ends_in_a_whole_report(
    installation: Installation, small_model: str
) -> None:
    table = f'{{"small": {{"model": "smollm2", "base_url": "{small_model}", "tools": "no", '
    table += '"structured": "json_schema", "max_output_tokens": 250, "timeout_s": 200}}'
    arguments = ("investigate", "--service", "checkout", "--at", "2026-03-02T11:59:00Z", "--json")
    plain = installation.run(*arguments, "--no-model")
    ran = installation.run(*arguments, CAUSEWAY_MODELS=table, CAUSEWAY_BUDGET_SECONDS="240")

    assert ran.code == 0, ran.err
    report, engine = ran.json, plain.json
    assert "smollm2" in report["narration"]["model"].lower()
    assert report["narration"]["usage"]["calls"] >= 1
    assert report["narration"]["usage"]["input_tokens"] > 500
    # The analysis stands: its verdict, and at least as many sentences, each with its standing.
    assert report["verdict"] == engine["verdict"]
    assert report["headline"]["text"]
    assert {claim["standing"] for claim in [report["headline"], *report["summary"]]} <= {
        "analysis",
        "verified",
        "unverified",
    }
