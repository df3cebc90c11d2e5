"""A recording through the ordinary line: ordinary ingest, then the watch over the store, tick by
tick and forward in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from assistant.domain.window import from_ns, to_ns
from assistant.settings import Settings
from assistant.watch import Watch
from assistant.wiring import Causeway, open_causeway
from benchmarks.nab.cases import Recording
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal

_CHUNK = 5_000  # points of one request


def alarms(recording: Recording, service: str, workspace: Path) -> list[int]:
    """Times (ns) of the steps in which an alarm opened."""
    settings = Settings.model_validate({"data_dir": workspace, "compute_workers": 0})
    end = from_ns(int(recording.times_ns[-1]) + recording.step_ns)
    with open_causeway(settings, long_running=False, clock=lambda: end) as causeway:
        _ingest(recording, service, causeway)
        watch = Watch(
            causeway.telemetry.series,
            from_ns(int(recording.times_ns[0])),
            timedelta(microseconds=recording.step_ns // 1000),
        )
        return [to_ns(event.told_at) for event in watch.tick(end) if event.opened]


def _ingest(recording: Recording, service: str, causeway: Causeway) -> None:
    received_ns = int(recording.times_ns[-1])
    for body in _requests(recording, service):
        decoded = decode(OtlpSignal.METRICS, body, received_ns=received_ns)
        causeway.accept(decoded.batch, decoded.changes)


def _requests(recording: Recording, service: str) -> Iterator[bytes]:
    """ExportMetricsServiceRequests of one gauge: a CSV says nothing of kinds."""
    for part in np.array_split(
        np.arange(len(recording.values)), -(-len(recording.values) // _CHUNK)
    ):
        request = ExportMetricsServiceRequest()
        resource = request.resource_metrics.add()
        resource.resource.attributes.append(
            KeyValue(key="service.name", value=AnyValue(string_value=service))
        )
        points = resource.scope_metrics.add().metrics.add(name="value").gauge.data_points
        for i in part:
            points.add(
                time_unix_nano=int(recording.times_ns[i]), as_double=float(recording.values[i])
            )
        yield bytes(request.SerializeToString())
