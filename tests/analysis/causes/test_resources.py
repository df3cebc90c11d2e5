"""Whose own resources are unlike themselves, judged by how the same metric moves anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.opinion import Opinion
from assistant.analysis.causes.resources import own_resources
from assistant.analysis.causes.scene import scene_of
from assistant.analysis.detection.windows import Detection
from assistant.domain.report import Question
from assistant.domain.signals import Series, Signal
from tests.builders import NOON, a_series, a_window

CPU: dict[str, Any] = {"signal": Signal.RESOURCE, "name": "cpu.usage"}
SERVICES = [f"service-{i}" for i in range(10)]


def calm(seed: int) -> Any:
    """An hour before noon and five minutes after it, a value a minute."""
    return np.random.default_rng(seed).normal(10, 1, 65)


def fleet(**changed: Any) -> list[Series]:
    return [
        a_series(changed.get(s.replace("-", "_"), calm(i)), s, **CPU)
        for i, s in enumerate(SERVICES)
    ]


def witnessed(series: list[Series]) -> Opinion | None:
    observation = Observation(
        question=Question(NOON),
        window=a_window(-60, 5),
        step_ns=60_000_000_000,
        as_of=NOON,
        detection=Detection((), (), ()),
        series=series,
        edges=(),
        failing=(),
        ordinary=(),
    )
    return own_resources(observation, scene_of(observation))


def risen(to: float, seed: int = 3) -> Any:
    values = calm(seed)
    values[60:] = to
    return values


def test_the_service_whose_resource_made_a_rare_move() -> None:
    opinion = witnessed(fleet(service_3=risen(95)))

    assert opinion is not None
    assert max(opinion.shares, key=lambda s: opinion.shares[s]) == "service-3"
    assert opinion.shares["service-3"] > 0.4
    assert opinion.findings["service-3"][0].names == ("cpu.usage",)
    assert opinion.findings["service-3"][0].text == "cpu.usage 9.88 → 95"


def test_nothing_stands_out_in_a_calm_fleet() -> None:
    assert witnessed(fleet()) is None


def test_a_metric_that_jumps_now_and_then_anywhere_says_nothing() -> None:
    def jumpy(seed: int) -> Any:
        values = calm(seed)
        for at in np.random.default_rng(seed + 100).integers(0, 55, 4):
            values[at : at + 4] += 85
        return values

    restless = {s.replace("-", "_"): jumpy(i) for i, s in enumerate(SERVICES)}

    found = witnessed(fleet(**restless | {"service_3": risen(95)}))

    assert found is None or found.shares.get("service-3", 0.0) < 0.1


def test_two_metrics_that_move_as_one_are_one_finding() -> None:
    share: dict[str, Any] = {"signal": Signal.RESOURCE, "name": "cpu.limit.share"}
    series = fleet(service_3=risen(95))
    series += [a_series(s.values / 100, s.key.service, **share) for s in series]

    opinion = witnessed(series)

    assert opinion is not None
    assert [set(f.names) for f in opinion.findings["service-3"]] == [
        {"cpu.usage", "cpu.limit.share"}
    ]


def test_what_several_services_share_is_nobodys_own() -> None:
    together = {f"service_{i}": risen(95) for i in (2, 3, 4)}

    assert witnessed(fleet(**together)) is None


def test_latency_is_no_resource() -> None:
    series = [
        replace(s, key=replace(s.key, signal=Signal.LATENCY)) for s in fleet(service_3=risen(95))
    ]

    assert witnessed(series) is None


def test_with_few_services_there_is_nothing_to_compare_with() -> None:
    assert witnessed(fleet(service_3=risen(95))[:4]) is None
