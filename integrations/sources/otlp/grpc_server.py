"""OTLP over gRPC: the three Export services of opentelemetry-proto."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
import opentelemetry.proto.collector.logs.v1.logs_service_pb2 as logs_service_pb2
import opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 as metrics_service_pb2
import opentelemetry.proto.collector.trace.v1.trace_service_pb2 as trace_service_pb2

from assistant.domain.errors import OperatorError
from integrations.sources.otlp.decoded import Accept
from integrations.sources.otlp.failures import Failure, failure_of
from integrations.sources.otlp.receiving import MAX_BODY_BYTES, Receiver
from integrations.sources.otlp.wire import OtlpSignal

# Threads mostly wait for the disk, and share its transactions.
_THREADS = 16
# Calls of one connection at once; more wait in the client. Refusing them would not do: gRPC says
# RESOURCE_EXHAUSTED then, without a time to retry, at which OTLP clients drop their data.
_STREAMS = 64
_SERVICES: dict[OtlpSignal, Any] = {
    OtlpSignal.TRACES: trace_service_pb2.DESCRIPTOR.services_by_name["TraceService"],
    OtlpSignal.METRICS: metrics_service_pb2.DESCRIPTOR.services_by_name["MetricsService"],
    OtlpSignal.LOGS: logs_service_pb2.DESCRIPTOR.services_by_name["LogsService"],
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GrpcReceiver:
    """A running server; `port` is the one it was given, or found when asked for 0."""

    port: int
    server: Any

    def stop(self, grace_s: float = 5.0) -> None:
        """Refuse new calls, finish those that run, return when done."""
        self.server.stop(grace_s).wait()


def start(
    accept: Accept,
    *,
    host: str = "127.0.0.1",
    port: int = 4317,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> GrpcReceiver:
    """Serve until stopped. Raises OperatorError when the port cannot be used."""
    receiver = Receiver(accept, max_body_bytes=max_body_bytes)
    server = grpc.server(
        ThreadPoolExecutor(_THREADS, thread_name_prefix="otlp-grpc"),
        options=(
            ("grpc.max_receive_message_length", max_body_bytes),
            ("grpc.max_concurrent_streams", _STREAMS),
            ("grpc.so_reuseport", 0),  # a second server on the port must fail, not share it
        ),
    )
    server.add_generic_rpc_handlers(
        tuple(
            grpc.method_handlers_generic_handler(
                service.full_name, {"Export": _handler(s, receiver)}
            )
            for s, service in _SERVICES.items()
        )
    )
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        bound = server.add_insecure_port(address)
    except RuntimeError as error:
        raise OperatorError(
            f"Port {port} of {host} cannot be used for OTLP over gRPC.",
            hint="Stop what uses it, or choose another otlp_grpc_port (0 takes a free one).",
        ) from error
    server.start()
    return GrpcReceiver(bound, server)


def _handler(signal: OtlpSignal, receiver: Receiver) -> Any:
    # Without a deserializer the call brings the message's bytes, which is what `decode` takes.
    return grpc.unary_unary_rpc_method_handler(
        _export(signal, receiver),
        response_serializer=lambda response: response.SerializeToString(),
    )


def _export(signal: OtlpSignal, receiver: Receiver) -> Callable[[bytes, Any], Any]:
    def export(body: bytes, context: Any) -> Any:
        try:
            return receiver.receive(signal, body)
        except Exception as error:  # the outermost edge of a call
            failure = failure_of(error)
            if failure.code is grpc.StatusCode.INTERNAL:
                logger.exception("An OTLP %s call over gRPC failed", signal)
            return _abort(context, failure)

    return export


def _abort(context: Any, failure: Failure) -> None:
    details = (("grpc-status-details-bin", failure.status().SerializeToString()),)
    context.set_trailing_metadata(details)
    context.abort(failure.code, failure.message)
