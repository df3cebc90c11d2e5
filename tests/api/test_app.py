"""The REST API: what it answers, and what it refuses with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from assistant.api.app import create_app
from assistant.api.chat_schemas import event_from_dict
from assistant.api.schemas import series_from_dict, series_to_dict
from assistant.domain.conversation import EventKind
from assistant.domain.signals import SpanStatus
from assistant.settings import Settings
from assistant.wiring import Causeway, open_causeway
from tests.builders import a_batch, a_deploy, a_span, at, at_ns


@pytest.fixture(scope="module")
def causeway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Causeway]:
    """Twenty minutes of a service that fails in the last five."""
    values = {"data_dir": tmp_path_factory.mktemp("api"), "api_body_limit_kib": 4}
    settings = Settings.model_validate(values)
    with open_causeway(settings, long_running=False) as causeway:
        spans = [
            a_span(
                start_ns=at_ns(second / 60),
                status=SpanStatus.ERROR if second > -300 else SpanStatus.UNSET,
                version="1.9.0",
            )
            for second in range(-1200, 0, 5)
        ]
        causeway.accept(a_batch(*spans), [a_deploy(minutes=-6, version="1.9.0", id="d-1")])
        yield causeway


@pytest.fixture(scope="module")
def client(causeway: Causeway) -> Iterator[TestClient]:
    app = create_app(causeway)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, **question: object) -> dict[str, object]:
    answer = client.post("/api/v1/investigations", json=question)
    assert answer.status_code == 200, answer.text
    report: dict[str, object] = answer.json()
    return report


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ready"


def test_an_investigation_is_answered_with_its_report_and_kept(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/investigations", json={"service": "checkout", "at": at().isoformat()}
    )
    report = answer.json()
    location = answer.headers["location"]
    assert report["first_failing_service"] == "checkout"
    assert client.get(location).json() == report
    assert client.get(f"/api/v1/reports/{report['id']}").json() == report

    newest = client.get("/api/v1/reports", params={"limit": 1}).json()[0]
    assert (newest["id"], newest["verdict"]) == (report["id"], report["verdict"])


def test_an_investigation_can_be_followed(client: TestClient) -> None:
    events = [event_from_dict(e) for e in followed(client, service="checkout")]
    steps = [event.text for event in events if event.kind is EventKind.STEP]
    assert steps[0] == "finding the window"
    assert events[-1].kind is EventKind.REPORT
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    report = client.get(f"/api/v1/reports/{events[-1].data['id']}").json()
    assert report["verdict"] == events[-1].data["verdict"]


def test_one_that_cannot_be_answered_says_so_in_its_last_event(client: TestClient) -> None:
    last = event_from_dict(followed(client, service="chekout")[-1])
    assert last.kind is EventKind.FAILED
    assert last.data["near"] == ["checkout"]


def followed(client: TestClient, **question: object) -> list[object]:
    answer = client.post(
        "/api/v1/investigations",
        json={"at": at().isoformat(), **question},
        headers={"Accept": "text/event-stream"},
    )
    lines = answer.text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def test_evidence_can_be_opened_by_its_id(client: TestClient) -> None:
    report = ask(client, service="checkout", at=at().isoformat())
    first = report["evidence"][0]  # type: ignore[index]
    answer = client.get(f"/api/v1/reports/{report['id']}/evidence/{first['id']}")
    assert answer.json()["excerpt"] == first["excerpt"]
    assert answer.json()["query"] == first["query"]

    missing = client.get(f"/api/v1/reports/{report['id']}/evidence/E999")
    assert (missing.status_code, missing.json()["title"]) == (404, "Not found")


def test_an_alert_is_a_question_too(client: TestClient) -> None:
    alert = {"service": "checkout", "summary": "errors", "fired_at": at().isoformat()}
    report = client.post("/api/v1/alerts", json=alert).json()
    assert report["question"]["symptom"] == "errors"


def test_changes_come_back_as_they_were_recorded(client: TestClient) -> None:
    flag = {"kind": "flag", "flag": "new-cart", "at": "2026-03-02T11:58:00Z", "after": "on"}
    recorded = client.post("/api/v1/changes", json=[flag])
    assert recorded.status_code == 201

    window = {"start": at(-10).isoformat(), "end": at().isoformat()}
    listed = client.get("/api/v1/changes", params=window).json()
    assert [(c["kind"], c["id"]) for c in listed] == [
        ("deployment", "d-1"),
        ("flag", recorded.json()["ids"][0]),
    ]
    assert client.post("/api/v1/changes", json=listed).status_code == 201


def test_services_with_their_version(client: TestClient) -> None:
    rows = client.get("/api/v1/services").json()
    assert [(row["name"], row["version"]) for row in rows] == [("checkout", "1.9.0")]


def test_series_on_a_grid(client: TestClient) -> None:
    window = {"start": "2026-03-02T11:00:00Z", "end": "2026-03-02T12:30:00Z"}
    rows = client.get("/api/v1/series", params={**window, "step_s": "60"}).json()
    assert rows
    series = [series_from_dict(row) for row in rows]
    assert all(len(one.values) == 90 for one in series)
    assert json.loads(json.dumps([series_to_dict(one) for one in series])) == rows
    assert client.get("/api/v1/series", params={**window, "step_s": "1"}).status_code == 422


def test_lines_of_a_file(client: TestClient) -> None:
    lines = '{"time":"2026-03-02T09:00:00Z","msg":"a\u2028b"}\n{"time":1772442000,"msg":"c"}\n'
    answer = client.post(
        "/api/v1/ingest/ndjson", params={"service": "cart"}, content=lines.encode()
    )
    assert answer.json() == {"stored": 2}


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [
        ({"service": "chekout", "at": "2026-03-02T12:00:00Z"}, 404, "chekout"),
        ({"at": "2099-01-01T00:00:00Z"}, 422, "in the future"),
        (
            {"window": {"start": "2026-03-02T12:00:00Z", "end": "2026-03-02T11:00:00Z"}},
            422,
            "before it starts",
        ),
        ({"at": "2026-03-02T12:00:00"}, 422, "timezone"),
        ({"at": "noon"}, 422, "at"),
        ({"sevice": "checkout"}, 422, "sevice"),
    ],
)
def test_questions_that_cannot_be_answered(
    client: TestClient, question: dict[str, object], status: int, words: str
) -> None:
    answer = client.post("/api/v1/investigations", json=question)
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in problem["detail"]
    assert problem["hint"]


@pytest.mark.parametrize("path", ["changes", "costs", "quality"])
def test_times_that_nanoseconds_cannot_tell_are_refused(client: TestClient, path: str) -> None:
    wanted = {"start": "0001-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z"}
    answer = client.get(f"/api/v1/{path}", params=wanted)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:causeway:problem:InvalidWindow"


def test_an_unknown_service_comes_with_near_names(client: TestClient) -> None:
    question = {"service": "chekout", "at": "2026-03-02T12:00:00Z"}
    assert client.post("/api/v1/investigations", json=question).json()["near"] == ["checkout"]


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/api/v1/changes", b"{", 400, "not JSON"),
        ("/api/v1/changes", b"\xff\xfe", 400, "not JSON"),
        ("/api/v1/changes", b"[" * 4000, 400, "not JSON"),
        ("/api/v1/changes", b'{"kind": "weather"}', 400, "kind must be one of"),
        ("/api/v1/changes", b" " * 5000, 413, "larger than 4 KiB"),
        ("/api/v1/alerts", b'{"service": "checkout"}', 400, "fired_at"),
        ("/api/v1/investigations", b"{", 422, "JSON"),
        ("/api/v1/investigations", b"[" * 4000, 400, "parsing the body"),
        ("/api/v1/ingest/ndjson", b"{}\n", 400, "Line 1"),
        ("/api/v1/ingest/xml", b"", 422, "ndjson"),
        ("/api/v1/reports", b"", 405, "Method Not Allowed"),
        ("/api/v1/nothing", b"", 404, "Not Found"),
    ],
)
def test_bodies_that_cannot_be_read(
    client: TestClient, path: str, body: bytes, status: int, words: str
) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert words in problem["detail"]


def test_a_body_that_does_not_tell_its_length_is_limited_all_the_same(client: TestClient) -> None:
    answer = client.post("/api/v1/changes", content=(b" " * 1024 for _ in range(10)))
    assert answer.status_code == 413


def test_only_known_hosts_are_answered(client: TestClient) -> None:
    """A page of evil.example that resolves to 127.0.0.1 carries its own name as Host."""
    answer = client.get("/api/v1/reports", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["title"]) == (421, "Unknown host")
    assert client.get("/healthz", headers={"Host": "127.0.0.1:8080"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "[::1]:8080"}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("null", 403),
        ("http://localhost.evil.example", 403),
        ("http://localhost:8080", 201),
    ],
)
def test_a_page_from_elsewhere_may_not_write(client: TestClient, origin: str, status: int) -> None:
    flag = {"kind": "flag", "flag": "f", "at": "2026-03-02T09:00:00Z"}
    answer = client.post("/api/v1/changes", json=flag, headers={"Origin": origin})
    assert answer.status_code == status
    assert client.post("/v1/traces", headers={"Origin": "https://evil.example"}).status_code == 403
