"""Prompts: header and text agree, values go in as they are, and nothing is missing quietly."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts import PromptError, prompt

HEADER = "---\npurpose: greet\ninputs: {inputs}\noutput: a sentence\nversion: {version}\n---\n"


def write(folder: Path, body: str, *, inputs: str = "who", version: str = "1") -> Path:
    (folder / "greet.md").write_text(HEADER.format(inputs=inputs, version=version) + body)
    return folder


def test_the_header_is_read_and_the_text_rendered(tmp_path: Path) -> None:
    greet = prompt("greet", write(tmp_path, "Hello {{ who }}.\n", version="3"))
    assert (greet.ref.name, greet.ref.version, greet.inputs) == ("greet", "3", ("who",))
    assert len(greet.ref.digest) == 12
    assert greet.render(who="Ada") == "Hello Ada."


@pytest.mark.parametrize("value", ["{{ 7 * 7 }}", "{% raw %}", "<b> & 'quotes'", "---\nversion: 9"])
def test_a_value_is_data(tmp_path: Path, value: str) -> None:
    assert prompt("greet", write(tmp_path, "Say {{ who }}!")).render(who=value) == f"Say {value}!"


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({}, "greet: who is missing"),
        ({"who": "Ada", "when": "now"}, "greet: when is not declared as an input"),
    ],
)
def test_values_must_be_exactly_the_inputs(
    tmp_path: Path, values: dict[str, str], complaint: str
) -> None:
    with pytest.raises(PromptError, match=complaint):
        prompt("greet", write(tmp_path, "Hello {{ who }}.")).render(**values)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("Hello.", "who is missing"),
        ("Hello {{ who }} of {{ where }}.", "where is not declared"),
        ("Hello {{ who ", "unexpected"),
    ],
)
def test_text_and_header_must_agree(tmp_path: Path, body: str, complaint: str) -> None:
    with pytest.raises(PromptError, match=complaint):
        prompt("greet", write(tmp_path, body))


def test_a_field_that_a_value_lacks_is_no_empty_text(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="name"):
        prompt("greet", write(tmp_path, "Hello {{ who.name }}.")).render(who="Ada")


def test_a_template_reaches_nothing_but_its_values(tmp_path: Path) -> None:
    with pytest.raises(PromptError):
        prompt("greet", write(tmp_path, "{{ who.__class__.__mro__ }}")).render(who="Ada")


@pytest.mark.parametrize("text", ["Hello.", "---\npurpose: x\n---\nHello.", "---\npurpose: x\n"])
def test_a_header_is_needed(tmp_path: Path, text: str) -> None:
    (tmp_path / "greet.md").write_text(text)
    with pytest.raises(PromptError, match="header"):
        prompt("greet", tmp_path)


def test_an_unknown_prompt_names_those_there_are() -> None:
    with pytest.raises(PromptError, match=r"no prompt 'nonsense'; there are .*pack"):
        prompt("nonsense")


def test_a_folder_of_ones_own_comes_first_and_ours_stands_behind_it(tmp_path: Path) -> None:
    write(tmp_path, "Hello {{ who }}.")
    assert prompt("greet", tmp_path).ref.name == "greet"
    assert prompt("pack", tmp_path).ref == prompt("pack").ref
