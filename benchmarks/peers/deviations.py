"""How far each metric left its normal time, in its own units of spread."""

from __future__ import annotations

import warnings

import numpy as np

from assistant.domain.signals import Floats
from benchmarks.peers.panel import Panel, Ranking, best_by_service

_MAD = 1.4826  # median absolute deviation to standard deviation, for a normal distribution
_SMALLEST = 1e-9


def n_sigma(panel: Panel) -> Ranking:
    """The largest distance from the mean in standard deviations (Shewhart's rule, 1931)."""
    normal, after = panel.values[: panel.split], panel.values[panel.split :]
    return _ranked(panel, after, _quiet(np.nanmean, normal), _quiet(np.nanstd, normal))


def robust_z(panel: Panel) -> Ranking:
    """The same with median and median absolute deviation (Iglewicz and Hoaglin, 1993)."""
    normal, after = panel.values[: panel.split], panel.values[panel.split :]
    centre = _quiet(np.nanmedian, normal)
    return _ranked(panel, after, centre, _MAD * _quiet(np.nanmedian, np.abs(normal - centre)))


def _ranked(panel: Panel, after: Floats, centre: Floats, spread: Floats) -> Ranking:
    # A metric that never moved has no spread: a thousandth of its level stands in for it.
    floor = np.maximum(1e-3 * np.abs(centre), _SMALLEST)
    distance = np.abs(after - centre) / np.maximum(spread, floor)
    return best_by_service(panel.columns, _quiet(np.nanmax, distance))


def _quiet(reduce: object, values: Floats) -> Floats:
    """A reduction over time; NaN, without a warning, for a column that holds nothing."""
    if not len(values):
        return np.full(values.shape[1], np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(reduce(values, axis=0), dtype=np.float64)  # type: ignore[operator]
