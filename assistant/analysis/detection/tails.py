"""How rare a value is among those seen before, beyond the largest of them too."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from assistant.domain.signals import Floats

_PEAKS = 0.97  # quantile above which values count as peaks
_FEWEST = 5
_HEAVIEST = 0.4  # shape parameter: 0 is an exponential tail


class Tail(NamedTuple):
    """Peaks over a threshold: above `threshold`, reached by a share `rate` of the values, the
    excess follows a generalised Pareto distribution of `scale` and `shape`."""

    threshold: float
    rate: float
    scale: float
    shape: float

    def surprise(self, value: float) -> float:
        """-log of the chance of a value at least as large; 0 below the threshold."""
        excess = (value - self.threshold) / self.scale
        if excess <= 0:
            return 0.0
        decay = math.log1p(self.shape * excess) / self.shape if self.shape > 1e-3 else excess
        return decay - math.log(self.rate)


def tail_of(values: Floats) -> Tail:
    """The upper tail of `values`, without a time order: peaks over threshold for streams (Siffer
    et al., "Anomaly detection in streams with extreme value theory", KDD 2017), fitted by
    probability-weighted moments (Hosking and Wallis, Technometrics 29, 1987), which need no
    search. Where all peaks are alike the tail is exponential with the spread of the values."""
    threshold = float(np.quantile(values, _PEAKS))
    peaks = np.sort(values[values > threshold] - threshold)
    least = max(float(values.std()), 1e-9)
    if len(peaks) < _FEWEST:
        return Tail(threshold, 1 - _PEAKS, least, 0.0)
    mean = float(peaks.mean())
    exceeded = 1 - (np.arange(1, len(peaks) + 1) - 0.35) / len(peaks)
    weighted = float((peaks * exceeded).mean())
    shape = 2 - mean / (mean - 2 * weighted) if mean > 2 * weighted else 0.0
    shape = min(max(shape, 0.0), _HEAVIEST)
    scale = mean * (1 - shape)
    return Tail(threshold, len(peaks) / len(values), max(scale, 1e-9), shape)
