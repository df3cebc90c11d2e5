"""A detector that works forward in time: it sees one point, answers, and forgets what is old."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

_LONG, _SHORT = 1000, 10
_LEARN = 100  # points before the first alarm
_FAR = 8.0
_REST = 100  # points between two alarms


@dataclass(frozen=True, slots=True)
class Alarm:
    """What changed with this point: a window `opened` or closed. `steps_ago` is how far back its
    onset lies, `score` how unusual, in robust standard deviations."""

    opened: bool
    steps_ago: int
    rose: bool
    baseline: float
    peak: float
    score: float


@dataclass(slots=True)
class StreamingDetector:
    """The state of one series; its memory is bounded."""

    recent: deque[float] = field(default_factory=lambda: deque(maxlen=_LONG))
    since: int = 0
    open: Alarm | None = None

    def observe(self, value: float) -> Alarm | None:
        """The next step of the series; NaN where it holds no data."""
        self.since += 1
        if not np.isfinite(value):
            return None
        past = np.array(self.recent)
        self.recent.append(value)
        if len(past) < _LEARN:
            return None
        level = float(np.median(past))
        spread = float(np.median(np.abs(past - level))) * 1.4826 or float(past.std()) or 1e-9
        z = (value - level) / spread
        if self.open is not None:
            if abs(z) > _FAR / 2 and self.since < _REST:
                return None
            closed = Alarm(False, 0, self.open.rose, level, self.open.peak, self.open.score)
            self.open = None
            return closed
        if abs(z) > _FAR and self.since > _REST:
            self.since = 0
            self.open = Alarm(True, 0, z > 0, level, value, abs(z))
            return self.open
        return None
