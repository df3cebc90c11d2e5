"""`causeway ask`, `chat` and `feedback` over stores that they open themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from assistant.cli.chat import _Talk
from assistant.cli.local import Local
from assistant.cli.talking import Progress, answer_text, followed
from assistant.domain.conversation import Conversation, Event, EventKind
from assistant.domain.errors import NotFound
from assistant.domain.signals import SpanStatus
from assistant.domain.window import to_ns
from assistant.settings import Settings
from assistant.wiring import open_causeway
from tests.builders import a_batch, a_span, at

Ask = Callable[..., Result]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of a service that fails in the last ten minutes."""
    folder = tmp_path_factory.mktemp("talking") / "data"
    now = datetime.now(UTC)
    settings = Settings.model_validate({"data_dir": folder})
    with open_causeway(settings, long_running=False) as causeway:
        spans = [
            a_span(
                start_ns=to_ns(now - timedelta(seconds=second)),
                status=SpanStatus.ERROR if second < 600 else SpanStatus.UNSET,
            )
            for second in range(3600, 0, -10)
        ]
        causeway.accept(a_batch(*spans), [])
    return folder


@pytest.fixture
def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    def invoke(*arguments: str, stdin: str = "") -> Result:
        monkeypatch.setenv("CAUSEWAY_DATA_DIR", str(data_dir))
        return CliRunner().invoke(cli, arguments, input=stdin)

    return invoke


def test_bytes_that_are_no_text_are_marked(run: Ask) -> None:
    ran = run("ask", "why is \udcff checkout failing since 20 minutes ago?")

    assert ran.exit_code == 0, ran.output
    assert "\udcff" not in ran.output


def test_a_server_does_not_go_on_with_an_answer_that_nobody_waits_for(
    run: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []

    def left(*asked: object) -> Event:
        raise KeyboardInterrupt

    monkeypatch.setattr("assistant.cli.talking.followed", left)
    monkeypatch.setattr(Local, "stop", lambda self, chat_id: stopped.append(chat_id))
    ran = run("ask", "why is checkout failing since 20 minutes ago?")

    assert ran.exit_code != 0
    assert len(stopped) == 1


def test_one_question_one_answer_with_steps_beside_it(run: Ask) -> None:
    ran = run("ask", "why is checkout failing since 20 minutes ago?")

    assert ran.exit_code == 0, ran.output
    assert ran.stdout.startswith("Understood: checkout from ")
    assert "checkout failed first: POST /pay ratio rose from 0 to 1" in ran.stdout
    assert ran.stderr.startswith("· opening the stores\n· reading the question\n")
    assert "· weighing causes\n" in ran.stderr
    assert "Go on with: causeway chat --report " in ran.stderr


def test_an_answer_as_json_and_a_question_about_its_report(run: Ask) -> None:
    first = json.loads(run("ask", "errors on checkout", "--json").stdout)
    about = run("ask", "--report", first["report_id"], "show evidence E1")

    assert first["claims"][0]["standing"] == "analysis"
    assert first["author"] == "code"
    assert "from series service=checkout" in about.stdout


def test_a_question_that_is_not_understood_is_exit_code_2(run: Ask) -> None:
    ran = run("ask", "tell me a joke")

    assert ran.exit_code == 2
    assert "You can ask, among others:" in ran.stdout


def test_an_unknown_report_is_not_found(run: Ask) -> None:
    with pytest.raises(NotFound):
        raise run("ask", "--report", "r-404", "why?").exception or AssertionError


def test_a_chat_from_a_pipe_that_is_taken_up_again(run: Ask) -> None:
    lines = "errors on checkout\n\nwhat changed?\n/evidence E1\n/what\n/quit\nnot heard\n"
    ran = run("chat", stdin=lines)
    chat_id = ran.stderr.strip().rsplit(" ", 1)[1]
    listed = run("chat", "--list")
    again = run("chat", "--continue", chat_id, stdin="since when?\n")

    assert ran.exit_code == 0, ran.output
    assert "No change is known in the period looked at." in ran.stdout
    assert "from series service=checkout" in ran.stdout
    assert "/evidence E3   show a piece of evidence" in ran.stdout
    assert listed.stdout.startswith(chat_id)
    assert "> what changed?" in again.stderr
    assert again.stdout.startswith("Since ")


def test_feedback_is_kept(run: Ask, data_dir: Path) -> None:
    report_id = json.loads(run("ask", "errors on checkout", "--json").stdout)["report_id"]

    ran = run("feedback", report_id, "--not-helpful", "--outcome", "It was the cache.")

    assert ran.stdout == "Thank you; it is kept.\n"
    settings = Settings.model_validate({"data_dir": data_dir})
    with open_causeway(settings, long_running=False) as causeway:
        (given,) = causeway.feedback.of(report_id)
    assert (given.helpful, given.outcome, given.channel) == (False, "It was the cache.", "cli")


def test_a_report_or_a_conversation_not_both(run: Ask) -> None:
    assert run("chat", "--report", "r", "--continue", "c").exit_code == 2


def test_ctrl_c_stops_the_answer_and_not_the_chat(capsys: pytest.CaptureFixture[str]) -> None:
    stopped: list[str] = []

    def say(chat_id: str, message: str) -> Iterator[Event]:
        yield Event(1, at(), EventKind.STEP, "reading the question")
        if message == "long":
            raise KeyboardInterrupt
        yield Event(2, at(), EventKind.ANSWER, "42", {"notes": ["42"], "claims": []})

    backend: Any = SimpleNamespace(say=say, stop=stopped.append)
    talk = _Talk(backend, Conversation("c-1", at()), Progress(tokens=False))

    assert talk.heard("long")
    assert talk.heard("short")
    assert stopped == ["c-1"]
    assert "42" in capsys.readouterr().out


def test_what_others_wrote_does_not_reach_the_terminal_as_orders() -> None:
    claim = {"text": "log “\x1b[2Jgone”", "evidence": ["E1"], "standing": "unverified"}
    event = Event(1, at(), EventKind.ANSWER, "", {"claims": [claim], "author": "m\x1b[2J"})

    text = answer_text(event)

    assert "\x1b[2J" not in text
    assert "(unverified)" in text


def test_tokens_appear_as_they_come_for_who_watches(capsys: pytest.CaptureFixture[str]) -> None:
    events = [
        Event(1, at(), EventKind.TOOL, "series", {"arguments": {"service": "db"}}),
        Event(2, at(), EventKind.TOKEN, "The po"),
        Event(3, at(), EventKind.TOKEN, "ol"),
        Event(4, at(), EventKind.ANSWER, "", {}),
    ]

    followed(events, Progress(tokens=True))

    assert capsys.readouterr().err == "· series(service=db)\nThe pool\n"
