from __future__ import annotations

import pytest

from assistant.domain.report import Report
from integrations.renderings import inert
from tests.builders.reports import a_report
from tests.integrations.renderings.hostile import filled

HOSTS = ("grafana.example", "git.example:8443")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("pay\u200bpal", "pay\\u200bpal"),
        ("bom\ufeff", "bom\\ufeff"),
        ("lone \ud800", "lone \\ud800"),
        ("e\u0301\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301"),
        ("naïve 漢字 🙈", "naïve 漢字 🙈"),
        ("windows\r\nline", "windows\nline"),
    ],
)
def test_invisible_characters_become_visible(raw: str, shown: str) -> None:
    assert inert.text(raw) == shown


def test_long_texts_say_how_much_is_missing() -> None:
    assert inert.text("abcdefgh", 5) == "abcde … (3 more characters)"


def test_a_line_is_one_line() -> None:
    assert inert.line("  a\n\tb  c ") == "a b c"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://grafana.example/d/1?a=b#c", True),
        ("http://git.example:8443/x", True),
        ("HTTPS://GRAFANA.EXAMPLE/x", True),
        ("https://evil.example/", False),
        ("https://grafana.example.evil.example/", False),
        ("https://grafana.example@evil.example/", False),
        ("https://me:secret@grafana.example/", False),
        ("https://grafana.example:444/", False),
        ("javascript:alert(1)//grafana.example", False),
        ("//grafana.example/x", False),
        ("https://grafana.example/\u202ex", False),
        ("https://grafana.example\\@evil.example/", False),
        ("https://grafana.example/'onclick='x", False),
        ("https://[::1/", False),
        ("", False),
    ],
)
def test_links_go_to_known_hosts_only(url: str, kept: bool) -> None:
    assert inert.link(url, HOSTS) == (url if kept else "")


def test_every_text_of_a_report_is_made_inert() -> None:
    made: Report = inert.report(filled(a_report(), ("\x1b",)))
    assert "\x1b" not in str(made)
    assert inert.report(a_report()) == a_report()
