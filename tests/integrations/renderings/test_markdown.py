from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.report import Hop
from integrations.renderings import markdown
from integrations.renderings.markdown_escape import code, fenced, markup, mermaid_label, prose
from tests.builders.reports import a_narrated_report, a_report, a_thin_report
from tests.integrations.renderings.golden import assert_golden
from tests.integrations.renderings.hostile import markdown_tokens

Z = "&#8203;"  # a zero-width space


def test_the_example_report_reads_as_in_the_golden_file() -> None:
    assert_golden("report.md", markdown.render(a_report()))


def test_what_a_model_added_reads_as_in_the_golden_file() -> None:
    assert_golden("narrated.md", markdown.render(a_narrated_report()))


def test_a_thin_report_still_has_its_verdict_and_gaps() -> None:
    document = markdown.render(a_thin_report())
    assert document.startswith("## ? Not enough evidence\n")
    assert "### Missing\n\n- No spans, metrics or logs of payments since 11:20." in document
    assert "### Suspects" not in document


def test_crowds_are_cut_and_counted() -> None:
    one = a_report()
    shown = markdown.render(a_report(suspects=one.suspects * 10, ruled_out=one.ruled_out * 10))
    assert "25 weaker suspects are not shown." in shown
    assert "18 more are not shown." in shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain words, 16 %", "plain words, 16 %"),
        ("a*b_c`d", "a\\*b\\_c\\`d"),
        ("[x](javascript:y)", f"\\[x\\](javascript:{Z}y)"),
        ("<!here> & <b>", f"&lt;!{Z}here&gt; &amp; &lt;b&gt;"),
        ("@ada fixes #12 and !3", f"@{Z}ada fixes \\#{Z}12 and !{Z}3"),
        ("https://x.example www.y.example", f"https:{Z}//x.example www{Z}.y.example"),
        ("a | b \\ c", "a &#124; b &#92; c"),
        ("1. one", "1\\. one"),
        ("- one", "\\- one"),
        ("/close", f"{Z}/close"),
        ("two\nlines", "two lines"),
    ],
)
def test_prose_is_literal(raw: str, shown: str) -> None:
    assert prose(raw) == shown


def test_code_spans_give_way_to_prose_where_they_could_break() -> None:
    assert code("checkout") == "`checkout`"
    assert code("a`b") == "a\\`b"
    assert code("a|b") == "a&#124;b"
    assert code(" ") == "–"


def test_a_fence_is_longer_than_the_backticks_inside() -> None:
    assert fenced("a ```` b", "text") == "`````text\na ```` b\n`````"


def test_text_inside_an_html_block_is_escaped_as_html() -> None:
    assert markup("<b> & @ada") == f"&lt;b&gt; &amp; @{Z}ada"


def test_mermaid_labels_keep_names_and_encode_the_rest() -> None:
    assert mermaid_label("payments/v2 a-b.c") == "payments/v2 a-b.c"
    assert mermaid_label('x"]; click') == "x#34;#93;#59; click"


def test_hops_that_are_not_verified_are_dotted() -> None:
    path = (
        Hop("a", "b", "called by", True, True, True),
        Hop("b", "c", "called by", True, None, True),
    )
    document = markdown.render(a_report(causal_path=path))
    assert 'n0 -->|"called by"| n1' in document
    assert 'n1 -.->|"called by"| n2' in document


def test_links_are_kept_for_known_hosts_only() -> None:
    evidence = replace(a_report().evidence[0], link="https://grafana.example/d/1")
    report = a_report(evidence=(evidence,))
    assert "grafana" not in markdown.render(report)
    shown = markdown.render(report, link_hosts=["grafana.example"])
    children = [c for t in markdown_tokens(shown) for c in t.children or ()]
    assert [c.attrs["href"] for c in children if c.type == "link_open"] == [
        "https://grafana.example/d/1"
    ]
