"""Calls to other services: timeouts, retries, trace context."""

import asyncio

import steadyretry

from shoplib.errors import UpstreamFailed, UpstreamTimeout
from shoplib.messages import Request


class Client:
    """Settings come from [client], and from [client.PEER] where a peer needs its own."""

    def __init__(self, runtime, config: dict) -> None:
        self.runtime = runtime
        self.telemetry = runtime.telemetry
        self.settings = config["client"]

    def setting(self, peer: str, name: str):
        return self.settings.get(peer, {}).get(name, self.settings[name])

    async def get(self, peer: str, path: str, **parameters: str):
        return await self.call(peer, "GET", path, None, **parameters)

    async def post(self, peer: str, path: str, body, **parameters: str):
        return await self.call(peer, "POST", path, body, **parameters)

    async def call(self, peer: str, method: str, path: str, body, **parameters: str):
        """The body of the answer. Raises UpstreamFailed for an error status or no connection,
        UpstreamTimeout when the answer takes too long."""
        return await steadyretry.call(
            lambda: self._attempt(peer, method, path, body, parameters),
            attempts=self.setting(peer, "attempts"),
            backoff_s=self.setting(peer, "backoff_s"),
            retry_if=worth_retrying,
            jitter=self.runtime.random.random,
        )

    async def _attempt(self, peer: str, method: str, path: str, body, parameters: dict):
        attributes = {
            "http.request.method": method,
            "server.address": peer,
            "url.template": path,
        }
        started = self.runtime.now()
        with self.telemetry.span(f"{method} {path}", "client", attributes) as span:
            try:
                answer = await self._send(peer, method, path.format(**parameters), body)
            except UpstreamFailed as failure:
                span.set("error.type", type(failure).__name__)
                span.fail(str(failure))
                attributes["error.type"] = type(failure).__name__
                if failure.answered:
                    span.set("http.response.status_code", failure.answered)
                raise
            else:
                span.set("http.response.status_code", 200)
                return answer
            finally:
                elapsed = self.runtime.now() - started
                self.telemetry.record("http.client.request.duration", elapsed, "s", attributes)

    async def _send(self, peer: str, method: str, path: str, body):
        request = Request(method, path, body, self.telemetry.inject())
        timeout_s = self.setting(peer, "timeout_s")
        try:
            async with asyncio.timeout(timeout_s):
                response = await self.runtime.send(peer, request)
        except TimeoutError:
            raise UpstreamTimeout(peer, f"no answer within {timeout_s} s") from None
        except OSError as error:
            raise UpstreamFailed(peer, str(error)) from None
        if response.status >= 400:
            reason = f"{response.status} {(response.body or {}).get('error', '')}".strip()
            raise UpstreamFailed(peer, reason, response.status)
        return response.body


def worth_retrying(error: Exception) -> bool:
    """A timeout or a 5xx may pass; a 4xx will not."""
    return isinstance(error, UpstreamFailed) and not 400 <= error.answered < 500
