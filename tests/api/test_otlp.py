"""OTLP over HTTP, spoken to a real server on loopback."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection

import httpx
import pytest
from google.protobuf.json_format import Parse
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assistant.domain.changes import RecordedChange
from assistant.domain.errors import Overloaded, StorageFull
from assistant.domain.signals import SignalBatch
from integrations.sources.otlp.json_encoding import to_protobuf
from integrations.sources.otlp.wire import OtlpSignal
from tests.fakes.otlp import Accepted, http_receiver
from tests.integrations.sources.otlp.payloads import (
    a_gauge,
    a_log,
    a_point,
    a_span,
    log_request,
    metric_request,
    trace_request,
)

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
GZIP = {"content-encoding": "gzip"}
LIMIT = 100_000  # bytes, for these tests
TRACES_JSON = json.dumps(trace_request(a_span())).encode()
TRACES = to_protobuf(OtlpSignal.TRACES, TRACES_JSON)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[httpx.Client, Accepted]]:
    accepted = Accepted()
    with (
        http_receiver(accepted, max_body_bytes=LIMIT) as url,
        httpx.Client(base_url=url, timeout=20) as client,
    ):
        yield client, accepted


@pytest.fixture
def client(server: tuple[httpx.Client, Accepted]) -> httpx.Client:
    return server[0]


@pytest.fixture
def accepted(server: tuple[httpx.Client, Accepted]) -> Accepted:
    accepted = server[1]
    accepted.batches.clear()
    accepted.changes.clear()
    accepted.failure = None
    return accepted


def status_of(response: httpx.Response) -> Status:
    if response.headers["content-type"] == "application/json":
        return Parse(response.text, Status())
    assert response.headers["content-type"] == "application/x-protobuf"
    return Status.FromString(response.content)


@pytest.mark.parametrize("path", ["traces", "metrics", "logs"])
@pytest.mark.parametrize(("headers", "empty"), [(PROTOBUF, b""), (JSON, b"{}")])
def test_an_empty_request_is_answered_with_an_empty_success(
    client: httpx.Client, accepted: Accepted, path: str, headers: dict[str, str], empty: bytes
) -> None:
    response = client.post(f"/v1/{path}", content=empty, headers=headers)
    assert (response.status_code, response.content) == (200, empty)
    assert response.headers["content-type"] == headers["content-type"]
    assert accepted.batches == []


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (TRACES, PROTOBUF),
        (TRACES_JSON, JSON),
        (TRACES_JSON, {"content-type": "Application/JSON; charset=utf-8"}),
        (gzip.compress(TRACES, mtime=0), PROTOBUF | GZIP),
        (gzip.compress(TRACES_JSON, mtime=0), JSON | GZIP),
        (
            gzip.compress(TRACES[:50], mtime=0) + gzip.compress(TRACES[50:], mtime=0),
            PROTOBUF | GZIP,
        ),
        (TRACES, PROTOBUF | {"content-encoding": "identity"}),
    ],
)
def test_json_and_protobuf_gzipped_or_not_on_one_port(
    client: httpx.Client, accepted: Accepted, body: bytes, headers: dict[str, str]
) -> None:
    response = client.post("/v1/traces", content=body, headers=headers)
    assert (response.status_code, response.content) in [(200, b""), (200, b"{}")]
    assert accepted.column("spans", "operation") == ["POST /pay"]


def test_metrics_and_logs_have_paths_of_their_own(client: httpx.Client, accepted: Accepted) -> None:
    metrics, logs = metric_request(a_gauge(a_point())), log_request(a_log())
    assert client.post("/v1/metrics", json=metrics).status_code == 200
    assert client.post("/v1/logs", json=logs).status_code == 200
    assert accepted.column("points", "metric") == ["queue.depth"]
    assert accepted.column("logs", "body") == ["order placed"]


def test_a_partial_success_counts_what_was_refused(
    client: httpx.Client, accepted: Accepted
) -> None:
    request = metric_request(a_gauge(a_point(), a_point() | {"asDouble": "NaN"}))

    as_json = client.post("/v1/metrics", json=request)
    body = to_protobuf(OtlpSignal.METRICS, json.dumps(request).encode())
    as_protobuf = client.post("/v1/metrics", content=body, headers=PROTOBUF)

    message = "1 × point whose value is NaN or infinite"
    assert as_json.json() == {
        "partialSuccess": {"rejectedDataPoints": "1", "errorMessage": message}
    }
    partial = ExportMetricsServiceResponse.FromString(as_protobuf.content).partial_success
    assert (partial.rejected_data_points, partial.error_message) == (1, message)


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"\xff\xff\xff", PROTOBUF, 400),
        (b"{", JSON, 400),
        (b'{"resourceSpans": 7}', JSON, 400),
        (b'{"name": "caf\xe9"}', JSON, 400),
        (b"[" * 20_000, JSON, 400),
        (b"not gzip", PROTOBUF | GZIP, 400),
        (gzip.compress(TRACES, mtime=0)[:-12], PROTOBUF | GZIP, 400),
        (TRACES, {}, 415),
        (TRACES, {"content-type": "text/plain"}, 415),
        (TRACES, PROTOBUF | {"content-encoding": "zstd"}, 415),
        (b"\0" * (LIMIT + 1), PROTOBUF, 413),
        (b" " * (LIMIT + 1), JSON, 413),
        (gzip.compress(b"\0" * 50_000_000, mtime=0), PROTOBUF | GZIP, 413),
        (gzip.compress(b" " * 50_000_000, mtime=0), JSON | GZIP, 413),
    ],
)
def test_a_bad_request_is_told_in_its_own_content_type(
    client: httpx.Client, accepted: Accepted, body: bytes, headers: dict[str, str], code: int
) -> None:
    response = client.post("/v1/traces", content=body, headers=headers)

    assert response.status_code == code
    expected = headers.get("content-type", "")
    if expected in ("application/json", "application/x-protobuf"):
        assert response.headers["content-type"] == expected
    assert status_of(response).message
    assert accepted.batches == []


def test_bad_data_comes_with_its_details(client: httpx.Client, accepted: Accepted) -> None:
    response = client.post("/v1/logs", content=b"\xff", headers=PROTOBUF)
    details = BadRequest()
    assert status_of(response).details[0].Unpack(details)
    assert "not an OTLP logs request" in details.field_violations[0].description


def test_a_body_of_100_mb_is_refused_and_the_connection_hears_why(accepted: Accepted) -> None:
    chunk = b"\0" * 1_000_000

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield chunk

    with http_receiver(accepted) as url:
        announced = httpx.post(f"{url}/v1/traces", content=chunk * 100, headers=PROTOBUF)
        chunked = httpx.post(f"{url}/v1/traces", content=endless(), headers=PROTOBUF)
    assert (announced.status_code, chunked.status_code) == (413, 413)


def test_a_full_queue_is_429_with_the_seconds_to_wait(
    client: httpx.Client, accepted: Accepted
) -> None:
    accepted.failure = Overloaded("The queue is full.", retry_after_s=2.5)
    response = client.post("/v1/traces", content=TRACES, headers=PROTOBUF)

    assert (response.status_code, response.headers["retry-after"]) == (429, "3")
    retry = RetryInfo()
    assert status_of(response).details[0].Unpack(retry)
    assert retry.retry_delay.seconds == 3


def test_a_full_disk_is_503_so_that_senders_keep_their_data(
    client: httpx.Client, accepted: Accepted
) -> None:
    accepted.failure = StorageFull("The disk is full.", hint="Free some space.")
    response = client.post("/v1/traces", content=TRACES_JSON, headers=JSON)

    assert (response.status_code, response.headers["retry-after"]) == (503, "30")
    assert status_of(response).message == "The disk is full. Free some space."


def test_a_bug_is_500_without_its_details(client: httpx.Client, accepted: Accepted) -> None:
    accepted.failure = ZeroDivisionError("secret internals")
    response = client.post("/v1/traces", content=TRACES, headers=PROTOBUF)
    assert response.status_code == 500
    assert "internals" not in status_of(response).message


def test_another_method_or_signal_is_not_there(client: httpx.Client) -> None:
    assert client.get("/v1/traces").status_code == 405
    assert client.post("/v1/profiles", content=b"", headers=PROTOBUF).status_code == 404


def test_duplicates_are_accepted_twice(client: httpx.Client, accepted: Accepted) -> None:
    many = ExportTraceServiceRequest.FromString(TRACES)
    answers = [
        client.post("/v1/traces", content=many.SerializeToString(), headers=PROTOBUF).status_code
        for _ in range(2)
    ]
    assert (answers, len(accepted.batches)) == ([200, 200], 2)


def test_the_answer_waits_until_the_data_is_durable() -> None:
    asked, durable = threading.Event(), threading.Event()

    def accept(batch: SignalBatch, changes: list[RecordedChange]) -> None:
        asked.set()
        assert durable.wait(20)

    with http_receiver(accept) as url, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(
            httpx.post, f"{url}/v1/traces", content=TRACES, headers=PROTOBUF, timeout=20
        )
        assert asked.wait(20)
        assert not answer.done()
        durable.set()
        assert answer.result().status_code == 200


def test_large_bodies_beyond_what_memory_allows_at_once_are_told_to_come_back() -> None:
    asked, durable = threading.Semaphore(0), threading.Event()
    large = json.dumps(trace_request(a_span(name="x" * 90_000))).encode()

    def accept(batch: SignalBatch, changes: list[RecordedChange]) -> None:
        asked.release()
        assert durable.wait(20)

    with http_receiver(accept, max_body_bytes=LIMIT) as url, ThreadPoolExecutor(4) as pool:
        post = partial(httpx.post, f"{url}/v1/traces", content=large, headers=JSON, timeout=20)
        answers = [pool.submit(post) for _ in range(4)]
        assert all(asked.acquire(timeout=20) for _ in answers)
        one_too_many = post()
        durable.set()

    assert [answer.result().status_code for answer in answers] == [200] * 4
    assert (one_too_many.status_code, one_too_many.headers["retry-after"]) == (429, "1")


def test_a_client_that_asks_first_is_refused_before_it_sends(client: httpx.Client) -> None:
    connection = HTTPConnection(client.base_url.host, client.base_url.port, timeout=20)
    connection.putrequest("POST", "/v1/traces")
    for name, value in (*PROTOBUF.items(), ("content-length", str(LIMIT + 1))):
        connection.putheader(name, value)
    connection.putheader("expect", "100-continue")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
