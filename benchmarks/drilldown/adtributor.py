"""The peer: Adtributor (Bhagwan et al., Adtributor: revenue debugging in advertising systems,
2014), with the paper's thresholds. It answers with values of a single attribute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr

from assistant.analysis.drilldown.cuboids import Element
from assistant.analysis.drilldown.leaves import Codes
from assistant.domain.signals import Floats

_EXPLAINS_ALL = 0.67  # T_EP: of the change, by the chosen values together
_EXPLAINS_ONE = 0.1  # T_EEP: of the change, by each of them


@dataclass(frozen=True, slots=True, eq=False)
class _Values:
    """Per value of one attribute: its share of the change and how surprising it is."""

    explained: Floats
    surprise: Floats


def adtributor(codes: Codes, before: Floats, after: Floats) -> frozenset[Element]:
    """`before` and `after` have a row per measure, a column per leaf: events, or requests and
    failures of which the ratio counts."""
    best: tuple[float, frozenset[Element]] = (0.0, frozenset())
    for attribute in range(codes.shape[1]):
        values = _values(codes[:, attribute], before, after)
        chosen = _chosen(values)
        surprise = float(values.surprise[chosen].sum())
        if chosen and surprise > best[0]:
            best = surprise, frozenset(((attribute, value),) for value in chosen)
    return best[1]


def _chosen(values: _Values) -> list[int]:
    chosen: list[int] = []
    for value in np.argsort(-values.surprise):
        if values.explained[value] > _EXPLAINS_ONE:
            chosen.append(int(value))
            if values.explained[chosen].sum() > _EXPLAINS_ALL:
                return chosen
    return []


def _values(column: Codes, before: Floats, after: Floats) -> _Values:
    size = int(column.max()) + 1
    forecast, actual = (
        np.stack([np.bincount(column, row, size) for row in rows]).astype(np.float64)
        for rows in (before, after)
    )
    change = actual[0] - forecast[0] if len(before) == 1 else _ratio_change(forecast, actual)
    total = change.sum()
    explained = change / total if total else np.zeros(size)
    surprise = sum(_jensen_shannon(f, a) for f, a in zip(forecast, actual, strict=True))
    return _Values(explained, np.asarray(surprise))


def _ratio_change(forecast: Floats, actual: Floats) -> Floats:
    """What each value alone would change of failures / requests: the paper's finite difference."""
    requests, failures = forecast.sum(axis=1)
    more_requests, more_failures = actual - forecast
    change: Floats = (more_failures * requests - failures * more_requests) / (
        requests * np.maximum(requests + more_requests, 1.0)
    )
    return change


def _jensen_shannon(forecast: Floats, actual: Floats) -> Floats:
    p = forecast / max(forecast.sum(), 1e-12)
    q = actual / max(actual.sum(), 1e-12)
    middle = (p + q) / 2
    both: Floats = (rel_entr(p, middle) + rel_entr(q, middle)) / 2
    return both
