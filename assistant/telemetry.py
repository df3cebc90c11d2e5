"""Causeway's own telemetry, through the OpenTelemetry API only: silent until providers are given.

The ingest of Causeway's own signals is never instrumented: an idle hour must not grow.
"""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found,name-defined"

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry._logs import Logger, LoggerProvider, NoOpLoggerProvider
from opentelemetry.metrics import Meter, MeterProvider, NoOpMeterProvider

from assistant.domain.signals import SignalBatch

SERVICE_NAME = "causeway"
INGEST_SCOPE = "causeway.ingest"  # told apart: it is for other systems, never for our own store


class OwnTelemetry:
    """What Causeway says of itself. Without providers it says nothing, and costs nothing."""

    def __init__(
        self,
        tracing: trace.TracerProvider | None = None,
        metering: MeterProvider | None = None,
        logging: LoggerProvider | None = None,
    ) -> None:
        tracing = tracing or trace.NoOpTracerProvider()
        metering = metering or NoOpMeterProvider()
        self.tracer: trace.Tracer = tracing.get_tracer(SERVICE_NAME)
        self.meter: Meter = metering.get_meter(SERVICE_NAME)
        self.events: Logger = (logging or NoOpLoggerProvider()).get_logger(SERVICE_NAME)
        self._ingest_tracer = tracing.get_tracer(INGEST_SCOPE)
        self._ingested = metering.get_meter(INGEST_SCOPE).create_counter(
            "causeway.ingest.signals", unit="{signal}", description="Signals stored, by kind."
        )

    @contextmanager
    def step(self, name: str, **attributes: str | int | float | bool) -> Iterator[trace.Span]:
        """A span around one step of the line; an exception inside marks it failed."""
        with self.tracer.start_as_current_span(name, attributes=_ours(attributes)) as span:
            yield span

    @contextmanager
    def ingest_step(self, batch: SignalBatch) -> Iterator[None]:
        """A span and counts around the storing of a batch, unless the batch is our own."""
        if is_own(batch):
            yield
            return
        counts = {
            "span": batch.span_count,
            "log": batch.log_count,
            "metric_point": batch.point_count,
        }
        with self._ingest_tracer.start_as_current_span("ingest", attributes=_ours(counts)):
            yield
        for kind, count in counts.items():
            if count:
                self._ingested.add(count, {"causeway.signal": kind})


def is_own(batch: SignalBatch) -> bool:
    """Whether the batch came from Causeway itself (an exporter sends one service per request)."""
    columns = (batch.spans, batch.logs, batch.points)
    return any(SERVICE_NAME in column["service"][:1] for column in columns)


def _ours(
    attributes: dict[str, str | int | float | bool] | dict[str, int],
) -> dict[str, str | int | float | bool]:
    return {f"causeway.{key}": value for key, value in attributes.items()}
