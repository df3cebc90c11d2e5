from __future__ import annotations

import pytest

from assistant.llmops.tokens import count


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("hello", 1),
        ("The p95 of checkout rose from 120 ms to 4.2 s.", 17),
        ("Größenwahn 東京", 6),
    ],
)
def test_counts_like_o200k(text: str, tokens: int) -> None:
    assert count(text) == tokens


def test_a_marker_is_plain_text() -> None:
    assert count("<|endoftext|>") > 1


def test_a_lone_surrogate_is_no_reason_to_fail() -> None:
    assert count("broken \ud800 body") > 2
