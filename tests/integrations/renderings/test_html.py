from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant.domain.report import Report
from integrations.renderings import html
from integrations.renderings.data import TraceData
from tests.builders import at
from tests.builders.reports import (
    a_healthy_report,
    a_report,
    a_thin_report,
    an_anomaly,
    an_operational_report,
)
from tests.integrations.renderings.hostile import Page


def test_it_is_one_file_that_needs_no_network_and_no_script() -> None:
    page = html.render(a_report())
    parsed = Page(page)
    assert page.startswith("<!DOCTYPE html>")
    assert not {"script", "link", "img", "iframe", "object", "image"} & set(parsed.tags)
    assert not re.search(r"@import|url\((?!#)", page)
    assert ("meta", "content", _POLICY) in parsed.attributes


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def test_the_same_report_gives_the_same_bytes() -> None:
    assert html.render(a_report()) == html.render(a_report())


def test_citations_lead_to_evidence_and_ids_are_unique() -> None:
    page = Page(html.render(a_report()))
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.links} <= set(ids)
    assert "#E3" in page.links


def test_references_inside_pictures_resolve() -> None:
    page = html.render(a_report())
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', page)) <= ids


def test_every_picture_has_a_description_and_a_table() -> None:
    page = Page(html.render(a_report()))
    pictures = [v for t, n, v in page.attributes if (t, n) == ("svg", "role")]
    labels = [v for t, n, v in page.attributes if (t, n) == ("svg", "aria-label")]
    assert len(pictures) == len(labels) == 8  # timeline and graph twice, four series
    assert labels[0].startswith("Timeline. Changes: 11:10:00 config gateway.timeout_s: 10 → 8;")
    headers = " ".join(page.texts)
    assert all(name in headers for name in ("Caller", "Onset", "Values", "Changes as a table"))


@pytest.mark.parametrize(
    ("report", "badge"),
    [
        (a_report(), "A change is guilty"),
        (an_operational_report(), "No change is guilty"),
        (a_healthy_report(), "Healthy"),
        (a_thin_report(), "Not enough evidence"),
    ],
)
def test_every_verdict_is_told_in_words(report: Report, badge: str) -> None:
    assert f"</span> {badge}<" in html.render(report)


def test_extremes_render() -> None:
    """40 windows, no suspects, a name of 100 characters, a report with nothing in it."""
    long = "p" * 100
    anomalies = tuple(an_anomaly(n, long if n == 0 else f"s{n}", -n) for n in range(40))
    crowded = html.render(a_report(anomalies=anomalies, suspects=(), causal_path=()))
    assert "28 less telling windows" in crowded
    assert "No change stands close enough" in crowded
    assert long in crowded
    many = html.render(a_report(suspects=a_report().suspects * 100))
    assert "288 more weaker suspects are in the JSON form of this report." in many
    empty = replace(a_thin_report(), timeline=(), evidence=(), seconds={}, summary=())
    assert "<svg" not in html.render(empty)


def test_links_are_kept_for_known_hosts_only() -> None:
    evidence = replace(a_report().evidence[0], link="https://grafana.example/d/1")
    report = a_report(evidence=(evidence,))
    assert "grafana" not in html.render(report)
    page = Page(html.render(report, link_hosts=["grafana.example"]))
    assert "https://grafana.example/d/1" in page.links


def a_bar_span(span_id: str, parent: str, start: int, length: int) -> dict[str, object]:
    return {
        "service": "shop",
        "operation": span_id,
        "span_id": span_id,
        "parent_span_id": parent,
        "start_ns": start,
        "duration_ns": length,
    }


def test_a_waterfall_puts_spans_below_their_parents_on_the_axis_of_their_trace() -> None:
    spans = [
        a_bar_span("query", "pay", 150, 50),
        a_bar_span("ship", "root", 200, 100),
        a_bar_span("pay", "root", 100, 100),
        a_bar_span("root", "unknown", 100, 200),
    ]
    bars = html.waterfall(TraceData.model_validate({"spans": spans}))
    assert [(b.span.operation, b.depth, b.offset, b.length) for b in bars] == [
        ("root", 0, 0, 100),
        ("pay", 1, 0, 50),
        ("query", 2, 25, 25),
        ("ship", 1, 50, 50),
    ]


def test_a_waterfall_shows_spans_of_a_cycle_once() -> None:
    spans = [
        a_bar_span("a", "b", 0, 1),
        a_bar_span("b", "a", 1, 1),
        a_bar_span("self", "self", 2, 1),
    ]
    bars = html.waterfall(TraceData.model_validate({"spans": spans}))
    assert sorted(b.span.operation for b in bars) == ["a", "b", "self"]


def test_a_change_long_before_the_window_stands_at_its_edge() -> None:
    early = replace(a_report().timeline[0], at=at(-60 * 24 * 400))
    assert "02-26" not in html.render(a_report(timeline=(early,)))
    assert "2025-01-26" in html.render(a_report(timeline=(early,)))
