"""Where it may have begun, in every rendering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.domain.report import Finding, Origin, Report, ScorePart, Verdict
from integrations.renderings import html, markdown, text
from tests.builders.reports import a_report

ORIGINS = (
    Origin(
        "bank",
        0.75,
        (
            ScorePart("failed first", 0.5, 0.5, "left its usual level at 12:00"),
            ScorePart("extra time arose here", 1.0, 0.5, "300 ms more"),
        ),
        (Finding("log", "connection refused", 3.0),),
    ),
    Origin("web", 0.25, (ScorePart("failed first", 0.5, 0.5, "<script>"),)),
)
TITLE = "Where it may have begun"


def a_report_with(verdict: Verdict) -> Report:
    return replace(a_report(), origins=ORIGINS, verdict=verdict, suspects=())


@pytest.mark.parametrize("render", [text.render, markdown.render, html.render])
def test_each_service_with_its_belief_its_reasons_and_what_was_found(
    render: Callable[[Report], str],
) -> None:
    page = render(a_report_with(Verdict.NOT_ENOUGH_EVIDENCE))
    shown = " ".join(page[page.index(TITLE) :].split())

    assert "75 %" in shown
    assert "connection refused" in shown
    assert shown.index("bank") < shown.index("300 ms more") < shown.index("left its usual level")


def test_a_narrow_terminal_gets_lines() -> None:
    page = text.render(a_report_with(Verdict.NOT_ENOUGH_EVIDENCE), width=50)

    assert "- 75 % bank: extra time arose here (300 ms" in page


def test_markup_in_a_reason_stays_text() -> None:
    assert "<script>" not in html.render(a_report_with(Verdict.NOT_ENOUGH_EVIDENCE))


@pytest.mark.parametrize("render", [text.render, markdown.render, html.render])
def test_what_is_healthy_began_nowhere(render: Callable[[Report], str]) -> None:
    assert TITLE not in render(a_report_with(Verdict.HEALTHY))
