"""New names for everything that has one, the same in every file."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from benchmarks.rootcausebench.cases import Truth
from benchmarks.rootcausebench.rename import Renaming
from tests.benchmarks.rootcausebench.incidents import GUILTY, an_incident

INCIDENT = an_incident()
RENAMING = Renaming.of(INCIDENT, 7)
RENAMED = RENAMING.incident(INCIDENT)


def text(value: Any) -> str:
    return json.dumps(asdict(value))


def test_no_old_name_is_left() -> None:
    for old in ("order", "Order", "frontend", "PlaceOrder", "ada", "grace"):
        assert old in text(INCIDENT)
        assert f'"{old}"' not in text(RENAMED)
    assert "orderservice" not in text(RENAMED)
    assert "services/order/" not in text(RENAMED)


def test_a_service_its_folder_and_its_routes_still_belong_together() -> None:
    service = RENAMED.alert["service"]
    stem = service.removesuffix("service")

    assert service.endswith("service")
    assert RENAMED.commits[2]["files_changed"][0] == f"services/{stem}/pool.go"
    assert RENAMED.spans[0]["name"] == f"POST /api/{stem}"
    assert {row["service"] for row in RENAMED.logs} == {service}


def test_metrics_get_a_prefix_that_the_alert_knows() -> None:
    assert RENAMED.alert["metric"] == f"{RENAMING.prefix}_pool_wait_seconds_p99"
    assert {row["metric"] for row in RENAMED.metrics} == {RENAMED.alert["metric"]}


def test_what_happened_stays() -> None:
    assert RENAMED.logs[-1]["msg"] == "timed out waiting for a pool connection"
    assert RENAMED.commits[2]["sha"] == GUILTY
    assert "-\t\tMax: 50,\n+\t\tMax: 5," in RENAMED.commits[2]["diff"]


def test_the_labels_follow() -> None:
    truth = Truth(GUILTY, "orderservice", frozenset({"frontend"}), "rollback", ())

    renamed = RENAMING.truth(truth)

    assert renamed.first_failing_service == RENAMED.alert["service"]
    assert renamed.blast_radius == {RENAMED.spans[0]["service"]}
    assert renamed.commit == GUILTY


def test_a_seed_is_a_renaming() -> None:
    assert Renaming.of(INCIDENT, 7) == RENAMING
    assert Renaming.of(INCIDENT, 8) != RENAMING
