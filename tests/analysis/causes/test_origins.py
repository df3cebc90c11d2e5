"""Where a failure may have begun, from the series of services and who calls whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.opinion import Opinion
from assistant.analysis.causes.origins import Witness, origins_of
from assistant.analysis.causes.scene import scene_of
from assistant.analysis.detection.windows import Detection
from assistant.domain.catalogue import Catalogue, ServiceEntry
from assistant.domain.report import Finding, Question
from assistant.domain.signals import Series, Signal
from assistant.domain.window import NANOSECONDS
from tests.builders import a_series, a_window, at

CALLS = {"web": ("cart", "pay"), "pay": ("bank",)}
GOOD, NOW = 60, 10  # minutes


def an_observation(
    series: Sequence[Series], usual: Sequence[Series] = (), metric: str = "latency"
) -> Observation:
    """Ten minutes after an hour of good time; the catalogue tells who calls whom."""
    names = dict.fromkeys(s.key.service for s in series)
    return Observation(
        question=Question(at(6), "web", metric=metric),
        window=a_window(0, NOW),
        step_ns=60 * NANOSECONDS,
        as_of=at(NOW),
        detection=Detection((), (), (), frozenset(names)),
        series=series,
        edges=(),
        failing=(),
        ordinary=(),
        catalogue=Catalogue(tuple(ServiceEntry(n, calls=CALLS.get(n, ())) for n in names)),
        usual=usual,
    )


def latency(levels: Mapping[str, float], slower: Mapping[str, float]) -> Observation:
    """Seconds by service, and what they become from minute five on."""

    def gauge(service: str, values: object) -> Series:
        return a_series(values, service, 0, signal=Signal.LATENCY, name="latency", unit="s")

    late = np.arange(NOW) >= 5
    noise = 1 + 0.01 * np.sin(np.arange(float(GOOD)))
    return an_observation(
        [gauge(s, v + late * slower.get(s, 0.0)) for s, v in levels.items()],
        [gauge(s, v * noise) for s, v in levels.items()],
    )


LEVELS = {"web": 0.5, "cart": 0.1, "pay": 0.2, "bank": 0.1}


@pytest.mark.parametrize(
    ("slower", "began"),
    [
        ({"web": 1.0}, "web"),
        ({"web": 1.0, "cart": 1.0}, "cart"),
        ({"web": 1.0, "pay": 1.0, "bank": 1.0}, "bank"),
        ({"web": 1.0, "pay": 1.0, "bank": 0.1}, "pay"),
    ],
)
def test_extra_time_is_traced_to_where_it_arose(slower: Mapping[str, float], began: str) -> None:
    observation = latency(LEVELS, slower)

    origins = origins_of(observation, scene_of(observation))

    assert origins[0].service == began
    assert origins[0].score > 0.8
    assert "extra time arose here" in [p.name for p in origins[0].parts]


def availability(fallen: Mapping[str, float], minutes: int) -> list[Series]:
    """Per cent by service and a request a second; it falls from minute five on."""
    late = np.arange(minutes) >= 5
    levels = [
        a_series(100 - late * f, s, 0, name="availability", unit="%", statistic="mean")
        for s, f in fallen.items()
    ]
    return levels + [
        a_series(late * 0.0 + 1, s, 0, signal=Signal.TRAFFIC, name="requests", statistic="rate")
        for s in fallen
    ]


def test_an_availability_tells_of_failures() -> None:
    fallen = {"web": 20.0, "cart": 0.0, "pay": 20.0, "bank": 20.0}
    observation = an_observation(
        availability(fallen, NOW), availability(dict.fromkeys(fallen, 0.0), GOOD), "availability"
    )

    best = origins_of(observation, scene_of(observation))[0]

    assert best.service == "bank"
    assert best.score == pytest.approx(1.0)
    assert best.parts[0].reason.startswith("20 more failures for each 100 requests of web")


def test_without_good_time_nothing_is_known_of_extra_time() -> None:
    observation = an_observation(latency(LEVELS, {"web": 1.0}).series)

    assert origins_of(observation, scene_of(observation)) == ()


def witness(name: str, weight: float, **shares: float) -> Witness:
    finding = Finding("log", f"{name} saw it", weight)
    found = dict.fromkeys(shares, (finding,))
    return lambda observation, scene: Opinion(name, weight, shares, findings=found)


def test_witnesses_are_pooled_by_the_say_they_have() -> None:
    observation = latency(LEVELS, {})
    witnesses = (witness("one", 2, pay=0.6, web=0.4), witness("two", 1, bank=0.9))

    origins = origins_of(observation, scene_of(observation), witnesses)

    assert [o.service for o in origins] == ["pay", "bank", "web"]
    assert [o.score for o in origins] == pytest.approx([0.4, 0.3, 0.2667], abs=1e-3)
    assert [f.text for f in origins[1].findings] == ["two saw it"]
    assert sum(o.score for o in origins) <= 1


def test_who_sees_nothing_has_no_say() -> None:
    observation = latency(LEVELS, {})
    witnesses = (witness("one", 1, pay=1.0), lambda observation, scene: None)

    best = origins_of(observation, scene_of(observation), witnesses)[0]

    assert (best.service, best.score) == ("pay", 1.0)
