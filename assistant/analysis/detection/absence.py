"""Absence is not health: services and series that stopped sending."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from assistant.analysis.detection.scales import Bools
from assistant.domain.anomaly import AnomalousSeries, AnomalyWindow, Direction
from assistant.domain.signals import Series, Signal
from assistant.domain.window import NANOSECONDS, TimeWindow, from_ns

_GAPS = 3.0  # times the longest gap seen before
_FEWEST_STEPS = 3
_REQUESTS = (Signal.TRAFFIC, Signal.ERRORS, Signal.LATENCY)
_HIGHEST = 100.0


@dataclass(frozen=True, slots=True)
class Silence:
    """What a service used to send and no longer does. `scope` is 'service' when nothing of it is
    heard any more, 'metrics' when its requests are still seen but its exporter died, and
    'instance' when one instance went silent without a successor."""

    service: str
    scope: str
    last_seen: datetime
    expected_every_s: float
    silent_for_s: float
    instance: str = ""
    series: int = 0  # how many series stopped with it

    @property
    def missed(self) -> float:
        """How many expected reports did not come."""
        return self.silent_for_s / max(self.expected_every_s, 1e-9)


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """When something was heard: any of its series held data in those steps."""

    first: int
    last: int
    every: float
    longest: int
    steps: int


def silences(series: Sequence[Series], window: TimeWindow) -> list[Silence]:
    """Silences that go on at the end of the data, by service. Nothing is called silent when
    everything is: then the data simply ends."""
    parts: dict[str, list[Series]] = defaultdict(list)
    for one in series:
        if not one.key.peer:
            parts[one.key.service].append(one)
    heard = {name: _heard(ones) for name, ones in parts.items()}
    ends = [_moment(parts[name][0], h.last) for name, h in heard.items() if h]
    if not ends:
        return []
    end_ns = min(window.end_ns, max(ends))
    found: list[Silence] = []
    for name, ones in sorted(parts.items()):
        whole = _silence(name, "service", ones, end_ns)
        found += [whole] if whole else _partial(name, ones, end_ns)
    return found


def silence_as_zero(series: Sequence[Series]) -> list[Series]:
    """Traffic without a value in a step is no traffic, as long as anything else was heard in that
    step; elsewhere it stays unknown. Other series are returned as they are."""
    heard: dict[tuple[int, int, int], Bools] = {}
    for one in series:
        grid = (one.start_ns, one.step_ns, len(one.values))
        finite = np.isfinite(one.values)
        heard[grid] = heard[grid] | finite if grid in heard else finite
    filled = []
    for one in series:
        if one.key.signal is Signal.TRAFFIC and one.weights is not None:
            quiet = heard[one.start_ns, one.step_ns, len(one.values)] & np.isnan(one.values)
            if quiet.any():
                one = replace(one, values=np.where(quiet, 0.0, one.values))
        filled.append(one)
    return filled


def _partial(service: str, series: Sequence[Series], end_ns: int) -> list[Silence]:
    metrics = [s for s in series if s.key.signal not in _REQUESTS and _count(s)]
    exporter = _silence(service, "metrics", metrics, end_ns) if metrics else None
    if exporter:
        return [exporter]
    instances: dict[str, list[Series]] = defaultdict(list)
    for one in series:
        if one.key.instance:
            instances[one.key.instance].append(one)
    started = [
        _moment(ones[0], h.first) for ones in instances.values() if (h := _heard(ones)) is not None
    ]
    found = []
    for instance, ones in sorted(instances.items()):
        gone = _silence(service, "instance", ones, end_ns, instance)
        # A pod that was replaced (one that started no earlier than shortly before) is churn.
        if gone and not any(
            begin > int(gone.last_seen.timestamp() * NANOSECONDS) - 5 * ones[0].step_ns
            for begin in started
        ):
            found.append(gone)
    return found


def _silence(
    service: str, scope: str, series: Sequence[Series], end_ns: int, instance: str = ""
) -> Silence | None:
    heard = _heard(series)
    if heard is None or heard.steps < _FEWEST_STEPS:
        return None
    grid = series[0]
    last_ns = _moment(grid, heard.last)
    gap = (end_ns - last_ns) / grid.step_ns
    if gap < max(_FEWEST_STEPS, _GAPS * heard.longest, 5 * heard.every):
        return None
    return Silence(
        service=service,
        scope=scope,
        last_seen=from_ns(last_ns),
        expected_every_s=heard.every * grid.step_ns / NANOSECONDS,
        silent_for_s=(end_ns - last_ns) / NANOSECONDS,
        instance=instance,
        series=len(series),
    )


def _heard(series: Iterable[Series]) -> _Heard | None:
    """Over all series, which share a grid; counts of nothing are not something heard."""
    sounds = [_sound(one) for one in series]
    if not sounds:
        return None
    length = max(len(s) for s in sounds)
    anything = np.zeros(length, dtype=bool)
    for sound in sounds:
        anything[: len(sound)] |= sound
    steps = np.flatnonzero(anything)
    if not len(steps):
        return None
    gaps = np.diff(steps)
    return _Heard(
        first=int(steps[0]),
        last=int(steps[-1]),
        every=float(np.median(gaps)) if len(gaps) else float(length),
        longest=int(gaps.max()) if len(gaps) else length,
        steps=len(steps),
    )


def _sound(series: Series) -> Bools:
    heard = np.isfinite(series.values)
    if series.key.signal in (Signal.TRAFFIC, Signal.LOG_RATE):
        heard &= series.values > 0
    return heard


def _count(series: Series) -> int:
    return int(_sound(series).sum())


def _moment(series: Series, step: int) -> int:
    """The end of a step."""
    return series.start_ns + (step + 1) * series.step_ns


def stopped(silences: Sequence[Silence], series: Sequence[Series]) -> list[AnomalousSeries]:
    """One STOPPED window for each silence, on the series that says most: the requests of the
    service where there are any."""
    found = []
    for silence in silences:
        own = [
            s
            for s in series
            if s.key.service == silence.service
            and not s.key.peer
            and (not silence.instance or s.key.instance == silence.instance)
            and _count(s)
        ]
        if not own:
            continue
        main = min(own, key=lambda s: (s.key.signal not in _REQUESTS, s.key.operation, -_count(s)))
        usual = float(np.nanmedian(main.values[_sound(main)]))
        found.append(
            AnomalousSeries(
                AnomalyWindow(
                    id="",
                    key=main.key,
                    direction=Direction.STOPPED,
                    onset=silence.last_seen,
                    onset_earliest=silence.last_seen,
                    onset_latest=from_ns(
                        int(silence.last_seen.timestamp()) * NANOSECONDS
                        + int(silence.expected_every_s * NANOSECONDS)
                    ),
                    end=None,
                    baseline=usual,
                    peak=0.0,
                    score=min(_HIGHEST, silence.missed),
                    detector="absence",
                ),
                main,
            )
        )
    return found
