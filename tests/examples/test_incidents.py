"""Generated incidents: reproducible, of the documented form, true to their labels."""

from __future__ import annotations

import csv
import functools
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from examples.shop.generator import names, topology
from examples.shop.generator.history import difference
from examples.shop.generator.incident import Incident, plan
from examples.shop.generator.innocents import CODE, attempt
from examples.shop.generator.main import generate, main, order
from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.mutations.catalogue import MUTATIONS
from examples.shop.repository.edits import apply, read_source

BY_NAME = {mutation.name: mutation for mutation in MUTATIONS}
QUICK = "coupon-null"  # fails at once, so the run is short


@functools.cache
def planned(name: str) -> Incident:
    return plan("test", BY_NAME[name], read_source())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("incidents")
    generate(3, 0, BY_NAME[QUICK], target)
    return target


def read(folder: Path, file: str) -> Any:
    return json.loads((folder / "shop-3-000" / file).read_text())


def test_the_mutations_cover_every_family() -> None:
    families = Counter(mutation.family for mutation in MUTATIONS)

    assert len(BY_NAME) == len(MUTATIONS) >= 15
    assert set(families) == {
        "code", "configuration", "dependency", "data", "infrastructure", "none",
    }  # fmt: skip
    assert sum(not mutation.guilty for mutation in MUTATIONS) >= len(MUTATIONS) // 5


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_fits_the_shop_and_leaves_code_that_compiles(mutation: Mutation) -> None:
    incident = planned(mutation.name)

    assert (incident.guilty is not None) is mutation.guilty
    if mutation.guilty:
        assert mutation.act is None
        assert incident.guilty is not None
        assert incident.guilty.diff
        assert incident.plan.fault_minute in [d.minute for d in incident.deployments]
    for commit in incident.commits:
        for path in commit.files:
            if path.endswith(".py"):
                compile(commit.tree[path], path, "exec", dont_inherit=True)


@pytest.mark.parametrize("innocent", CODE, ids=lambda innocent: innocent.message)
def test_an_innocent_commit_fits_the_healthy_shop(innocent: Any) -> None:
    tree = read_source()
    after = attempt(tree, innocent.changes)

    assert after is not None
    assert after != tree


def guilt_reaches(incident: Incident) -> list[str]:
    """Deployments that bring the guilty change to another service, or take it away."""
    guilty = incident.guilty
    assert guilty is not None
    position = incident.commits.index(guilty)
    out = next(d for d in incident.deployments if d.minute == incident.plan.fault_minute)
    wrong = []
    for deployment in incident.deployments:
        contains = incident.commits.index(deployment.commit) >= position
        same = deployment.role == out.role
        expected = deployment.minute >= out.minute if same else contains
        if incident.plan.mutation.shared and not same:
            expected = False
        if contains is not expected:
            wrong.append(f"{deployment.role} at {deployment.minute}")
    return wrong


@pytest.mark.parametrize(
    "mutation", [m for m in MUTATIONS if m.guilty], ids=lambda mutation: mutation.name
)
def test_only_the_guilty_deployment_brings_the_guilty_change(mutation: Mutation) -> None:
    assert guilt_reaches(planned(mutation.name)) == []


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    generate(3, 0, BY_NAME[QUICK], tmp_path)

    files = sorted(file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    assert files == sorted(f.relative_to(tmp_path) for f in tmp_path.rglob("*") if f.is_file())
    for file in files:
        assert (tmp_path / file).read_bytes() == (folder / file).read_bytes(), file


def test_seeds_order_the_mutations_differently_and_completely() -> None:
    def first(seed: int) -> list[str]:
        mutations = order(seed)
        return [next(mutations).name for _ in MUTATIONS]

    assert sorted(first(1)) == sorted(first(2)) == sorted(BY_NAME)
    assert first(1) != first(2)


def test_a_case_has_the_files_and_fields_of_the_benchmark(folder: Path) -> None:
    alert = read(folder, "data/alert.json")
    assert set(alert) == {
        "service", "metric", "threshold", "observed", "fired_at", "severity", "monitor", "summary",
    }  # fmt: skip
    with (folder / "shop-3-000/data/metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"timestamp", "service", "metric", "value"}
    assert (alert["service"], alert["metric"]) in {(r["service"], r["metric"]) for r in rows}
    assert rows[0]["timestamp"] < alert["fired_at"] <= rows[-1]["timestamp"]
    for line in (folder / "shop-3-000/data/logs.ndjson").read_text().splitlines():
        assert {"timestamp", "service", "severity_text", "msg"} <= set(json.loads(line))
    for span in read(folder, "data/traces.json"):
        assert {
            "trace_id", "span_id", "parent_id", "service", "name", "start", "duration_ms", "status",
        } <= set(span)  # fmt: skip
    for commit in read(folder, "data/context/commits.json"):
        assert list(commit) == ["sha", "author", "timestamp", "message", "files_changed", "diff"]
    for deploy in read(folder, "data/context/deploys.json"):
        assert list(deploy) == ["timestamp", "service", "commit_sha", "version"]
    for flag in read(folder, "data/context/flags.json"):
        assert list(flag) == ["timestamp", "flag", "service", "change", "actor"]
    assert (folder / "shop-3-000/task.toml").is_file()


def test_the_ground_truth_names_a_delivered_commit_and_hurt_services(folder: Path) -> None:
    truth = read(folder, "ground_truth.json")
    deploys = read(folder, "data/context/deploys.json")
    deployed = {deploy["commit_sha"] for deploy in deploys}

    history = [commit["sha"] for commit in read(folder, "data/context/commits.json")]
    guilty = history.index(truth["root_cause_commit"])

    # Deployed by itself, or with a later commit.
    assert any(history.index(sha) >= guilty for sha in deployed)
    assert truth["root_cause_commit"] not in truth["decoy_deploy_commits"]
    assert set(truth["decoy_deploy_commits"]) <= deployed
    assert truth["remediation"] == "rollback"
    assert truth["first_failing_service"] not in truth["blast_radius"]
    assert truth["blast_radius"]


def test_what_an_investigation_may_read_does_not_name_the_mutation(folder: Path) -> None:
    for file in (folder / "shop-3-000" / "data").rglob("*"):
        if file.is_file():
            assert QUICK not in file.read_text()


def test_failing_spans_begin_where_the_change_went_out(folder: Path) -> None:
    truth = read(folder, "ground_truth.json")
    spans = read(folder, "data/traces.json")
    crashing = {s["service"] for s in spans if s.get("error", "").startswith("TypeError")}

    assert crashing == {truth["first_failing_service"]}


@pytest.mark.parametrize("seed", range(12))
def test_other_words_leave_a_shop_that_compiles(seed: int) -> None:
    chance = random.Random(seed)
    shape = topology.choose(read_source(), chance)
    words = names.choose(chance)

    assert len(set(words.words.values())) == len(words.words)
    for path, text in words.tree(shape.tree).items():
        if path.endswith(".py"):
            compile(text, path, "exec", dont_inherit=True)


def test_words_are_renamed_inside_identifiers_and_not_inside_other_words() -> None:
    words = names.Names({"order": "meal", "cart": "tray"}, {"cart": "tray-svc"}, {})

    assert words.text("def place_order(order_id): # reorders ORDERS ORDER BY id") == (
        "def place_meal(meal_id): # reorders MEALS ORDER BY id"
    )
    assert words.text('client.get("cart", "/carts/{cart_id}")') == (
        'client.get("tray-svc", "/trays/{tray_id}")'
    )


def test_a_setting_is_edited_where_it_stands_and_added_where_it_does_not() -> None:
    tree = {"config/a.toml": "[database]\npool_size = 6\n\n[client]\nattempts = 1\n"}

    changed = apply(tree, [topology.setting(tree, "config/a.toml", "database", "pool_size", 1)])
    assert changed["config/a.toml"] == "[database]\npool_size = 1\n\n[client]\nattempts = 1\n"
    added = apply(tree, [topology.setting(tree, "config/a.toml", "client", "timeout_s", 0.2)])
    assert added["config/a.toml"].endswith("[client]\ntimeout_s = 0.2\nattempts = 1\n")
    with pytest.raises(KeyError, match="has no \\[cache\\]"):
        topology.setting(tree, "config/a.toml", "cache", "ttl_s", 0)


def test_a_difference_reads_like_one_of_git() -> None:
    assert difference("a.py", "x = 1\ny = 2\n", "x = 1\ny = 3\n", bare=False).splitlines() == [
        "diff --git a/a.py b/a.py",
        "--- a/a.py",
        "+++ b/a.py",
        "@@ -1,2 +1,2 @@",
        " x = 1",
        "-y = 2",
        "+y = 3",
    ]
    assert difference("a.py", "x = 1\n", "x = 2\n", bare=True).splitlines() == [
        "@@ a.py @@",
        "-x = 1",
        "+x = 2",
    ]


def test_the_command_lists_the_mutations(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(MUTATIONS)


@pytest.mark.parametrize("arguments", [[], ["--only", "nonsense", "somewhere"]])
def test_the_command_refuses_what_makes_no_sense(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2
