"""A server on loopback that speaks OpenAI's protocol and answers what a test wrote down.

with ScriptedModel([calls("changes", {}), answers({"verdict": "…"})]) as model:
    … model.url …
# a line that nobody asked for, and a request beyond the script, fail here

with ScriptedModel(policy=lambda request: says("…")) as model:   # as often as asked
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, TypeAlias

from benchmarks.scripted_model import protocol
from benchmarks.scripted_model.reply import Reply, fails

Policy: TypeAlias = Callable[[dict[str, Any]], Reply]


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived: header names in lower case, `body` parsed."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def prompt_tokens(self) -> int:
        return protocol.prompt_tokens(self.body)


class ScriptedModel:
    """Either a script, used line by line, or a policy, asked each time; several calls at once.

    `models` are the names it knows (any, when empty), `api_key` the key it wants ('' for none).
    Leaving the context raises AssertionError for unused lines, requests beyond the script and
    exceptions of the policy.
    """

    def __init__(
        self,
        script: Iterable[Reply | str] = (),
        *,
        policy: Policy | None = None,
        models: Sequence[str] = (),
        api_key: str = "",
    ) -> None:
        self.requests: list[Request] = []
        self._script = [Reply(text=line) if isinstance(line, str) else line for line in script]
        self._policy = policy
        self._models = tuple(models)
        self._api_key = api_key
        self._used = 0
        self._problems: list[str] = []
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def origin(self) -> str:
        """Scheme, host and port; Azure's client adds its own path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/v1"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request.body for request in self.requests]

    def __enter__(self) -> ScriptedModel:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._thread.join()
        problems = list(self._problems)
        if unused := self._script[self._used :]:
            problems.append(f"{len(unused)} lines of the script were not asked for: {unused[0]}")
        if not problems:
            return
        if error is None:
            raise AssertionError("; ".join(problems))
        error.add_note("The scripted model: " + "; ".join(problems))

    def reply_to(self, request: Request) -> tuple[int, Reply]:
        """The number of the call, counting from 1, and its answer."""
        with self._lock:
            self.requests.append(request)
            number = len(self.requests)
        if self._api_key and self._api_key not in (
            request.headers.get("api-key", ""),
            request.headers.get("authorization", "").removeprefix("Bearer "),
        ):
            return number, fails(401, "Incorrect API key provided.", code="invalid_api_key")
        name = request.body.get("model")
        if self._models and name not in self._models:
            return number, fails(404, f"No model {name!r} here.", code="model_not_found")
        return number, self._decided(request, number)

    def model_list(self) -> dict[str, Any]:
        listed = [{"id": name, "object": "model"} for name in self._models or ("scripted",)]
        return {"object": "list", "data": listed}

    def complain(self, problem: str) -> None:
        """A problem that fails the test at the exit."""
        with self._lock:
            self._problems.append(problem)

    def _decided(self, request: Request, number: int) -> Reply:
        if self._policy:
            try:
                return self._policy(request.body)
            except Exception as error:  # noqa: BLE001  raised again at the exit
                self.complain(f"the policy failed at call {number}: {error!r}")
                return fails(400, "the policy of this test failed")
        with self._lock:
            if self._used < len(self._script):
                self._used += 1
                return self._script[self._used - 1]
        asked = json.dumps(request.body.get("messages", [])[-1:], ensure_ascii=False)[:300]
        self.complain(f"call {number} is beyond the script of {len(self._script)}: {asked}")
        return fails(400, "the script of this test has no more lines")


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # joined at the end, so that nothing of one test reaches the next

    def __init__(self, model: ScriptedModel) -> None:
        self.model = model
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if not isinstance(error, OSError):  # a client that hung up does so on purpose
            self.model.complain(f"the scripted server failed: {error!r}")

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        for connection in tuple(self._connections):  # idle ones that a client keeps alive
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: what was asked is in `requests`."""

    def do_GET(self) -> None:
        if self.path.split("?")[0].endswith("/models"):
            self._send(200, json.dumps(self.server.model.model_list()).encode())
        else:
            self._send(404, b"{}")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.path.split("?")[0].endswith("/chat/completions"):
            self._send(404, json.dumps(protocol.error_body(fails(404, "No such path."))).encode())
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, json.loads(raw))
        number, reply = self.server.model.reply_to(request)
        self.server.stopping.wait(reply.delay_s)
        if reply.status != 200:
            self._send(reply.status, json.dumps(protocol.error_body(reply)).encode(), reply)
        elif request.body.get("stream"):
            self._stream(request.body, reply, number)
        else:
            body = json.dumps(protocol.completion(request.body, reply, number)).encode()
            self._send(200, body if reply.raw is None else reply.raw, reply)

    def _send(self, status: int, body: bytes, reply: Reply | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if reply and reply.retry_after_s is not None:
            self.send_header("Retry-After", f"{reply.retry_after_s:g}")
        if reply and reply.location:
            self.send_header("Location", reply.location)
        self.end_headers()
        cut = reply.cut_after if reply else None
        self.wfile.write(body[:cut])
        self.close_connection = self.close_connection or cut is not None

    def _stream(self, request: Mapping[str, Any], reply: Reply, number: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if reply.raw is not None:
            self._chunk(reply.raw)
        else:
            for index, chunk in enumerate(protocol.chunks(request, reply, number)):
                if reply.cut_after is not None and index >= reply.cut_after:
                    self.close_connection = True  # without the last chunk: a broken stream
                    return
                if index:
                    self.server.stopping.wait(reply.pause_s)
                self._chunk(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
