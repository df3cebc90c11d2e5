"""Commands without a server: they open the stores themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from benchmarks.options import BenchOptions
from retrievers.ownership import own
from tests.conftest import Installation


@pytest.fixture(scope="module")
def installation(install: Callable[[], Installation]) -> Installation:
    """Half an hour of a service whose error ratio jumps ten minutes before noon."""
    installation = install()
    rows = [
        f"2026-03-02T11:{minute}:{second:02}Z,checkout,errors,{0.4 if minute >= 50 else 0.01}"
        for minute in range(30, 60)
        for second in range(0, 60, 10)
    ]
    metrics = installation.folder / "metrics.csv"
    metrics.write_text("\n".join(["timestamp,service,metric,value", *rows]))
    ran = installation.run("ingest", metrics)
    assert (ran.code, ran.out) == (0, f"{metrics}: 180 signals\n"), ran.err
    return installation


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_help_lists_the_commands_and_exit_codes() -> None:
    text = invoke("--help").output
    for words in ("demo", "investigate", "Exit codes", "causeway investigate --service checkout"):
        assert words in text


@pytest.mark.parametrize("name", cli.list_commands(click.Context(cli)))
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    text = invoke(name, "--help").output
    assert "Usage:" in text
    if name != "changes":
        assert f"causeway {name}" in text


@pytest.mark.parametrize(
    "arguments",
    [["weather"], ["serve", "--api-port", "x"], ["ingest"], ["investigate", "--window", "0m"]],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert invoke(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("2026-03-02T12:00:00Z..2026-03-02T11:30:00Z", "before it starts"),
        ("2100-01-01T00:00:00Z..2100-01-02T00:00:00Z", "in the future"),
    ],
)
def test_a_window_that_cannot_be(installation: Installation, window: str, words: str) -> None:
    ran = installation.run("investigate", "--window", window)
    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_an_investigation_by_alert_from_standard_input(installation: Installation) -> None:
    alert = {"service": "checkout", "summary": "errors", "fired_at": "2026-03-02T11:55:00Z"}
    ran = installation.run("investigate", "--alert", "-", stdin=json.dumps(alert))
    assert ran.code == 0, ran.err
    assert "checkout" in ran.out
    assert "Traceback" not in ran.err


def test_a_watch_tells_what_opened(install: Callable[[], Installation]) -> None:
    installation = install()
    rows = [
        f"2026-03-02T{11 + i // 360}:{i // 6 % 60:02}:{i % 6 * 10:02}Z,checkout,queue,{value}"
        for i in range(400)
        for value in [90 if i >= 390 else 10 + i * 7 % 5]
    ]
    metrics = installation.folder / "queue.csv"
    metrics.write_text("\n".join(["timestamp,service,metric,value", *rows]))
    assert installation.run("ingest", metrics).code == 0
    until = ("watch", "--at", "2026-03-02T12:07:00Z", "--learn", "67m", "--step", "10s")
    ran = installation.run(*until, "--json")
    assert ran.code == 0, ran.err
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert [(row["event"], row["service"], row["at"]) for row in told] == [
        ("opened", "checkout", "2026-03-02T12:05:00+00:00"),
    ]
    assert "opened  checkout queue mean: rose from 12 to 90" in installation.run(*until).out


def test_a_watch_over_nothing_says_so(installation: Installation) -> None:
    assert installation.run("watch", "--once", "--learn", "1h").code == 4
    assert installation.run("watch", "--step", "500ms").code == 2


def test_services_and_changes_for_people_and_machines(installation: Installation) -> None:
    assert "checkout" in installation.run("services").out
    listed = installation.run("changes", "list", "--json")
    assert (listed.code, listed.json) == (4, [])  # nothing found


def test_settings_show_their_origin(installation: Installation) -> None:
    shown = installation.run("settings", "--json", CAUSEWAY_RETENTION_DAYS="3").json
    assert shown["retention_days"] == {
        "value": 3.0,
        "origin": "environment CAUSEWAY_RETENTION_DAYS",
        "description": "Forget signals older than this many days.",
    }


def test_a_wrong_setting_is_one_line_and_exit_code_3(installation: Installation) -> None:
    ran = installation.run("services", CAUSEWAY_RETENTION_DAYS="never")
    assert ran.code == 3
    assert ran.err.startswith("Error: retention_days (from environment CAUSEWAY_RETENTION_DAYS)")
    assert "Traceback" not in ran.err


def test_a_bad_line_is_named_with_its_file(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "app.ndjson"
    file.write_text('{"time": "2026-03-02T12:00:00Z", "service": "a", "msg": "fine"}\nbroken\n')
    ran = installation.run("ingest", file)
    assert ran.code == 2
    assert f"{file}: Line 2 is not JSON" in ran.err


def test_stores_that_a_command_is_using(installation: Installation) -> None:
    with own(installation.data_dir):
        ran = installation.run("services")
    assert ran.code == 3
    assert "Another causeway command" in ran.err


def test_a_benchmark_that_is_not_installed() -> None:
    result = invoke("bench", "weather", ".")
    assert result.exit_code == 2
    assert "There is no benchmark called 'weather'" in result.output


def test_a_benchmark_hears_its_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[Path, BenchOptions]] = []

    def run(directory: Path, options: BenchOptions) -> int:
        heard.append((directory, options))
        return 0

    monkeypatch.setattr("benchmarks.rootcausebench.run.run", run)
    results = tmp_path / "results.json"

    plain = invoke("bench", "rootcausebench", str(tmp_path))
    renamed = invoke(
        "bench", "rootcausebench", str(tmp_path), "--rename", "7", "--json", str(results)
    )

    assert (plain.exit_code, renamed.exit_code) == (0, 0)
    assert heard == [
        (tmp_path, BenchOptions()),
        (tmp_path, BenchOptions(json=results, rename=7)),
    ]
