"""A case under new names is the same case."""

from __future__ import annotations

from pathlib import Path

from benchmarks.nezha.cases import Case, read_case, read_truth, service_of
from benchmarks.nezha.rename import Renaming
from tests.benchmarks.nezha.fixture import SHOP, STOCK, write_folder


def a_case(tmp_path: Path) -> Case:
    return read_case(write_folder(tmp_path), "c1")


def test_no_name_is_left(tmp_path: Path) -> None:
    case = a_case(tmp_path)

    renamed = Renaming.of(case, 1).case(case)

    text = repr(renamed).lower()
    assert [w for w in ("stock", "shop", "x-idle", "10.0.0.1", SHOP, STOCK) if w in text] == []


def test_the_same_pod_stays_one_pod_of_one_service(tmp_path: Path) -> None:
    case = a_case(tmp_path)

    renaming = Renaming.of(case, 1)

    assert len(set(renaming.pods.values())) == len(renaming.pods)
    assert all(
        service_of(new) == renaming.services[service_of(old)] for old, new in renaming.pods.items()
    )


def test_severities_lines_times_and_values_stay(tmp_path: Path) -> None:
    case = a_case(tmp_path)

    renamed = Renaming.of(case, 1).case(case)

    assert [row["time"] for row in renamed.around.logs] == [r["time"] for r in case.around.logs]
    assert [r["value"] for r in renamed.around.points] == [r["value"] for r in case.around.points]
    body = renamed.around.logs[1]["body"]
    assert body.startswith("INFO  s.s.")
    assert "ServiceImpl#31 item" in body


def test_the_label_moves_along(tmp_path: Path) -> None:
    case, truth = a_case(tmp_path), read_truth(tmp_path, "c1")
    renaming = Renaming.of(case, 1)

    renamed = renaming.truth(truth)

    assert renamed.service == renaming.services["x-stock-service"]
    assert renamed.pod == renaming.pods[STOCK]
    bodies = " ".join(row["body"] for row in renaming.case(case).around.logs)
    assert all(site in bodies for site in renamed.cause)


def test_the_same_seed_gives_the_same_names(tmp_path: Path) -> None:
    case = a_case(tmp_path)

    assert Renaming.of(case, 7).services == Renaming.of(case, 7).services
    assert Renaming.of(case, 7).services != Renaming.of(case, 8).services
