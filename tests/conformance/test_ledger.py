"""The contract of Ledger: every model call and every score, and their sums."""

from __future__ import annotations

import pytest

from assistant.domain.errors import InvalidPayload
from assistant.domain.ports import Ledger
from assistant.domain.usage import CallContext, ModelCall, PromptRef, Score, Usage
from tests.builders import a_window, at
from tests.builders.usage import PROMPT, a_model_call, a_score
from tests.conformance.conftest import Records

HOUR = a_window(-60, 0)
DAY = a_window(-24 * 60, 0)


@pytest.fixture
def ledger(records: Records) -> Ledger:
    return records.ledger


@pytest.mark.parametrize(
    "call",
    [
        ModelCall(
            id="c1",
            at=at(-5),
            context=CallContext("chat", "r-7", "k-9", "ada", "slack", PROMPT),
            model="gpt-5-mini",
            provider="openai",
            input_tokens=9_000_000_000,
            output_tokens=123,
            seconds=1.25,
            cost_usd=0.1 + 0.2,
            cache_read_tokens=7,
            cache_write_tokens=8,
            reasoning_tokens=9,
            first_chunk_s=0.5,
            attempt=2,
            outcome="rate_limited",
            estimated=True,
        ),
        ModelCall("c2", at(-5), CallContext("check"), "local \x00 ✓", "", 0, 0, 0.0, None),
    ],
    ids=["every-field", "hardly-any"],
)
def test_a_call_comes_back_as_it_went_in(ledger: Ledger, call: ModelCall) -> None:
    ledger.record(call)

    [told] = ledger.calls(HOUR)
    assert told == call or told.model == "local \ufffd ✓"  # PostgreSQL has no NUL
    assert told.context == call.context


def test_a_score_comes_back_as_it_went_in(ledger: Ledger) -> None:
    full = Score(
        at(-5), "grounded_claims", 0.75, "good", "3 of 4", "m", CallContext("chat", prompt=PROMPT)
    )
    bare = Score(at(-5), "retrieval_seconds", 12.5)
    ledger.judge([full, bare, bare])

    assert list(ledger.scores(HOUR)) == [full, bare, bare], "in the order they were given"


def test_the_same_id_again_changes_nothing(ledger: Ledger) -> None:
    ledger.record(first := a_model_call(id="c", cost_usd=1.0))
    ledger.record(a_model_call(id="c", cost_usd=2.0))

    assert list(ledger.calls(HOUR)) == [first]


def test_calls_and_scores_come_oldest_first_from_the_half_open_window(ledger: Ledger) -> None:
    before, first, last, after = (a_model_call(m) for m in (-60.01, -60, -0.01, 0))
    for call in (last, after, first, before):
        ledger.record(call)
    ledger.judge([a_score(at=call.at, label=call.id) for call in (last, after, first, before)])

    assert list(ledger.calls(HOUR)) == [first, last]
    assert [score.label for score in ledger.scores(HOUR)] == [first.id, last.id]


def test_those_of_one_investigation(ledger: Ledger) -> None:
    ledger.record(ours := a_model_call(investigation="r-1"))
    ledger.record(a_model_call(investigation="r-2"))
    ledger.record(a_model_call(investigation=""))
    ledger.judge([a_score(investigation="r-2"), good := a_score(investigation="r-1")])

    assert list(ledger.calls(HOUR, investigation="r-1")) == [ours]
    assert list(ledger.scores(HOUR, investigation="r-1")) == [good]
    assert list(ledger.calls(HOUR, investigation="r-3")) == []


def test_the_latest_first_attempt_of_a_step_and_prompt(ledger: Ledger) -> None:
    ledger.record(a_model_call(-50))
    ledger.record(latest := a_model_call(-40, model="new"))
    ledger.record(a_model_call(-30, attempt=2))
    ledger.record(a_model_call(-20, step="chat"))
    ledger.record(a_model_call(-10, prompt=None))

    assert ledger.latest("investigate", "investigate") == latest
    assert ledger.latest("investigate", "chat") is None


def test_an_empty_ledger(ledger: Ledger) -> None:
    ledger.judge([])

    assert list(ledger.calls(HOUR)) == []
    assert list(ledger.scores(HOUR)) == []
    assert ledger.spent(HOUR) == Usage()
    assert list(ledger.spending(HOUR)) == list(ledger.spending(HOUR, ["model"])) == []
    assert list(ledger.quality(HOUR)) == []


def test_what_was_spent_adds_up_known_prices_and_counts_the_others(ledger: Ledger) -> None:
    ledger.record(a_model_call(user="ada", cost_usd=0.25, cache_read_tokens=400))
    ledger.record(a_model_call(user="ada", cost_usd=None, reasoning_tokens=50))
    ledger.record(a_model_call(user="ada", cost_usd=0.0, outcome="http_500", output_tokens=0))
    ledger.record(a_model_call(user="bob", cost_usd=4.0))
    ledger.record(a_model_call(-61, user="ada", cost_usd=8.0))

    assert ledger.spent(HOUR, user="ada") == Usage(
        calls=3,
        failed=1,
        input_tokens=3000,
        output_tokens=400,
        cache_read_tokens=400,
        reasoning_tokens=50,
        cost_usd=0.25,
        unpriced=1,
        seconds=6.0,
    )
    assert ledger.spent(HOUR).cost_usd == 4.25
    assert ledger.spent(HOUR, user="eve") == ledger.spent(HOUR, user="") == Usage()


def test_spending_is_grouped_dearest_first_then_most_tokens(ledger: Ledger) -> None:
    ledger.record(a_model_call(model="dear", cost_usd=3.0))
    ledger.record(a_model_call(model="small", cost_usd=None, input_tokens=1))
    ledger.record(a_model_call(model="large", cost_usd=None, input_tokens=9))
    ledger.record(a_model_call(model="dear", cost_usd=1.0))

    rows = ledger.spending(HOUR, ["model"])

    assert [row.keys for row in rows] == [
        (("model", "dear"),),
        (("model", "large"),),
        (("model", "small"),),
    ]
    assert [row.usage.calls for row in rows] == [2, 1, 1]
    assert [row.usage.unpriced for row in rows] == [0, 1, 1]
    [total] = ledger.spending(HOUR)
    assert (total.keys, total.usage) == ((), ledger.spent(HOUR))


def test_every_key_groups(ledger: Ledger) -> None:
    ledger.record(a_model_call(user="ada", channel="cli", step="chat", investigation="r-9"))
    ledger.record(a_model_call(-13 * 60, model="m", provider="p", prompt=None))

    def values(key: str) -> list[str]:
        return sorted(row.keys[0][1] for row in ledger.spending(DAY, [key]))

    assert values("model") == ["gpt-5-mini", "m"]
    assert values("provider") == ["openai", "p"]
    assert values("prompt") == ["", "investigate@3"]
    assert values("step") == ["chat", "investigate"]
    assert values("user") == ["", "ada"]
    assert values("channel") == ["", "cli"]
    assert values("investigation") == ["r-1", "r-9"]
    assert values("day") == ["2026-03-01", "2026-03-02"]
    both = ledger.spending(DAY, ["user", "day"])
    assert (("user", "ada"), ("day", "2026-03-02")) in [row.keys for row in both]


def test_latency_is_that_of_answered_calls(ledger: Ledger) -> None:
    for seconds in (1.0, 2.0, 3.0):
        ledger.record(a_model_call(seconds=seconds, first_chunk_s=seconds / 10))
    ledger.record(a_model_call(seconds=0.001, outcome="rate_limited"))
    ledger.record(a_model_call(model="down", seconds=9.0, outcome="timeout"))

    first, second = ledger.spending(HOUR, ["model"])

    assert (first.p50_s, first.first_chunk_p50_s) == (2.0, 0.2)
    assert first.p95_s == pytest.approx(2.9)
    assert (second.p50_s, second.p95_s, second.first_chunk_p50_s) == (0.0, 0.0, None)


def test_quality_by_name_then_key(ledger: Ledger) -> None:
    new = PromptRef("investigate", "4", "ff")
    ledger.judge([a_score(value=1.0), a_score(value=0.5), a_score(value=0.2, prompt=new)])
    ledger.judge([a_score("abstained", 0.0)])

    rows = ledger.quality(HOUR, ["prompt"])

    assert [(row.name, row.keys[0][1], row.count, row.mean, row.lowest) for row in rows] == [
        ("abstained", "investigate@3", 1, 0.0, 0.0),
        ("grounded_claims", "investigate@3", 2, 0.75, 0.5),
        ("grounded_claims", "investigate@4", 1, 0.2, 0.2),
    ]
    assert [row.name for row in ledger.quality(HOUR)] == ["abstained", "grounded_claims"]
    assert rows[1].p50 == 0.75
    assert rows[1].p95 == pytest.approx(0.975)


def test_another_key_is_refused(ledger: Ledger) -> None:
    for grouped in (ledger.spending, ledger.quality):
        with pytest.raises(InvalidPayload, match="colour") as caught:
            grouped(HOUR, ["model", "colour"])
        assert "investigation" in caught.value.hint
