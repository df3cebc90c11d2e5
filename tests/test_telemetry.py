"""Causeway's own telemetry: spans around its steps, none around the ingest of its own."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant.telemetry import OwnTelemetry
from tests.builders import a_batch, a_log, a_span


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def telemetry(exported: InMemorySpanExporter) -> Iterator[OwnTelemetry]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    yield OwnTelemetry(provider)
    provider.shutdown()


def test_ingest_is_a_span_with_its_counts(
    telemetry: OwnTelemetry, exported: InMemorySpanExporter
) -> None:
    with telemetry.ingest_step(a_batch(a_span(), a_span(), a_log())):
        pass
    (span,) = exported.get_finished_spans()
    assert span.name == "ingest"
    assert span.attributes == {
        "causeway.span": 2,
        "causeway.log": 1,
        "causeway.metric_point": 0,
    }


def test_our_own_signals_make_no_further_ones(
    telemetry: OwnTelemetry, exported: InMemorySpanExporter
) -> None:
    with telemetry.ingest_step(a_batch(a_span("causeway"))):
        pass
    assert exported.get_finished_spans() == ()


def test_a_step_that_fails_is_marked(
    telemetry: OwnTelemetry, exported: InMemorySpanExporter
) -> None:
    with pytest.raises(ZeroDivisionError), telemetry.step("investigate", service="checkout"):
        raise ZeroDivisionError
    (span,) = exported.get_finished_spans()
    assert span.status.is_ok is False
    assert span.attributes == {"causeway.service": "checkout"}
