"""Our own model calls become ordinary telemetry of service `causeway`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.domain.usage import CallContext
from assistant.domain.window import TimeWindow
from assistant.settings import Settings
from assistant.wiring import Causeway, now, open_causeway
from assistant.work.observatory import signals_to_endpoint
from benchmarks.scripted_model.reply import says
from benchmarks.scripted_model.server import ScriptedModel
from tests.builders import a_batch, a_span
from tests.builders.usage import PROMPT, a_score
from tests.llmops.test_meter import chat, told_to


@pytest.fixture
def causeway(tmp_path: Path) -> Iterator[Causeway]:
    told = {"data_dir": tmp_path, "model": "scripted", "model_url": "http://127.0.0.1:9/v1"}
    settings = Settings.model_validate(told)
    with open_causeway(settings, long_running=False) as opened:
        yield opened


def an_hour_around_now() -> TimeWindow:
    return TimeWindow.around(now(), timedelta(minutes=30), timedelta(minutes=30))


def test_calls_and_scores_are_found_in_our_own_store(causeway: Causeway) -> None:
    meter = causeway.own.meter(CallContext("investigate", "r-1", prompt=PROMPT))
    with ScriptedModel([says("fine")]) as server, meter.agent("investigator"):
        chat(server).invoke("how are you?", told_to(meter))
    causeway.own.judge([a_score(at=now())], meter.judged)
    causeway.own.flush()

    window = an_hour_around_now()
    [trace] = causeway.telemetry.traces(window, "causeway")
    assert {span.operation for span in trace.spans} == {
        "invoke_agent investigator",
        "chat scripted",
    }
    metrics = {series.key.name for series in causeway.series(window, 60 * 10**9, ["causeway"])}
    assert {"gen_ai.client.inference.usage.input_tokens", "causeway.quality.score"} <= metrics
    [event] = causeway.telemetry.records(window, "causeway")
    assert event.event_name == "gen_ai.evaluation.result"
    assert event.trace_id == trace.trace_id
    assert causeway.ledger.spent(window).calls == 1
    assert [score.name for score in causeway.ledger.scores(window)] == ["grounded_claims"]


def test_idleness_and_ingest_add_nothing(causeway: Causeway) -> None:
    causeway.accept(a_batch(a_span()), [])
    causeway.own.flush()
    causeway.own.flush()

    assert set(causeway.telemetry.services(TimeWindow(now().replace(year=2000), now()))) <= {
        "checkout"
    }


def test_without_a_model_nothing_is_set_up(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path})
    with open_causeway(settings, long_running=False) as causeway:
        causeway.accept(a_batch(a_span()), [])

        assert causeway.own._exported is None


@pytest.mark.parametrize(
    ("environment", "signals"),
    [
        ({}, set()),
        ({"": "http://collector:4318"}, {"traces", "metrics", "logs"}),
        ({"_METRICS": "http://collector:4318/v1/metrics"}, {"metrics"}),
        ({"": "http://127.0.0.1:4318"}, set()),
        ({"": "http://localhost:8080", "_TRACES": "http://other/v1/traces"}, {"traces"}),
    ],
)
def test_an_endpoint_that_is_this_very_server_gets_nothing_twice(
    environment: dict[str, str], signals: set[str]
) -> None:
    named = {f"OTEL_EXPORTER_OTLP{key}_ENDPOINT": url for key, url in environment.items()}

    assert signals_to_endpoint(named, ports=(8080, 4318), to_itself=False) == signals
