"""What can be read of a change."""

from __future__ import annotations

import pytest

from assistant.analysis.causes.bearing import only_digests
from tests.builders import a_config


@pytest.mark.parametrize(
    ("before", "after", "readable"),
    [
        ("40", "4", True),
        ("v3", "v4", True),
        ("v3 9f2c41d0b7aa", "v4 0d5e77a1c3b4", False),
        ("sha256:9f2c41d0b7aa99", "sha256:0d5e77a1c3b400", False),
        ("1234567", "7654321", True),
        ("gpt-4o", "gpt-5-mini", True),
        ("pool 5 9f2c41d0b7aa", "queue 5 0d5e77a1c3b4", True),
        ("same", "same", True),
    ],
)
def test_a_configuration_that_tells_only_digests_has_no_readable_content(
    before: str, after: str, *, readable: bool
) -> None:
    assert only_digests(a_config(before=before, after=after)) is not readable
