"""Follow-ups on the report of `tests.builders.reports`, answered by code."""

from __future__ import annotations

import pytest

from assistant.domain.catalogue import Catalogue, ServiceEntry
from assistant.domain.report import Report
from assistant.investigator.chat.answers import Book, answered
from assistant.investigator.chat.names import Names
from assistant.investigator.chat.reply import in_text
from assistant.investigator.chat.understanding import FollowUp, Setting, understood
from assistant.investigator.notebook import Notebook
from tests.builders import at
from tests.builders.reports import (
    a_healthy_report,
    a_report,
    an_anomaly,
    an_operational_report,
)

NAMES = Names.of(
    dict.fromkeys(("gateway", "checkout", "payments", "inventory", "orders-db", "frontend"), ())
)
OWNERS = Catalogue((ServiceEntry("checkout", owner="team-checkout"),))


def asked(text: str, report: Report | None = None) -> list[str]:
    report = report or a_report()
    meant = understood(text, Setting(at(10), NAMES, report))
    assert isinstance(meant, FollowUp), meant
    notebook = Notebook(report)
    claims = answered(meant, Book(report, notebook, OWNERS))
    for claim in claims:
        for cited in claim.evidence:
            assert notebook.cited(cited) is not None
    return [in_text(claim) for claim in claims]


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        (
            "what changed?",
            [
                "11:46:00 UTC: flag new-cart: off → on (checkout). [E10]",
                "11:38:00 UTC: deployment payments v3.8.0, brought what is accused. [E12]",
            ],
        ),
        (
            "what is anomalous in payments?",
            [
                "payments db.pool.in_use mean rose 6 → 20 {connections} at 11:48:00 "
                "(11:47:00–11:49:00), goes on, 31σ. [E10]"
            ],
        ),
        (
            "anything odd in inventory?",
            ["No series of inventory left its baseline in the period looked at. [E10]"],
        ),
        (
            "why this suspect?",
            [
                "For (words, +0.27): Hunk and log template both speak of the pool. [E2]",
                "The next suspect is commit b7702d91ec5a “Cache stock levels for 30 s” with a "
                "score of 0.37 against 0.91. [E7] [E5]",
            ],
        ),
        (
            "why not the inventory deploy?",
            [
                "commit b7702d91ec5a “Cache stock levels for 30 s” is ruled out: Nothing on the "
                "failing traces passes through inventory. [E5] [E7]",
                "Against (reach, only 0.10 of 1): Not on the failing traces. [E5]",
            ],
        ),
        (
            "why not the frontend deploy?",
            ["No change of frontend is known from 2026-03-02 11:00 to 12:10 UTC. [E10]"],
        ),
        (
            "what if I roll back?",
            [
                "Roll payments back to the revision before the deployment of 11:38. Command: "
                "kubectl rollout undo deployment/payments [E2] [E6]",
                "How sure it is that this is the change: 87 %. [E1] [E2]",
            ],
        ),
        (
            "how sure are you?",
            [
                "The verdict is: change guilty; confidence 87 %. [E1] [E2]",
                "The hop checkout → gateway is not fully verified. [E4]",
            ],
        ),
        (
            "who owns checkout?",
            ["checkout belongs to team-checkout, says the service catalogue. [E10]"],
        ),
        ("who owns inventory?", ["The catalogue names no owner of inventory. [E10]"]),
        ("what is the impact?", ["Endpoints: POST /api/checkout, POST /pay. [E4]"]),
        ("since when?", ["Since 11:48:00 UTC; payments failed first. [E4]"]),
        ("what is missing?", ["No logs of gateway between 11:20 and 11:25. [E11]"]),
        (
            "how did it reach checkout?",
            [
                "payments → checkout (called by); connected: yes, the target deviates: yes, the "
                "order fits: yes. [E3] [E5]"
            ],
        ),
        (
            "look at the database instead",
            [
                "For the database: hypothesis “orders-db is slow” with 0.08. [E5]",
                "Against the database: what contradicts “orders-db is slow”. [E5]",
            ],
        ),
        (
            "could it be inventory?",
            [
                "Against inventory: no series of it, or that speaks of it, left its baseline. "
                "[E10]",
                "Against inventory: Deployment of inventory v2.14.0: Nothing on the failing traces "
                "passes through inventory. [E5] [E7]",
            ],
        ),
        (
            "what about payments?",
            [
                "For payments: it failed first. [E6] [E1]",
                "For payments: the hop to checkout is verified. [E3] [E5]",
                "For payments: 96 % of the failed requests of payments have "
                "cloud.region=eu-west-1 and service.version=3.8.0: 2851 of 2977. 47 % of such "
                "requests fail, 1.0 % of the others; it was 0.1 % (counted in 50 % of the traces). "
                "[E4]",
            ],
        ),
        (
            "show evidence E3 and E99",
            ["Report r-20260302-1200 has no evidence E99; it has E1 to E9."],
        ),
        (
            "has this happened before?",
            ["No finished investigation is similar enough to be worth a look."],
        ),
    ],
)
def test_short_sentences_with_their_evidence(question: str, sentences: list[str]) -> None:
    told = asked(question)

    for sentence in sentences:
        assert sentence in told, "\n".join(told)


def test_a_steered_hypothesis_does_not_move_the_ranking() -> None:
    told = asked("look at the database instead")[-1]

    assert told.startswith("The ranking stands: a suspicion does not move it, evidence does.")


def test_evidence_is_shown_with_what_reproduces_it() -> None:
    text = asked("show evidence E3")[0]

    assert "p95 0.18 s → 5.02 s" in text
    assert "from spans of checkout, operation POST /pay" in text


def test_rolling_back_does_not_help_where_no_change_is_guilty() -> None:
    told = asked("what if I roll back?", an_operational_report())

    assert told == [
        "No change is guilty, so rolling back is not expected to help. [E1]",
        "Proposed instead: Switch payments to the second card provider. [E1]",
    ]


def test_a_healthy_system_has_nothing_to_blame() -> None:
    told = asked("what if I roll back?", a_healthy_report())

    assert told == ["Nothing is wrong, so there is nothing to roll back. [E1]"]


def test_a_service_that_the_report_does_not_list_is_looked_at_anew() -> None:
    report = a_report()
    found = an_anomaly(9, "inventory", start=-3)
    book = Book(report, Notebook(report), look=lambda services: [found])
    meant = understood("could it be inventory?", Setting(at(10), NAMES, report))
    assert isinstance(meant, FollowUp)

    told = [in_text(claim) for claim in answered(meant, book)]

    assert told[0].startswith("For inventory: inventory db.pool.in_use mean rose 6 → 20")
    assert (
        "Against inventory: its first sign came at 11:57:00 UTC, after payments began to fail at "
        "11:48:00 UTC. [E10] [E6] "
    ) in [f"{one} " for one in told]
