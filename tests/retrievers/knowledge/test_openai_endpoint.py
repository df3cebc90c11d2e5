"""Embeddings over OpenAI's protocol, from a real server on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.domain.errors import CausewayError, InvalidPayload, OperatorError, Overloaded
from retrievers.knowledge.openai_endpoint import OpenAiEndpoint
from tests.retrievers.knowledge.conftest import Opens, hunk

Answer = Callable[[dict[str, Any]], tuple[int, Any]]


class Endpoint(ThreadingHTTPServer):
    """Answers `POST /v1/embeddings` and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answer: Answer = embeddings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers["Authorization"])
        status, answer = self.server.answer(body) if self.path == "/v1/embeddings" else (404, {})
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


def vector(text: str) -> list[float]:
    return [3.0 if "pool" in text else 0.0, 4.0 if "full" in text else 0.1, 0.2]


def embeddings(body: dict[str, Any]) -> tuple[int, Any]:
    data = [
        {"object": "embedding", "index": index, "embedding": vector(text)}
        for index, text in enumerate(body["input"])
    ]
    data.reverse()  # the protocol orders by index, not by place
    return 200, {
        "object": "list",
        "data": data,
        "model": body["model"],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_texts_go_out_in_batches_and_come_back_in_order(endpoint: Endpoint) -> None:
    embedder = OpenAiEndpoint(endpoint.url, "small-3", api_key="k-1")
    vectors = embedder.embed(["pool is full", "", *["anything"] * 98])
    assert vectors.shape == (100, 3)
    assert vectors[0] == pytest.approx([0.6, 0.8, 0.04], abs=0.01)
    assert [len(body["input"]) for body in endpoint.asked] == [64, 36]
    assert endpoint.asked[0]["model"] == "small-3"
    assert endpoint.asked[0]["input"][1] == " "  # an empty input is against the protocol
    assert endpoint.keys[0] == "Bearer k-1"
    assert (embedder.name, embedder.dimensions) == ("openai-small-3", 3)
    assert len(endpoint.asked) == 2  # the dimensions were known by then


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidPayload),
        (401, OperatorError),
        (404, OperatorError),
        (429, Overloaded),
        (500, OperatorError),
    ],
)
def test_refusals_become_errors_that_say_who_can_act(
    endpoint: Endpoint, status: int, error: type[CausewayError]
) -> None:
    endpoint.answer = lambda body: (status, {"error": {"message": "no"}})
    with pytest.raises(error, match="openai-small-3"):
        OpenAiEndpoint(endpoint.url, "small-3").embed(["pool"])


@pytest.mark.parametrize("data", [[], [{"object": "embedding", "index": 0, "embedding": []}] * 2])
def test_an_answer_that_does_not_fit_is_an_error(endpoint: Endpoint, data: list[Any]) -> None:
    endpoint.answer = lambda body: (200, {"object": "list", "data": data, "model": "m"})
    with pytest.raises(OperatorError):
        OpenAiEndpoint(endpoint.url, "small-3").embed(["pool"])


def test_nobody_listens() -> None:
    with pytest.raises(Overloaded, match="cannot be reached"):
        OpenAiEndpoint("http://127.0.0.1:9/v1", "small-3", timeout_s=2).embed(["pool"])


def test_the_store_embeds_through_it(endpoint: Endpoint, opened: Opens) -> None:
    store = opened(OpenAiEndpoint(endpoint.url, "small-3"))
    store.remember([hunk("pool of four"), hunk("disk is full")])
    assert store.settle(60)
    assert store.search("pool")[0].semantic == pytest.approx(1, abs=0.01)
