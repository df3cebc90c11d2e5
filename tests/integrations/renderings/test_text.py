"""The text rendering. Golden files hold the example report: after a wanted change of wording run
the tests once with CAUSEWAY_UPDATE_GOLDEN=1 and read the diff."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from assistant.domain.report import Claim, Report
from integrations.renderings import text
from tests.builders.reports import (
    a_healthy_report,
    a_narrated_report,
    a_report,
    a_thin_report,
    an_anomaly,
    an_operational_report,
)
from tests.integrations.renderings.golden import assert_golden


def test_the_example_report_reads_as_in_the_golden_file() -> None:
    assert_golden("report.txt", text.render(a_report()))


def test_what_a_model_added_reads_as_in_the_golden_file() -> None:
    assert_golden("narrated.txt", text.render(a_narrated_report()))


def test_the_verdict_and_its_sentences_come_first() -> None:
    lines = text.render(a_report(), width=200).splitlines()
    assert lines[0] == "● A CHANGE IS GUILTY"
    assert lines[1].endswith("payments ran out of them. [E1] [E2]")
    assert all(re.search(r"\[E\d\]$", line) for line in lines[1:5])


@pytest.mark.parametrize(
    ("report", "first_line"),
    [
        (an_operational_report(), "◆ NO CHANGE IS GUILTY"),
        (a_healthy_report(), "✓ HEALTHY"),
        (a_thin_report(), "? NOT ENOUGH EVIDENCE"),
    ],
)
def test_every_verdict_has_its_own_sign(report: Report, first_line: str) -> None:
    assert text.render(report).splitlines()[0] == first_line


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = "payments-" + "very-long-segment-" * 5 + "漢字"
    report = a_report(anomalies=tuple(an_anomaly(n, long) for n in range(3)), owner=long)
    assert max(map(cell_len, text.render(report, width=width).splitlines())) <= width


def test_colour_is_never_the_only_sign() -> None:
    plain, coloured = text.render(a_report()), text.render(a_report(), colour=True)
    assert "\x1b[" in coloured
    stripped = "\n".join(
        line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", coloured).split("\n")
    )
    assert stripped == plain


def test_a_crowd_of_windows_is_cut_and_counted() -> None:
    anomalies = tuple(an_anomaly(n, f"service-{n}", -n) for n in range(40))
    shown = text.render(a_report(anomalies=anomalies))
    assert "28 less telling windows are not shown." in shown


def test_crowds_of_suspects_and_innocents_are_cut_and_counted() -> None:
    one = a_report()
    shown = text.render(a_report(suspects=one.suspects * 10, ruled_out=one.ruled_out * 10))
    assert "25 weaker suspects are not shown." in shown
    assert "18 more are not shown." in shown


def test_without_suspects_it_says_so() -> None:
    assert "No change stands close enough" in text.render(a_report(suspects=()))
    assert "No change stands close enough" not in text.render(a_healthy_report())


def test_a_sentence_without_evidence_is_marked() -> None:
    report = a_report(headline=Claim("It was the moon.", ()))
    assert "It was the moon. [uncited]" in text.render(report)


def test_links_are_shown_for_known_hosts_only() -> None:
    evidence = replace(a_report().evidence[0], link="https://grafana.example/d/1")
    report = a_report(evidence=(evidence,))
    assert "grafana.example" not in text.render(report)
    assert "https://grafana.example/d/1" in text.render(report, link_hosts=["grafana.example"])
