"""Commands that ask the server which owns the stores.

What only some of them need, numpy and the form of reports, is imported where it is used: somebody
waits at the terminal for the first sign of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from assistant.api.chat_schemas import (
    conversation_from_dict,
    event_from_dict,
    failure_of,
    feedback_to_dict,
)
from assistant.api.problems import error_of
from assistant.cli.failures import Unreachable
from assistant.cli.repositories import known_name
from assistant.cli.talking import person
from assistant.domain.conversation import Conversation, Event, EventKind, Feedback
from assistant.domain.errors import CallerError, Overloaded
from assistant.domain.window import NANOSECONDS, TimeWindow

if TYPE_CHECKING:
    from assistant.domain.changes import RecordedChange
    from assistant.domain.report import Question, Report
    from assistant.domain.signals import Series
    from assistant.domain.usage import QualityRow, SpendRow, Usage


class Remote:
    """The Backend over the REST API of a running `causeway serve`."""

    def __init__(self, address: str, patience: timedelta) -> None:
        self._address = address
        # The server is on this machine: a proxy from the environment has no business here.
        self._http = httpx.Client(
            base_url=address,
            timeout=httpx.Timeout(patience.total_seconds(), connect=5),
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()

    def investigate(
        self,
        question: Question,
        progress: Callable[[str], None],
        *,
        model: str = "",
        hear: Callable[[Event], None] = lambda event: None,
    ) -> Report:
        from assistant.api.schemas import question_to_dict

        asked = {"model": model, "user": person(), "channel": "cli"}
        body = question_to_dict(question)
        report_id = ""
        try:
            for event in self._events("/api/v1/investigations", body, params=asked):
                if event.kind is EventKind.STEP:
                    progress(event.text)
                elif event.kind is EventKind.FAILED:
                    raise error_of(failure_of(event))
                report_id = str(event.data.get("id", report_id))
                hear(event)
        except KeyboardInterrupt:
            # Leaving ends the model's part; the report of the analysis is kept by then.
            if not report_id:
                raise
        return self.report(report_id)

    def changes(self, window: TimeWindow, services: Sequence[str]) -> Sequence[RecordedChange]:
        from assistant.api.schemas import change_from_dict

        answer = self._ask(
            "GET", "/api/v1/changes", params={**_window(window), "service": list(services)}
        )
        return [change_from_dict(one) for one in answer.json()]

    def record_changes(self, payload: bytes) -> Sequence[str]:
        answer = self._ask("POST", "/api/v1/changes", content=payload, headers=_JSON)
        return [str(one) for one in answer.json()["ids"]]

    def services(self, window: TimeWindow | None) -> Sequence[dict[str, object]]:
        params = _window(window) if window else {}
        rows: list[dict[str, object]] = self._ask("GET", "/api/v1/services", params=params).json()
        return rows

    def series(self, window: TimeWindow, step_ns: int, services: Sequence[str]) -> Sequence[Series]:
        from assistant.api.schemas import series_from_dict

        asked = {**_window(window), "step_s": step_ns // NANOSECONDS, "service": list(services)}
        rows = self._ask("GET", "/api/v1/series", params=asked).json()
        return [series_from_dict(row) for row in rows]

    def start_chat(self, *, user: str, report_id: str) -> Conversation:
        body = {"channel": "cli", "user": user, "report_id": report_id}
        return conversation_from_dict(self._ask("POST", "/api/v1/chats", json=body).json())

    def conversation(self, chat_id: str) -> Conversation:
        return conversation_from_dict(self._ask("GET", f"/api/v1/chats/{_part(chat_id)}").json())

    def conversations(self, limit: int) -> Sequence[Conversation]:
        rows = self._ask("GET", "/api/v1/chats", params={"limit": limit}).json()
        return [conversation_from_dict(row) for row in rows]

    def say(self, chat_id: str, message: str) -> Iterator[Event]:
        return self._events(f"/api/v1/chats/{_part(chat_id)}/messages", {"text": message})

    def _events(self, path: str, body: object, **options: Any) -> Iterator[Event]:
        """Server-sent events, up to the last one."""
        accepted = {"Accept": "text/event-stream"}
        try:
            with self._http.stream("POST", path, json=body, headers=accepted, **options) as answer:
                if not answer.is_success:
                    answer.read()
                self._checked(answer)
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        yield event_from_dict(json.loads(line.removeprefix("data: ")))
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def stop(self, chat_id: str) -> None:
        self._ask("POST", f"/api/v1/chats/{_part(chat_id)}/stop")

    def report(self, report_id: str) -> Report:
        from assistant.schema import report_from_json

        answer = self._ask("GET", f"/api/v1/reports/{_part(report_id)}")
        return report_from_json(answer.content)

    def give_feedback(self, feedback: Feedback) -> None:
        body = feedback_to_dict(feedback)
        for told_by_server in ("id", "at", "report_id"):
            body.pop(told_by_server)
        self._ask("POST", f"/api/v1/reports/{_part(feedback.report_id)}/feedback", json=body)

    def costs(self, window: TimeWindow, by: Sequence[str]) -> tuple[Sequence[SpendRow], Usage]:
        from assistant.api.usage_schemas import costs_from_dict

        params = {**_window(window), "by": list(by)}
        return costs_from_dict(self._ask("GET", "/api/v1/costs", params=params).json())

    def quality(self, window: TimeWindow, by: Sequence[str]) -> Sequence[QualityRow]:
        from assistant.api.usage_schemas import quality_from_dict

        params = {**_window(window), "by": list(by)}
        return quality_from_dict(self._ask("GET", "/api/v1/quality", params=params).json())

    def searches_by_meaning(self) -> bool:
        """Whether everything that was learned so far is embedded."""
        return bool(self._ask("GET", "/readyz").json()["search_by_meaning"])

    def repository(self, path: Path) -> str:
        # What a server reads is its operator's choice: a request cannot name a path.
        known: dict[str, str] = self._ask("GET", "/api/v1/repositories").json()
        return known_name({name: Path(text) for name, text in known.items()}, path)

    def ingest_lines(
        self, form: str, lines: Sequence[str], *, service: str, first_line: int
    ) -> int:
        answer = self._ask(
            "POST",
            f"/api/v1/ingest/{form}",
            params={"service": service, "first_line": first_line},
            content="".join(lines).encode("utf-8", "replace"),
            headers={"Content-Type": "text/plain; charset=utf-8"},
        )
        return int(answer.json()["stored"])

    def ingest_otlp(self, signal: str, body: bytes, *, json: bool) -> None:
        kind = "application/json" if json else "application/x-protobuf"
        self._ask("POST", f"/v1/{signal}", content=body, headers={"Content-Type": kind})

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        return self._checked(answer)

    def _unreachable(self, error: httpx.HTTPError) -> Unreachable:
        return Unreachable(
            f"The server at {self._address} does not answer: {error or type(error).__name__}.",
            hint="Look at the output of `causeway serve`, or start it again.",
        )

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        """The answer if it is a success; otherwise raises what it says."""
        if answer.is_success:
            return answer
        if "problem+json" in answer.headers.get("content-type", ""):
            raise error_of(answer.json())
        if answer.status_code in _BUSY:
            wait_s = float(answer.headers.get("Retry-After", "1"))
            raise Overloaded("The server is busy.", retry_after_s=wait_s)
        raise CallerError(f"The server refused with {answer.status_code}: {answer.text[:200]}")


_BUSY = (429, 502, 503, 504)
_JSON = {"Content-Type": "application/json"}


def _part(name: str) -> str:
    """An id as a part of a path, whatever it holds."""
    return quote(name, safe="")


def _window(window: TimeWindow) -> dict[str, str]:
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}
