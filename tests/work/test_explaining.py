"""Whether a model explains a report, which one, and on what budget; a whole investigation with a
scripted one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.conversation import Event, EventKind
from assistant.domain.errors import NotFound, StorageFull
from assistant.domain.report import Question
from assistant.domain.usage import CallContext
from assistant.domain.window import TimeWindow
from assistant.investigator.events import EventStream
from assistant.settings import Settings
from assistant.wiring import Causeway, open_causeway
from benchmarks.scripted_model import Reply, ScriptedModel, calls
from tests.builders import a_batch, a_span, at, at_ns
from tests.builders.reports import a_report
from tests.builders.usage import a_model_call

PRICE = {"input_usd": 1, "output_usd": 4}
ASKER = CallContext("investigate", user="ada", channel="cli")


def explains(body: dict[str, Any]) -> Reply:
    return calls(
        "Explanation",
        {"verdict": "not_enough_evidence", "sentences": [{"text": "Quiet.", "evidence": ["E1"]}]},
    )


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel(policy=explains) as server:
        yield server


@pytest.fixture
def causeway(tmp_path: Path, model: ScriptedModel) -> Iterator[Causeway]:
    told = {"data_dir": tmp_path, "models": {"m": {"model": "m", "base_url": model.url, **PRICE}}}
    with open_causeway(Settings.model_validate(told), long_running=False, clock=at) as opened:
        yield opened


def silent() -> EventStream:
    return EventStream(lambda event: None, at)


def test_an_investigation_is_explained_metered_and_scored(
    causeway: Causeway, model: ScriptedModel
) -> None:
    causeway.accept(a_batch(a_span("web", start_ns=at_ns(-5))), [])
    heard: list[Event] = []
    report = causeway.investigate(
        Question(at=at(), service="web"), context=ASKER, hear=heard.append
    )
    assert report.narration is not None
    assert report.narration.model == "m"
    assert causeway.reports.report(report.id) == report
    today = TimeWindow(at(-60), at(60))
    kept = causeway.ledger.calls(today, investigation=report.id)
    assert {(c.context.user, c.context.channel) for c in kept} == {("ada", "cli")}
    assert len(kept) == len(model.requests) == report.narration.usage.calls
    assert "abstained" in {s.name for s in causeway.ledger.scores(today, investigation=report.id)}
    assert [event.number for event in heard] == list(range(1, len(heard) + 1))
    assert "asking the model m" in [e.text for e in heard if e.kind is EventKind.STEP]
    offered = {tool["function"]["name"] for tool in model.bodies[0]["tools"]}
    assert {"anomalies", "diff", "search", "Explanation"} <= offered


def test_no_model_is_asked_that_was_not_wanted(causeway: Causeway, model: ScriptedModel) -> None:
    assert causeway.explainer.narrate(ASKER, silent(), "none") is None
    with pytest.raises(NotFound, match="No model is called 'big'"):
        causeway.explainer.narrate(ASKER, silent(), "big")
    bare = Settings.model_validate({"data_dir": causeway.settings.data_dir})
    unset = replace(causeway, settings=bare)
    assert unset.explainer.narrate(ASKER, silent()) is None
    assert model.requests == []


def test_the_day_leaves_what_nobody_has_spent_yet(causeway: Causeway) -> None:
    left = causeway.explainer.left_today
    assert left("ada") == 5
    causeway.ledger.record(a_model_call(-60, cost_usd=4.8, user="ada"))
    causeway.ledger.record(a_model_call(-24 * 60, cost_usd=50, user="ada"))
    assert left("ada") == pytest.approx(0.2)
    assert left("bob") == 5
    assert left("") == 5  # an alert is nobody's: what others spent does not silence it
    # What everybody spends together has a limit too.
    causeway.ledger.record(a_model_call(-20, cost_usd=45, user="carol"))
    assert left("bob") == pytest.approx(0.2)


def test_money_that_others_spend_meanwhile_ends_the_models_part(
    causeway: Causeway, model: ScriptedModel
) -> None:
    causeway.ledger.record(a_model_call(-60, cost_usd=5.1, user="ada"))
    narrate = causeway.explainer.narrate(ASKER, silent())
    assert narrate is not None
    narration = narrate(a_report()).narration
    assert narration is not None
    assert narration.ended == "the limit in dollars of the day was reached"
    assert model.requests == []


def test_a_ledger_that_cannot_be_read_costs_no_report_and_no_money(
    causeway: Causeway, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*asked: object, **more: object) -> None:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(causeway.ledger, "spent", broken)
    narrate = causeway.explainer.narrate(ASKER, silent())
    assert narrate is not None
    report = narrate(a_report())
    assert report.narration is not None
    assert report.narration.ended == "what was spent today cannot be read: The disk is full."
    assert replace(report, narration=None) == a_report()
    assert model.requests == []


def test_an_explanation_that_cannot_be_scored_is_kept(
    causeway: Causeway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("assistant.work.observatory.scores_of", broken)
    narrate = causeway.explainer.narrate(ASKER, silent())
    assert narrate is not None
    report = narrate(a_report())
    assert report.narration is not None
    assert report.narration.ended == ""


def test_a_mistake_of_ours_costs_no_report(
    causeway: Causeway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("assistant.investigator.narrate.evidence_pack", broken)
    narrate = causeway.explainer.narrate(ASKER, silent())
    assert narrate is not None
    report = narrate(a_report())
    assert report.narration is not None
    assert report.narration.ended == "Causeway made a mistake; its log has the details"
    assert replace(report, narration=None) == a_report()


def test_nothing_of_langchain_is_loaded_before_a_model_is_asked() -> None:
    code = (
        "import sys, assistant.pipeline, assistant.cli.local, assistant.api.app\n"
        "from assistant.investigator.models import Models\n"
        "assert Models({}).for_step('investigate') is None\n"
        "print([m for m in sys.modules if m.startswith(('langchain', 'langgraph', 'openai'))])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
