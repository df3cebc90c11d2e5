from __future__ import annotations

import json
from collections.abc import Iterator

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from assistant.domain.errors import OperatorError, Overloaded, StorageFull
from integrations.sources.otlp import grpc_server
from integrations.sources.otlp.json_encoding import to_protobuf
from integrations.sources.otlp.wire import OtlpSignal
from tests.fakes.otlp import Accepted
from tests.integrations.sources.otlp.payloads import (
    a_gauge,
    a_log,
    a_point,
    a_span,
    log_request,
    metric_request,
    trace_request,
)

LIMIT = 100_000  # bytes, for these tests
CODE = grpc.StatusCode


def message(cls: type, signal: OtlpSignal, request: dict[str, object]) -> object:
    return cls.FromString(to_protobuf(signal, json.dumps(request).encode()))  # type: ignore[attr-defined]


TRACES = message(ExportTraceServiceRequest, OtlpSignal.TRACES, trace_request(a_span()))


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[grpc.Channel, Accepted]]:
    accepted = Accepted()
    receiver = grpc_server.start(accepted, port=0, max_body_bytes=LIMIT)
    with grpc.insecure_channel(f"127.0.0.1:{receiver.port}") as channel:
        yield channel, accepted
    receiver.stop()


@pytest.fixture
def channel(server: tuple[grpc.Channel, Accepted]) -> grpc.Channel:
    return server[0]


@pytest.fixture
def accepted(server: tuple[grpc.Channel, Accepted]) -> Accepted:
    server[1].batches.clear()
    server[1].failure = None
    return server[1]


def refused(channel: grpc.Channel, request: object = TRACES, **call: object) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        TraceServiceStub(channel).Export(request, timeout=20, **call)
    return caught.value


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_the_three_services_export(
    channel: grpc.Channel, accepted: Accepted, compression: grpc.Compression
) -> None:
    metrics = message(
        ExportMetricsServiceRequest, OtlpSignal.METRICS, metric_request(a_gauge(a_point()))
    )
    logs = message(ExportLogsServiceRequest, OtlpSignal.LOGS, log_request(a_log()))
    answers = [
        TraceServiceStub(channel).Export(TRACES, compression=compression, timeout=20),
        MetricsServiceStub(channel).Export(metrics, compression=compression, timeout=20),
        LogsServiceStub(channel).Export(logs, compression=compression, timeout=20),
    ]

    assert [answer.HasField("partial_success") for answer in answers] == [False] * 3
    assert accepted.column("spans", "operation") == ["POST /pay"]
    assert accepted.column("points", "metric") == ["queue.depth"]
    assert accepted.column("logs", "body") == ["order placed"]


def test_refused_rows_are_a_partial_success(channel: grpc.Channel, accepted: Accepted) -> None:
    request = trace_request(a_span(), a_span(startTimeUnixNano=0))
    answer = TraceServiceStub(channel).Export(
        message(ExportTraceServiceRequest, OtlpSignal.TRACES, request), timeout=20
    )
    assert answer.partial_success.rejected_spans == 1


def test_malformed_bytes_are_an_invalid_argument(channel: grpc.Channel, accepted: Accepted) -> None:
    export = channel.unary_unary(
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        request_serializer=lambda raw: raw,
        response_deserializer=lambda raw: raw,
    )
    with pytest.raises(grpc.RpcError) as caught:
        export(b"\xff\xff\xff", timeout=20)
    assert caught.value.code() is CODE.INVALID_ARGUMENT
    assert accepted.batches == []


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_message_over_the_limit_is_resource_exhausted_and_not_worth_a_retry(
    channel: grpc.Channel, accepted: Accepted, compression: grpc.Compression
) -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add(schema_url="a" * 50 * LIMIT)  # a few kB when compressed
    error = refused(channel, request, compression=compression)
    assert error.code() is CODE.RESOURCE_EXHAUSTED
    assert accepted.batches == []


@pytest.mark.parametrize(
    ("failure", "code", "retry_after_s"),
    [
        (Overloaded("full", retry_after_s=2.5), CODE.UNAVAILABLE, 3),
        (StorageFull("no room"), CODE.UNAVAILABLE, 30),
    ],
)
def test_what_can_be_retried_says_when(
    channel: grpc.Channel,
    accepted: Accepted,
    failure: Exception,
    code: grpc.StatusCode,
    retry_after_s: int,
) -> None:
    accepted.failure = failure
    error = refused(channel)

    details = dict(error.trailing_metadata())
    retry = RetryInfo()
    assert error.code() is code
    assert Status.FromString(details["grpc-status-details-bin"]).details[0].Unpack(retry)
    assert retry.retry_delay.seconds == retry_after_s


def test_a_bug_is_internal_and_keeps_its_details(channel: grpc.Channel, accepted: Accepted) -> None:
    accepted.failure = ZeroDivisionError("secret internals")
    error = refused(channel)
    assert error.code() is CODE.INTERNAL
    assert "internals" not in str(error.details())


def test_a_port_that_is_taken_is_a_clear_error() -> None:
    first = grpc_server.start(Accepted(), port=0)
    with pytest.raises(OperatorError, match=f"Port {first.port} "):
        grpc_server.start(Accepted(), port=first.port)
    first.stop()
