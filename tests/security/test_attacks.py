"""Hostile text in everything that attackers can write: it is stored and shown as data, and moves
nothing. Cause, headline and advice are those of the same incident with harmless text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.domain.report import Report, Verdict
from integrations.renderings import html, markdown, text
from tests.builders import at
from tests.integrations.renderings.hostile import (
    Page,
    inline_tokens,
    invisible,
    markdown_tokens,
    mentions,
)
from tests.security.line import alert, an_incident, logs, spans
from tests.security.payloads import OURS, Attack, marked, published

_AT_ONCE = 250
INLINE = {"text", "text_special", "code_inline", "strong_open", "strong_close", "em_open"}
INLINE |= {"em_close", "html_inline", "softbreak"}


@dataclass(frozen=True)
class Told:
    """A report, the commit that is really guilty, and every canary that went in."""

    report: Report
    guilty: str
    canaries: Sequence[str]


def told(folder: Path, texts: Sequence[str]) -> Told:
    """Investigate with every text in every channel, at and before the onset."""
    ways = ("log", "span", "commit", "ref", "version", "flag", "value", "alert")
    by_way = {way: marked(list(texts), way) for way in ways}

    def said(way: str, longest: int = 10**9) -> list[str]:
        return [_cut(attack, longest) for attack in by_way[way]]

    with an_incident(folder, said("commit")) as (line, guilty):
        line.otlp(logs(said("log"), "cart", -25))
        line.otlp(logs(said("log"), "web", -25))
        line.otlp(spans(said("span"), "cart", -25))
        line.change(
            *(
                {"kind": "deployment", "service": "web", "repository": "shop", "id": f"d{i}",
                 "at": at(-60 + i / 10).isoformat(), "revision": ref, "version": version}
                for i, (ref, version) in enumerate(
                    zip(said("ref", 200), said("version", 200), strict=True)
                )
            ),
            *(
                {"kind": "flag", "flag": flag, "after": value, "id": f"f{i}",
                 "at": at(-90 + i / 10).isoformat()}
                for i, (flag, value) in enumerate(
                    zip(said("flag", 200), said("value", 200), strict=True)
                )
            ),
        )  # fmt: skip
        report = line.investigate(alert("\n".join(said("alert"))))
    return Told(report, guilty, [attack.canary for way in ways for attack in by_way[way]])


def _cut(attack: Attack, longest: int) -> str:
    return attack.marked if len(attack.marked) <= longest else attack.marked[:longest]


def assert_nothing_moved(hostile: Told, harmless: Told) -> None:
    report = hostile.report
    assert report.verdict is Verdict.CHANGE_GUILTY
    assert report.guilty is not None
    assert report.guilty.id == hostile.guilty
    assert report.first_failing_service == harmless.report.first_failing_service == "cart"
    spoken = [
        report.headline.text,
        *(claim.text for claim in report.summary),
        *(step.text + step.command for step in report.remediation),
        *report.confidence_reasons,
        *(hop.source + hop.target + hop.relation for hop in report.causal_path),
        report.owner,
    ]
    assert [c for c in hostile.canaries if any(c in words for words in spoken)] == []


def assert_inert(report: Report, harmless: Report) -> None:
    assert invisible(text.render(report)) == set()
    tokens = markdown_tokens(markdown.render(report))
    inline = list(inline_tokens(tokens))
    assert {token.type for token in inline} <= INLINE
    assert [m for t in inline if t.type == "text" for m in mentions(t.content)] == []
    page, plain = Page(html.render(report)), Page(html.render(harmless))
    assert set(page.tags) <= set(plain.tags)
    assert {n for _, n, _ in page.attributes if n.startswith("on") or n in {"src", "action"}} == (
        set()
    )
    assert [link for link in page.links if not link.startswith("#")] == []
    assert invisible("".join(page.texts)) == set()


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Told:
    words = [f"nothing of note {i}" for i in range(len(OURS))]
    return told(tmp_path_factory.mktemp("harmless"), words)


def test_our_own_attacks_move_nothing(tmp_path: Path, harmless: Told) -> None:
    assert_nothing_moved(harmless, harmless)
    hostile = told(tmp_path, OURS)
    assert_nothing_moved(hostile, harmless)
    assert_inert(hostile.report, harmless.report)
    assert list(tmp_path.rglob("pwned")) == []
    shown = str(hostile.report)  # as data it is there to be seen
    assert all(f"zq{way}" in shown for way in ("alert", "commit", "ref", "version"))


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_published_attacks_move_nothing(tmp_path: Path, shared_data: Path, harmless: Told) -> None:
    texts = published(shared_data / "attacks")
    assert len(texts) > 800
    for start in range(0, len(texts), _AT_ONCE):
        folder = tmp_path / str(start)
        folder.mkdir()
        hostile = told(folder, texts[start : start + _AT_ONCE])
        assert_nothing_moved(hostile, harmless)
        assert_inert(hostile.report, harmless.report)
