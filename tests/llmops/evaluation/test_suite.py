from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain.errors import InvalidPayload
from assistant.llmops.evaluation.suite import read_suite

_CASE = '[[case]]\nname = "a"\nincident = "a"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "cannot be read"),
        ('name = "s"\n', "case: Field required"),
        ('name = "s"\n' + _CASE, "case.0: give expect, or abstain = true"),
        ('name = "s"\n' + _CASE + "abstain = true\nexpct = 1\n", "case.0.expct: Extra inputs"),
        ('name = "s"\n' + _CASE + "expect = {}\n", "case.0.expect: give at least one of"),
        ('name = "s"\n' + 2 * (_CASE + "abstain = true\n"), "two cases are called 'a'"),
        ('name = "s"\n' + _CASE.replace('"a"', '"b"') + "abstain = true\n", "there is no folder"),
    ],
)
def test_what_is_wrong_with_a_suite_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "suite.toml").write_text(text)
    with pytest.raises(InvalidPayload, match=told):
        read_suite(tmp_path)


def test_incidents_are_looked_up_beside_the_suite(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "suite.toml").write_text('name = "s"\n' + _CASE + "abstain = true\n")
    (case,) = read_suite(tmp_path).case
    assert case.incident == tmp_path / "a"
