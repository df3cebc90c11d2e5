"""The demo, as a newcomer runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.cli.demo import RECORDINGS
from tests.conftest import Installation


@pytest.fixture(scope="module")
def installation(install: Callable[[], Installation]) -> Installation:
    return install()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_recorded_incident_is_played_and_explained(
    installation: Installation, tmp_path: Path
) -> None:
    expected = json.loads((RECORDINGS / "guilty-commit" / "expected.json").read_text())
    page = tmp_path / "report.html"

    ran = installation.run("demo", "--html", page)

    assert ran.code == 0, ran.err
    assert expected["guilty"][:10] in ran.out
    for part in ("Causal path", "Suspects", "Ruled out", "Missing", "Evidence"):
        assert part in ran.out
    html = page.read_text()
    assert expected["guilty"][:10] in html
    assert "<svg" in html
    assert not installation.data_dir.exists()  # nothing of the demo stays, or touches our data


def test_the_recordings_have_names(installation: Installation) -> None:
    names = installation.run("demo", "--incident", "list").out.split()
    assert "guilty-commit" in names

    unknown = installation.run("demo", "--incident", "weather")
    assert unknown.code == 2
    assert "guilty-commit" in unknown.err


def test_every_recording_is_complete() -> None:
    for incident in RECORDINGS.glob("*/incident.json"):
        content = json.loads(incident.read_text())
        files = [*content["telemetry"], content["changes"], content["repository"]["bundle"]]
        assert all((incident.parent / name).exists() for name in files), incident
