"""A changed text has a changed version; and the change shows in a golden file."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts import PromptError, names, prompt, versions
from tests.integrations.renderings.golden import assert_golden

# Inputs that are more than a text; every other one is shown by its name.
VALUES: dict[str, dict[str, object]] = {}


@pytest.mark.parametrize("name", names())
def test_the_text_reads_as_in_the_golden_file(name: str) -> None:
    asked = prompt(name)
    values = {word: f"⟨{word}⟩" for word in asked.inputs} | VALUES.get(name, {})
    text = f"{asked.ref.name} version {asked.ref.version}\n\n{asked.render(**values)}\n"
    assert_golden(f"prompts/{name}.txt", text)


def test_every_text_is_the_one_that_its_version_was_recorded_with() -> None:
    recorded = versions.recorded()
    assert {key: recorded.get(key) for key in versions.present()} == versions.present(), (
        "give the changed text another version, then run: python -m prompts"
    )


def test_a_changed_text_needs_another_version(tmp_path: Path) -> None:
    text = "---\npurpose: greet\ninputs:\noutput: a word\nversion: {}\n---\n{}"
    record = tmp_path / "versions.json"
    for folder, version, body in (("one", 1, "Hello."), ("two", 1, "Hi."), ("three", 2, "Hi.")):
        file = tmp_path / folder / "greet.md"
        file.parent.mkdir()
        file.write_text(text.format(version, body))
    assert versions.record(tmp_path / "one", record) == ["greet@1"]
    assert versions.record(tmp_path / "one", record) == []
    with pytest.raises(PromptError, match="greet@1: the text changed"):
        versions.record(tmp_path / "two", record)
    assert versions.record(tmp_path / "three", record) == ["greet@2"]
    assert list(versions.recorded(record)) == ["greet@1", "greet@2"]
