"""Conversations over the API: turns, events that can be resumed, and feedback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.api.app import create_app
from assistant.domain.signals import SpanStatus
from assistant.settings import Settings
from assistant.wiring import open_causeway
from tests.builders import a_batch, a_deploy, a_span, at, at_ns

QUESTION = "why is checkout failing since 11:55?"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Twenty minutes of a service that fails in the last five."""
    settings = Settings.model_validate({"data_dir": tmp_path_factory.mktemp("chats")})
    clock = lambda: datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # noqa: E731
    with open_causeway(settings, long_running=False, clock=clock) as causeway:
        spans = [
            a_span(
                start_ns=at_ns(second / 60),
                status=SpanStatus.ERROR if second > -300 else SpanStatus.UNSET,
            )
            for second in range(-1200, 0, 5)
        ]
        causeway.accept(a_batch(*spans), [a_deploy(minutes=-6, id="d-1")])
        app = create_app(causeway)
        with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
            yield client


@pytest.fixture
def chat(client: TestClient) -> str:
    answer = client.post("/api/v1/chats", json={"user": "mara"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def say(client: TestClient, chat: str, text: str) -> dict[str, Any]:
    answer = client.post(f"/api/v1/chats/{chat}/messages?wait=true", json={"text": text})
    assert answer.status_code == 200, answer.text
    event: dict[str, Any] = answer.json()
    return event


def events_of(body: str) -> list[dict[str, Any]]:
    found = []
    for block in body.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        event = json.loads(fields["data"])
        assert (int(fields["id"]), fields["event"]) == (event["number"], event["kind"])
        found.append(event)
    return found


def test_a_conversation_with_memory(client: TestClient, chat: str) -> None:
    first = say(client, chat, QUESTION)
    second = say(client, chat, "what changed?")
    kept = client.get(f"/api/v1/chats/{chat}").json()

    assert first["kind"] == "answer"
    assert first["data"]["claims"][0]["evidence"]
    assert second["data"]["report_id"] == first["data"]["report_id"] == kept["report_id"]
    assert [(t["number"], t["role"]) for t in kept["turns"]] == [
        (1, "person"),
        (2, "assistant"),
        (3, "person"),
        (4, "assistant"),
    ]
    assert kept["turns"][3]["text"] == second["text"]
    assert client.get("/api/v1/chats?user=mara").json()[0]["id"] == chat


def test_events_are_streamed_and_resumed_after_the_last_that_was_seen(
    client: TestClient, chat: str
) -> None:
    streamed = client.post(
        f"/api/v1/chats/{chat}/messages",
        json={"text": QUESTION},
        headers={"Accept": "text/event-stream"},
    )
    events = events_of(streamed.text)
    again = client.get(
        f"/api/v1/chats/{chat}/events", headers={"Last-Event-ID": str(events[3]["number"])}
    )

    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert [e["kind"] for e in events[:2]] == ["step", "step"]
    assert [e["kind"] for e in events].count("report") == 1
    assert events[-1]["kind"] == "answer"
    assert events_of(again.text) == events[4:]


def test_a_turn_is_started_and_its_events_are_elsewhere(client: TestClient, chat: str) -> None:
    begun = client.post(f"/api/v1/chats/{chat}/messages", json={"text": "what changed?"})

    assert begun.status_code == 202
    assert begun.headers["location"] == f"/api/v1/chats/{chat}/events"
    events = events_of(client.get(begun.headers["location"]).text)
    assert events[-1]["kind"] == "answer"


def test_a_conversation_about_a_report(client: TestClient, chat: str) -> None:
    report_id = say(client, chat, QUESTION)["data"]["report_id"]
    other = client.post("/api/v1/chats", json={"report_id": report_id}).json()["id"]

    shown = say(client, other, "show evidence E1")

    evidence = client.get(f"/api/v1/reports/{report_id}/evidence/E1").json()
    assert evidence["excerpt"] in shown["text"]


def test_what_was_not_understood_is_an_answer_too(client: TestClient, chat: str) -> None:
    event = say(client, chat, "tell me a joke")

    assert event["kind"] == "answer"
    assert event["data"]["understood"] is False
    assert event["data"]["claims"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/chats/c-404", None, 404),
        ("GET", "/api/v1/chats/c-404/events", None, 404),
        ("POST", "/api/v1/chats/c-404/messages", {"text": "  "}, 400),
        ("POST", "/api/v1/chats/c-404/messages", {"text": "why?"}, 404),
        ("POST", "/api/v1/chats", {"report_id": "r-404"}, 404),
        ("POST", "/api/v1/chats", {"report": "r-404"}, 422),
        ("POST", "/api/v1/reports/r-404/feedback", {"helpful": True}, 404),
        ("GET", "/api/v1/reports/r-404/feedback", None, 404),
    ],
)
def test_failures_are_problem_details(
    client: TestClient, method: str, path: str, body: object, status: int
) -> None:
    answer = client.request(method, path, json=body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_what_keeps_a_question_from_being_answered_is_a_problem(
    client: TestClient, chat: str
) -> None:
    path = f"/api/v1/chats/{chat}/messages?wait=true"
    answer = client.post(path, json={"text": "errors at 2031-01-01T00:00Z"})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:causeway:problem:InvalidWindow"
    assert "not come yet" in answer.json()["detail"]


def test_feedback_is_kept_redacted(client: TestClient, chat: str) -> None:
    report_id = say(client, chat, QUESTION)["data"]["report_id"]
    given = {"helpful": False, "reason": "ask eve@evil.example", "outcome": "It was the cache."}

    answer = client.post(f"/api/v1/reports/{report_id}/feedback", json=given)
    kept = client.get(f"/api/v1/reports/{report_id}/feedback").json()

    assert answer.status_code == 201
    assert [(f["helpful"], f["outcome"]) for f in kept] == [(False, "It was the cache.")]
    assert "eve@evil.example" not in kept[0]["reason"]
    assert kept[0]["at"].startswith(f"{at():%Y-%m-%dT%H:%M}")
