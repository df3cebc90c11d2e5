"""The documentation is complete, its links resolve, and its snippets can be read."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from assistant.cli import cli
from assistant.cli.failures import EXIT_CODES
from assistant.settings import Settings
from integrations.sources.alert.mapping import question_from_alert
from integrations.sources.files.mapping import FileFormat, batch_from_lines
from integrations.sources.otlp.changes import parse_changes
from retrievers.catalogue import FileCatalogue

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# Made by the lead of a release from the demo's report; the page stands without it.
_PICTURES = ("docs/images/report.png",)


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def snippets(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented_with_what_it_means(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert any(
        line.startswith(f"| `{name}` |") and description in line
        for line in page("docs/settings.md").splitlines()
    )


@pytest.mark.parametrize("name", cli.list_commands(click.Context(cli)))
def test_every_command_and_its_own_options_are_documented(name: str) -> None:
    assert f"`causeway {name}" in page("docs/commands.md")


@pytest.mark.parametrize("code", EXIT_CODES)
def test_every_exit_code_is_documented(code: int) -> None:
    assert f"| {code} |" in page("docs/commands.md")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_resolve(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if file.startswith(("http:", "https:")):
            continue
        linked = (path.parent / file).resolve() if file else path
        if linked.relative_to(ROOT).as_posix() in _PICTURES:
            continue
        assert linked.exists(), f"{path.name} links to {target}"
        if anchor:
            assert anchor in _anchors(linked), f"{path.name} links to {target}"


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_snippets_of_json_and_toml_parse(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for snippet in snippets(text, "json"):
        json.loads(snippet)
    for snippet in snippets(text, "toml"):
        tomllib.loads(snippet)


def test_the_documented_payloads_are_understood(tmp_path: Path) -> None:
    changes = parse_changes(snippets(page("docs/changes-api.md"), "json")[0])
    assert [type(change).__name__ for change in changes] == [
        "Deployment",
        "FlagChange",
        "ConfigChange",
    ]
    alert = snippets(page("docs/commands.md"), "json")[0]
    assert question_from_alert(alert.encode()).service == "checkout"
    log = json.dumps(json.loads(snippets(page("docs/ingest.md"), "json")[0]))
    assert batch_from_lines(FileFormat.NDJSON, [log]).logs["body"] == ["pool exhausted"]

    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(snippets(page("docs/settings.md"), "toml")[1])
    assert FileCatalogue(catalogue).catalogue().entry("checkout")


def test_the_documented_settings_file_is_valid() -> None:
    Settings(**tomllib.loads(snippets(page("docs/settings.md"), "toml")[0]))


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is the business of whoever installs them."""
    hosts = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "index" + "-url =")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, listed):
        file = ROOT / name
        if file.is_file():
            content = file.read_bytes()
            assert not any(host.encode() in content for host in hosts), name


NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page("docs/bad-input.md"))


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_every_bad_input_is_shown_by_a_test_that_exists(file: str, test: str) -> None:
    assert f"def {test}(" in page(file)
