"""Causeway's own telemetry, through the OpenTelemetry API only: silent until an SDK is set up.

The ingest of Causeway's own signals is never instrumented: an idle hour must not grow.
"""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found"

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import metrics, trace

from assistant.domain.signals import SignalBatch

SERVICE_NAME = "causeway"

_tracer = trace.get_tracer("causeway")
_ingested = metrics.get_meter("causeway").create_counter(
    "causeway.ingest.signals", unit="{signal}", description="Signals stored, by kind."
)


@contextmanager
def step(name: str, **attributes: str | int | float | bool) -> Iterator[trace.Span]:
    """A span around one step of the line; an exception inside marks it failed."""
    with _tracer.start_as_current_span(
        name, attributes={f"causeway.{key}": value for key, value in attributes.items()}
    ) as span:
        yield span


@contextmanager
def ingest_step(batch: SignalBatch) -> Iterator[None]:
    """A span and counts around the storing of a batch, unless the batch is our own."""
    if is_own(batch):
        yield
        return
    counts = {"span": batch.span_count, "log": batch.log_count, "metric_point": batch.point_count}
    with step("ingest", **counts):
        yield
    for kind, count in counts.items():
        if count:
            _ingested.add(count, {"causeway.signal": kind})


def is_own(batch: SignalBatch) -> bool:
    """Whether the batch came from Causeway itself (an exporter sends one service per request)."""
    columns = (batch.spans, batch.logs, batch.points)
    return any(SERVICE_NAME in column["service"][:1] for column in columns)
