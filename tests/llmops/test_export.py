"""Our own telemetry over real OTLP, received by a real receiver."""

from __future__ import annotations

import pytest

from assistant.llmops import names
from assistant.llmops.export import exported
from assistant.llmops.instruments import Instruments
from tests.builders.usage import a_model_call, a_score
from tests.fakes.otlp import Accepted, http_receiver


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> Accepted:
    for name in ("TRACES_ENDPOINT", "METRICS_ENDPOINT", "LOGS_ENDPOINT", "PROTOCOL", "HEADERS"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)
    return Accepted()


def test_spans_metrics_and_evaluations_reach_an_endpoint(
    accepted: Accepted, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_receiver(accepted) as url:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        out = exported(to_endpoint=("traces", "metrics", "logs"))
        instruments = Instruments(out.telemetry)
        span = instruments.start(names.CHAT, "gpt-5-mini", {names.PROVIDER: "openai"})
        instruments.called(a_model_call())
        instruments.evaluated(a_score(), span)
        span.end()
        out.close()

    assert accepted.column("spans", "operation") == ["chat gpt-5-mini"]
    assert accepted.column("spans", "service") == ["causeway"]
    assert names.DURATION in accepted.column("points", "metric")
    assert accepted.column("logs", "event_name") == ["gen_ai.evaluation.result"]
    assert accepted.column("logs", "span_id") == accepted.column("spans", "span_id")


def test_an_endpoint_that_is_down_ends_nothing(
    accepted: Accepted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    out = exported(to_endpoint=("traces",))
    Instruments(out.telemetry).start(names.CHAT, "gpt-5-mini", {}).end()

    out.close()
