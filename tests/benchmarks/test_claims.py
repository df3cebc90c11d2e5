"""The labelled claims are sane, and the claim gate keeps what is published of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace

import pytest

from assistant.domain.claim import AssertionKind, Claim, Standing
from assistant.investigator.gate import check
from benchmarks.claims.__main__ import main
from benchmarks.claims.labelled import FLIPS, HALVES, KINDS, Labelled, labelled
from benchmarks.claims.scoring import Judged, Share, judged, shares

_VALUES = {
    AssertionKind.DIRECTION: {"rose", "fell", "appeared", "stopped"},
    AssertionKind.ORDER: {"before", "after"},
    AssertionKind.CAUSE: {"caused", "did_not_cause"},
    AssertionKind.ABSENCE: {"absent"},
}


@pytest.mark.parametrize("half", HALVES)
def test_every_claim_cites_evidence_of_its_report_and_asserts_in_known_words(half: str) -> None:
    for one in labelled(half):
        ids = {evidence.id for evidence in one.report.evidence}
        assert one.claim.evidence, one.id
        assert set(one.claim.evidence) <= ids, one.id
        assert one.wrong in {"", *KINDS}, one.id
        for said in one.claim.asserts:
            assert said.value in _VALUES.get(said.kind, {said.value}), one.id
            if said.kind in (AssertionKind.DIRECTION, AssertionKind.MAGNITUDE):
                assert said.subject in one.claim.evidence, one.id


@pytest.mark.parametrize("half", HALVES)
def test_about_half_are_wrong_in_every_way_that_is_named(half: str) -> None:
    claims = labelled(half)
    kinds = Counter(one.wrong for one in claims)
    assert len(claims) >= 180
    assert 0.45 <= kinds[""] / len(claims) <= 0.55
    assert all(kinds[kind] >= 5 for kind in KINDS)
    assert sum(kinds[kind] for kind in FLIPS) >= 40
    typed = sum(bool(one.claim.asserts) for one in claims) / len(claims)
    assert 0.55 <= typed <= 0.8


def test_the_halves_share_no_report_and_no_sentence() -> None:
    dev, test = (labelled(half) for half in HALVES)
    assert {one.report.id for one in dev}.isdisjoint(one.report.id for one in test)
    assert {one.claim.text for one in dev}.isdisjoint(one.claim.text for one in test)
    said = [(one.claim.text, one.claim.evidence) for one in (*dev, *test)]
    assert len(set(said)) == len(said)


def test_hashes_are_known_to_the_report_but_for_the_wrong_ones() -> None:
    for one in (*labelled("dev"), *labelled("test")):
        known = " ".join(e.excerpt for e in one.report.evidence)
        hashes = re.findall(r"\b(?=\w*\d)[0-9a-f]{10,12}\b", one.claim.text)
        unknown = [h for h in hashes if h not in known]
        assert bool(unknown) == (one.wrong == "wrong_hash"), one.id


def _one(text: str, wrong: str) -> Labelled:
    return Labelled("x/01", Claim(text, ("E1",)), labelled("dev")[0].report, wrong)


def test_precision_counts_what_is_rejected_and_recall_what_is_wrong() -> None:
    def rejects(words: str) -> list[Judged]:
        claims = [_one("a b", "order"), _one("a c", "misquote"), _one("a d", ""), _one("b", "")]
        return judged(
            claims,
            lambda claim, *_: replace(
                claim,
                standing=Standing.UNVERIFIED if words in claim.text else Standing.VERIFIED,
            ),
        )

    found = shares(rejects("a"))
    assert found["precision"] == Share(2, 3)
    assert found["recall"] == Share(2, 2)
    assert found["right ones passed"] == Share(1, 2)
    assert shares(rejects("b"))["recall of flips"] == Share(1, 1)


def test_the_interval_is_that_of_wilson() -> None:
    low, high = Share(45, 50).interval
    assert (round(low, 4), round(high, 4)) == (0.7864, 0.9565)
    assert Share(0, 0).interval == (0.0, 1.0)


@pytest.mark.parametrize(("half", "precision", "recall"), [("dev", 0.9, 0.9), ("test", 0.9, 0.95)])
def test_the_gate_keeps_what_is_published_of_it(half: str, precision: float, recall: float) -> None:
    found = shares(judged(labelled(half), check))
    assert found["precision"].value >= precision
    assert found["recall"].value >= recall


def test_misses_are_told_of_the_development_half_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--half", "test"]) == 0
    told = capsys.readouterr().out
    assert [one.id for one in labelled("test") if f"  {one.id} " in told] == []
    assert main(["--half", "test", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["test"]["precision"]["total"] > 0
