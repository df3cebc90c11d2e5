"""Tables with a fault of known extent, after the descriptions of the published test sets for
multi-dimensional localisation (Li et al., Squeeze, 2019; Kalander, RiskLoc, 2022).

One or two attributes make a cause, one to three causes a fault. Within a cause every leaf moves by
about the same factor; every leaf's forecast is off by some noise. Causes never contain each
other, and each brings at least a twentieth of the change and twenty events: what brings less nobody
would notice, or miss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.analysis.drilldown.cuboids import Element, covered
from assistant.analysis.drilldown.leaves import Codes
from assistant.domain.signals import Floats

_LEAST_SHARE, _LEAST_EVENTS = 0.05, 20
_MOST_CAUSES, _MOST_ATTRIBUTES = 3, 2
_SEVERITY = (0.2, 1.0)
_DEVIATION = (0.0, 0.1)  # between leaves of one cause
_MISSING = (0.0, 0.25)  # combinations that do not occur


@dataclass(frozen=True, slots=True)
class Setting:
    """`noise` is the relative error of a leaf's forecast. Without `requests` the measure adds up
    (about 100 events a leaf); with them it is the failed share of so many requests in all."""

    name: str
    cardinalities: tuple[int, ...]
    noise: float
    requests: int = 0


SETTINGS = (
    Setting("4 attributes, counts, noise 0", (10, 24, 10, 15), 0.0),
    Setting("4 attributes, counts, noise .1", (10, 24, 10, 15), 0.1),
    Setting("4 attributes, counts, noise .25", (10, 24, 10, 15), 0.25),
    Setting("5 attributes, counts, noise 0", (10, 12, 10, 8, 5), 0.0),
    Setting("5 attributes, counts, noise .1", (10, 12, 10, 8, 5), 0.1),
    Setting("5 attributes, counts, noise .25", (10, 12, 10, 8, 5), 0.25),
    Setting("4 attributes, 1,000,000 requests", (10, 24, 10, 15), 0.1, 1_000_000),
    Setting("5 attributes, 100,000 requests", (10, 12, 10, 8, 5), 0.1, 100_000),
    Setting("2,000 tenants, 100,000 requests", (3, 6, 2000, 20, 4), 0.1, 100_000),
)


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """`before` and `after` hold, per leaf, a row of events; for failed requests a row of requests
    above it. `causes` is the truth."""

    codes: Codes
    before: Floats
    after: Floats
    causes: frozenset[Element]


def faults(setting: Setting, count: int, seed: int) -> Iterator[Fault]:
    """The same seed gives the same faults."""
    chance = np.random.default_rng([seed, *setting.cardinalities, setting.requests])
    made = 0
    while made < count:
        fault = _fault(setting, chance)
        if fault is not None:
            made += 1
            yield fault


def _fault(setting: Setting, chance: np.random.Generator) -> Fault | None:
    """None when a cause turns out too small to be missed."""
    codes, volume = _table(setting, chance)
    causes = _causes(codes, chance)
    if causes is None:
        return None
    factor, owner = _factors(codes, causes, chance)
    make = _rates if setting.requests else _counts
    before, after, change = make(setting, volume, factor, owner, chance)
    shares = np.array([np.abs(change[owner == i].sum()) for i in range(len(causes))])
    if shares.min() < max(_LEAST_SHARE * shares.sum(), _LEAST_EVENTS):
        return None
    return Fault(codes, before, after, frozenset(causes))


def _table(setting: Setting, chance: np.random.Generator) -> tuple[Codes, Floats]:
    """Leaves and their volume: some values of each attribute are much busier than others."""
    sizes = setting.cardinalities
    cells = int(np.prod(sizes))
    drawn = min(cells, 48_000)
    flat = np.sort(chance.choice(cells, drawn, replace=False))
    codes = np.stack(np.unravel_index(flat, sizes), axis=1).astype(np.int64)
    codes = codes[chance.random(len(codes)) >= chance.uniform(*_MISSING)]
    volume = chance.lognormal(0.0, 0.5, len(codes))
    for attribute, size in enumerate(sizes):
        volume *= chance.lognormal(0.0, 0.7, size)[codes[:, attribute]]
    mean = setting.requests / len(codes) if setting.requests else 100.0
    return codes, volume * mean / volume.mean()


def _causes(codes: Codes, chance: np.random.Generator) -> list[Element] | None:
    found: list[Element] = []
    for _ in range(chance.integers(1, _MOST_CAUSES + 1)):
        leaf = codes[chance.integers(len(codes))]
        size = chance.integers(1, _MOST_ATTRIBUTES + 1)
        chosen = sorted(chance.choice(codes.shape[1], size, replace=False))
        found.append(tuple((int(a), int(leaf[a])) for a in chosen))
    nested = any(set(a) <= set(b) for a in found for b in found if a is not b)
    return None if nested else found


def _factors(
    codes: Codes, causes: list[Element], chance: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """By how much each leaf moves (0 to about 1), and by which cause (−1: none)."""
    factor, owner = np.zeros(len(codes)), np.full(len(codes), -1)
    for i, cause in enumerate(causes):
        mask = covered(codes, cause) & (owner < 0)
        owner[mask] = i
        factor[mask] = chance.normal(
            chance.uniform(*_SEVERITY), chance.uniform(*_DEVIATION), mask.sum()
        )
    return np.clip(factor, 0.0, 1.0), owner


def _counts(
    setting: Setting,
    volume: Floats,
    factor: Floats,
    owner: npt.NDArray[np.int64],
    chance: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """A measure that falls within each cause, or rises: one direction for the whole fault."""
    sign = chance.choice([-1.0, 1.0])
    after = chance.poisson(volume * (1 + sign * factor)).astype(np.float64)
    forecast = volume * np.maximum(1 + chance.normal(0.0, setting.noise, len(volume)), 0.0)
    return forecast[None], after[None], volume * factor


def _rates(
    setting: Setting,
    volume: Floats,
    factor: Floats,
    owner: npt.NDArray[np.int64],
    chance: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Before: three times as long. A leaf usually fails at a rate of its own around 1 %."""
    noise = np.maximum(1 + chance.normal(0.0, setting.noise, (2, len(volume))), 0.0)
    usual = np.clip(0.01 * noise, 0.0, 1.0)
    rates = [usual[0], usual[1] + (1 - usual[1]) * factor]
    both = []
    for rate, length in zip(rates, (3.0, 1.0), strict=True):
        requests = chance.poisson(volume * length)
        both.append(np.stack([requests, chance.binomial(requests, rate)]).astype(np.float64))
    return both[0], both[1], volume * factor
