"""What messages are taken to ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain.report import Report
from assistant.investigator.chat.names import Names, mentioned
from assistant.investigator.chat.topics import Topic
from assistant.investigator.chat.understanding import (
    FollowUp,
    Fresh,
    NotUnderstood,
    Setting,
    understood,
)
from tests.builders import at
from tests.builders.reports import a_report

NAMES = Names.of(
    dict.fromkeys(
        "gateway checkout payments inventory orders-db frontend cart cart-db product-catalog "
        "shipping-api shipping-worker".split(),
        (),
    )
    | {"adservice": ("ads",), "app": ()}
)


def read(text: str, report: Report | None = None) -> Fresh | FollowUp | NotUnderstood:
    return understood(text, Setting(at(10), NAMES, report))


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("errors on cart", "cart"),
        ("errors on cart-db", "cart-db"),
        ("the ad service is failing", "adservice"),
        ("checkout-service is slow", "checkout"),
        ("is Product Catalog slow", "product-catalog"),
        ("payments' latency", "payments"),
        ("errors in app", "app"),
        ("the front end is down", "frontend"),
    ],
)
def test_services_by_their_names_and_aliases(text: str, service: str) -> None:
    assert mentioned(text, NAMES).services == (service,)


def test_an_unknown_service_comes_with_near_names() -> None:
    meant = read("what's wrong with paymnts?")

    assert meant == NotUnderstood("No service is called “paymnts”.", ("payments",))


@pytest.mark.parametrize(
    ("text", "service", "topic"),
    [
        ("why is checkout slow since 11:40?", "checkout", Topic.SUMMARY),
        ("what is wrong with payments", "payments", Topic.ANOMALIES),
        ("errors on cart in the last 20 minutes", "cart", Topic.SUMMARY),
        ("is anything broken right now?", "", Topic.SUMMARY),
        ("what changed on payments since 11:30?", "payments", Topic.CHANGES),
        ("what caused the outage of cart at 11:50?", "cart", Topic.SUMMARY),
    ],
)
def test_fresh_questions(text: str, service: str, topic: Topic) -> None:
    meant = read(text)

    assert isinstance(meant, Fresh)
    assert (meant.question.service, meant.topic) == (service, topic)
    assert meant.question.symptom == text
    assert "UTC" in meant.notes[0]


def test_since_is_asked_about_the_time_it_began_with_what_was_usual_before() -> None:
    meant = read("why is checkout slow since 11:00?")

    assert isinstance(meant, Fresh)
    assert meant.question.at == at(-30)
    assert meant.question.window is not None
    assert (meant.question.window.start, meant.question.window.end) == (at(-240), at(10))


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("what changed?", Topic.CHANGES),
        ("what is anomalous?", Topic.ANOMALIES),
        ("anything unusual in checkout?", Topic.ANOMALIES),
        ("why this suspect?", Topic.WHY_SUSPECT),
        ("why?", Topic.WHY_SUSPECT),
        ("why not the frontend deploy?", Topic.WHY_NOT),
        ("is it the new-cart flag?", Topic.WHY_NOT),
        ("what if I roll back?", Topic.ROLLBACK),
        ("show evidence E3", Topic.EVIDENCE),
        ("how sure are you?", Topic.CONFIDENCE),
        ("why are you so sure?", Topic.CONFIDENCE),
        ("who owns it?", Topic.OWNER),
        ("what should I do?", Topic.REMEDY),
        ("is it still going on?", Topic.SINCE),
        ("since when?", Topic.SINCE),
        ("what is the impact?", Topic.IMPACT),
        ("what is missing?", Topic.GAPS),
        ("look at the database instead", Topic.STEER),
        ("could it be inventory?", Topic.STEER),
        ("similar incidents", Topic.SIMILAR),
        ("has this happened before?", Topic.SIMILAR),
        ("how did it reach the gateway?", Topic.PATH),
        ("why is checkout slow?", Topic.PATH),
        ("which requests fail?", Topic.REQUESTS),
        ("what should I check next?", Topic.CHECKS),
        ("what happened?", Topic.SUMMARY),
        ("help", Topic.HELP),
    ],
)
def test_follow_ups_on_the_investigation_that_is_spoken_of(text: str, topic: Topic) -> None:
    meant = read(text, a_report())

    assert isinstance(meant, FollowUp)
    assert meant.topic is topic


@pytest.mark.parametrize(
    "text",
    [
        "why is cart slow?",  # has no part in the report
        "is anything broken right now?",
        "why is checkout slow since 08:00?",
        "investigate payments",
    ],
)
def test_what_points_away_from_the_report_starts_an_investigation(text: str) -> None:
    assert isinstance(read(text, a_report()), Fresh)


@pytest.mark.parametrize("text", ["tell me a joke", "hello", "why not the frontend deploy?", "E3"])
def test_what_cannot_be_answered_is_not_guessed(text: str) -> None:
    assert isinstance(read(text), NotUnderstood)


def test_what_was_not_read_is_told() -> None:
    meant = read("errors on cart since 25:00")

    assert isinstance(meant, Fresh)
    assert meant.notes[1:] == ("“since 25:00” was not understood as a time.",)


PHRASES = (Path(__file__).with_name("phrases.txt")).read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("phrase", PHRASES)
def test_people_put_it_in_many_ways(phrase: str) -> None:
    wanted, text = phrase.split(" | ")

    meant = read(text, None if wanted == "fresh" else a_report())

    if wanted == "fresh":
        assert isinstance(meant, Fresh)
    else:
        assert isinstance(meant, FollowUp)
        assert meant.topic is Topic[wanted.upper()]


def test_a_service_unlike_any_comes_with_those_there_are() -> None:
    meant = read("errors on zzz")

    assert isinstance(meant, NotUnderstood)
    assert meant.reason.startswith("No service is called “zzz”. Known services: adservice, app, ")
