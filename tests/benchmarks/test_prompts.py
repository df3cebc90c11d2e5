"""What an investigation costs in prompt tokens, over one small case; the published figures come
from the same functions over real ones."""

from __future__ import annotations

import pytest

from benchmarks.prompts import POLICIES, Cost, measure, table
from tests.benchmarks.rootcausebench.incidents import GUILTY, an_incident, write_case

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cost]:
    folder = tmp_path_factory.mktemp("cases") / "pool-too-small"
    write_case(folder, an_incident(), {"root_cause_commit": GUILTY})
    return {cost.policy: cost for cost in measure([folder])}


def test_every_policy_keeps_within_its_target(costs: dict[str, Cost]) -> None:
    assert list(costs) == list(POLICIES)
    for policy, (_, target) in POLICIES.items():
        assert target is None or costs[policy].prompt <= target


def test_the_parts_of_a_prompt_add_up(costs: dict[str, Cost]) -> None:
    for cost in costs.values():
        assert sum(cost.parts.values()) == cost.prompt
        assert {"system", "user", "tools"} <= set(cost.parts)


def test_a_model_that_wanders_is_ended_at_a_limit_with_a_whole_report(
    costs: dict[str, Cost],
) -> None:
    assert costs["three tools"].calls == 2
    assert costs["three tools"].ended == ""
    assert costs["wandering"].calls > 3
    assert costs["wandering"].ended
    assert costs["wandering"].sentences > 0


def test_what_is_copied_from_the_evidence_passes_the_gate(costs: dict[str, Cost]) -> None:
    assert costs["no tool"].verified == costs["no tool"].sentences


def test_the_table_names_target_and_parts(costs: dict[str, Cost]) -> None:
    heading, first, *_ = table(list(costs.values())).splitlines()
    assert "target" in heading
    assert first.startswith("no tool")
    assert "7000" in first
