"""A first look at very many series at once, because nearly all of them are calm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from assistant.analysis.detection.changepoints import noise_of_rows
from assistant.analysis.detection.scales import Bools, counted, scale_of
from assistant.domain.signals import Floats, Series

_FEWEST_STEPS = 8
_FAR, _WANDERS = 4.5, 4.0  # standard deviations of a value, and of a cumulative sum
_CLIP = 10.0


def lively(series: Iterable[Series]) -> list[Series]:
    """The series worth a closer look, in order: some value, or some run of values, stands out.
    Vectorised over series that hold equally many values."""
    ordered = list(series)
    rows: dict[int, list[tuple[int, Floats, float, float]]] = defaultdict(list)
    for i, one in enumerate(ordered):
        values = one.values[np.isfinite(one.values)]
        if len(values) >= _FEWEST_STEPS:
            scale = scale_of(one.key)
            scaled = scale.to(counted(scale, values, one.step_ns))
            rows[len(values)].append((i, scaled, scale.least, scale.floor))
    keep: list[int] = []
    for group in rows.values():
        indices, scaled_rows, least, floor = zip(*group, strict=True)
        stirs = _stirs(np.array(scaled_rows), np.array(least), np.array(floor))
        keep += [i for i, stir in zip(indices, stirs, strict=True) if stir]
    return [ordered[i] for i in sorted(keep)]


def _stirs(rows: Floats, least: Floats, floor: Floats) -> Bools:
    """Rows with a value far out, or whose cumulative sum wanders (the CUSUM of Page, "Continuous
    inspection schemes", Biometrika 41, 1954)."""
    sigma, rho = noise_of_rows(rows)
    middle = np.median(rows, axis=1)
    sigma = np.maximum(sigma, np.maximum(least, floor * np.abs(middle)))
    centred = rows - middle[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sigma[:, None] > 0, centred / sigma[:, None], np.sign(centred) * _CLIP)
    z = np.clip(z, -_CLIP, _CLIP)
    far = np.abs(z).max(axis=1) > _FAR
    count = rows.shape[1]
    at = np.arange(1, count)
    sums = np.cumsum(z - z.mean(axis=1, keepdims=True), axis=1)[:, :-1]
    sums /= np.sqrt(at * (count - at) / count)
    wanders = np.abs(sums).max(axis=1) > _WANDERS * np.sqrt((1 + rho) / (1 - rho))
    # A slow wanderer may still leap.
    leaps = np.abs(np.diff(rows, axis=1)).max(axis=1) > _FAR * sigma * np.sqrt(2 * (1 - rho))
    return np.asarray((np.ptp(rows, axis=1) > 0) & (far | wanders | leaps))
