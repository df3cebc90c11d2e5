"""Detection timed over a small panel, with and without BARO's environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.peers import fse_baro
from benchmarks.peers.outcome import Outcome, measured
from benchmarks.peers.speed import paces
from tests.benchmarks.peers.test_methods import a_panel


def without_baro(peer: str, directory: Path) -> Outcome:
    """Run in a process of its own, where the environment is missing."""
    raise fse_baro.NoPeers(f"{peer} over {directory.name} needs its environment")


def test_causeway_is_timed_alone_where_baro_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fse_baro, "ENVIRONMENT", tmp_path)
    panel = a_panel(cart=[1.0, 1.1] * 10, order=[*[1.0, 1.2] * 6, *[9.0, 9.5] * 4])

    (pace,) = paces({"one": panel})

    assert pace.who == "Causeway, detection"
    assert pace.series == 2
    assert pace.per_series_ms > 0


def test_a_peer_that_is_missing_says_why_in_its_row(tmp_path: Path) -> None:
    outcome = measured(without_baro, "BARO", tmp_path)

    assert outcome.missing == f"BARO over {tmp_path.name} needs its environment"
    assert not outcome.figures
