"""An incident that is investigated again without a signal."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from assistant.domain.changes import Deployment, FlagChange
from assistant.domain.window import TimeWindow
from benchmarks.ablations import ABLATIONS, Through, main
from benchmarks.rootcausebench.cases import moment
from benchmarks.rootcausebench.engine import opened
from tests.benchmarks.rootcausebench.incidents import GUILTY, HIDDEN, an_incident, write_case

TRUTH = {
    "root_cause_commit": GUILTY,
    "first_failing_service": "orderservice",
    "decoy_deploy_commits": [HIDDEN],
}


class _Port:
    def edges(self, count: int) -> list[int]:
        return list(range(count))

    def name(self) -> str:
        return "store"


def test_only_the_named_method_answers_differently() -> None:
    port = Through(_Port(), edges=lambda found: found[:1])

    assert port.edges(3) == [0]
    assert port.name() == "store"


def test_a_signal_taken_away_is_the_only_one_missing(tmp_path: Path) -> None:
    incident = an_incident()
    day = TimeWindow.around(moment(incident.alert["fired_at"]), timedelta(hours=3), timedelta(1))
    (tmp_path / "models").mkdir()
    with opened(incident, tmp_path / "one", tmp_path / "models") as case:
        deployed = case.causeway.changes.changes(day)
        flags = ABLATIONS["deployments"](case.causeway).changes.changes(day)
        without = ABLATIONS["metrics"](case.causeway).telemetry

        assert any(isinstance(change, Deployment) for change in deployed)
        assert [type(change) for change in flags] == [FlagChange]
        assert not without.series(day, 60 * 10**9)
        assert without.shapes(day, 60 * 10**9)


def test_every_ablation_is_scored_over_every_case(tmp_path: Path) -> None:
    write_case(tmp_path / "cases" / "pool-too-small", an_incident(), TRUTH)
    file = tmp_path / "results.json"

    assert main([str(tmp_path / "cases"), "--json", str(file)]) == 0

    results = json.loads(file.read_text())
    assert {r["without"] for r in results} == set(ABLATIONS)
    assert all(r["cases"] == 1 for r in results)
    assert results[0]["passed"] == 1


def test_a_folder_without_cases_is_an_error(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 1
