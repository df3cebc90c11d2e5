"""How a report's values read, the same in every rendering."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from assistant.analysis.account.breakdowns import in_words, subset_in_words
from assistant.domain.anomaly import AnomalyWindow, Direction
from assistant.domain.report import Breakdown, Hypothesis, Origin, Report, Suspect, Verdict
from assistant.domain.signals import Signal
from assistant.domain.window import TimeWindow

T = TypeVar("T")

VERDICTS = {
    Verdict.CHANGE_GUILTY: "A change is guilty",
    Verdict.NO_CHANGE_GUILTY: "No change is guilty",
    Verdict.NOT_ENOUGH_EVIDENCE: "Not enough evidence",
    Verdict.HEALTHY: "Healthy",
}
SIGNS = {
    Verdict.CHANGE_GUILTY: "●",
    Verdict.NO_CHANGE_GUILTY: "◆",
    Verdict.NOT_ENOUGH_EVIDENCE: "?",
    Verdict.HEALTHY: "✓",
}
ARROWS = {
    Direction.ROSE: "↑",
    Direction.FELL: "↓",
    Direction.APPEARED: "✱",
    Direction.STOPPED: "∅",
}
_LONGEST_UNIT = 24
_SIZES = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


def check(passed: bool | None) -> str:
    """The sign of a check of the causal path."""
    return "?" if passed is None else "✓" if passed else "✗"


def checked(passed: bool | None) -> str:
    """The same in a word, for those who hear the page."""
    return "cannot be told" if passed is None else "yes" if passed else "no"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def clock(at: datetime, window: TimeWindow) -> str:
    """The time of day; with its date when the window is not all on that day."""
    one_day = window.start.date() == window.end.date() == at.date()
    return f"{at:%H:%M:%S}" if one_day else f"{at:%m-%d %H:%M}"


def duration(length: timedelta) -> str:
    seconds = round(abs(length).total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min" if seconds % 60 == 0 else f"{minutes} min {seconds % 60} s"
    return f"{seconds} s"


def quantity(value: float, unit: str = "") -> str:
    """`value` in a unit people read: '1' is a ratio and reads as per cent, 's' scales to ms and
    µs, 'By' to KiB … GiB (binary); annotations in braces lose the braces (UCUM)."""
    if not math.isfinite(value):
        return "no data"
    unit = " ".join(unit.split())[:_LONGEST_UNIT]
    if unit in ("1", "ratio"):
        return f"{_digits(100 * value)} %"
    if unit == "ms":
        value, unit = value / 1000, "s"
    if unit == "s" and 0 < abs(value) < 1:
        return f"{_digits(value * 1e3)} ms" if abs(value) >= 1e-3 else f"{_digits(value * 1e6)} µs"
    if unit in ("By", "bytes"):
        size, name = next(((s, n) for s, n in _SIZES if abs(value) >= s), (1, "B"))
        return f"{_digits(value / size)} {name}"
    if unit.startswith("1/"):
        unit = unit[1:]
    return f"{_digits(value)} {unit.translate({ord('{'): None, ord('}'): None})}".strip()


def _digits(value: float) -> str:
    """Three significant digits, thousands grouped."""
    if value == 0 or not 1e-4 <= abs(value) < 1e12:
        return f"{value:.3g}"
    return f"{round(value, 2 - math.floor(math.log10(abs(value)))):,.12g}"


def percent(ratio: float) -> str:
    if 0 < ratio < 0.005:
        return "<1 %"
    return f"{ratio:.0%}".replace("%", " %")


def confidence(value: float) -> str:
    word = "high" if value >= 0.8 else "medium" if value >= 0.5 else "low"
    return f"{word}, {percent(value)}"


def onset(anomaly: AnomalyWindow, window: TimeWindow) -> str:
    """The onset with half of its uncertainty: '11:48:00 ±1 min'."""
    slack = (anomaly.onset_latest - anomaly.onset_earliest) / 2
    shown = clock(anomaly.onset, window)
    return f"{shown} ±{duration(slack)}" if slack >= timedelta(seconds=1) else shown


def end(anomaly: AnomalyWindow, window: TimeWindow) -> str:
    return "goes on" if anomaly.end is None else clock(anomaly.end, window)


def what(anomaly: AnomalyWindow) -> str:
    """Which series left its baseline: signal, name, statistic."""
    key = anomaly.key
    signal = "" if key.signal is Signal.METRIC else f"{key.signal.value.replace('_', ' ')}: "
    peer = f" → {key.peer}" if key.peer else ""
    return f"{signal}{key.name} {key.statistic}{peer}".strip()


def moved(anomaly: AnomalyWindow) -> str:
    """'↑ 180 ms → 5.02 s'."""
    unit = anomaly.key.unit
    before, after = quantity(anomaly.baseline, unit), quantity(anomaly.peak, unit)
    return f"{ARROWS[anomaly.direction]} {before} → {after}"


def notable(report: Report, limit: int) -> tuple[AnomalyWindow, ...]:
    """At most `limit` windows in the order of their onset: one of each service and signal before
    a second of any, the causal path before the rest, the most unusual first."""
    path = {name for hop in report.causal_path for name in (hop.source, hop.target)}
    ranked = sorted(report.anomalies, key=lambda a: (a.service not in path, -a.score))
    varied = diverse(ranked, lambda a: (a.service, a.signal))
    return tuple(sorted(varied[:limit], key=lambda a: a.onset))


def diverse(items: Sequence[T], kind: Callable[[T], Hashable]) -> list[T]:
    """The first of every kind, then the second of every kind, and so on, otherwise in order."""
    seen: Counter[Hashable] = Counter()
    rounds: list[tuple[int, T]] = []
    for item in items:
        rounds.append((seen[kind(item)], item))
        seen[kind(item)] += 1
    return [item for _, item in sorted(rounds, key=lambda pair: pair[0])]


def suspect_name(suspect: Suspect) -> str:
    """Its hash for a commit; other changes say what they are in their title."""
    return f"commit {suspect.id[:12]}" if suspect.kind == "commit" else suspect.kind


def suspect_title(suspect: Suspect) -> str:
    """The title without the kind, which `suspect_name` tells."""
    return suspect.title.removeprefix(f"{suspect.kind} ")


def other_hypotheses(report: Report) -> list[Hypothesis]:
    """Those that say more than the list of suspects does."""
    suspects = {suspect.id for suspect in report.suspects}
    return [h for h in report.hypotheses if h.contradicting or h.suspect not in suspects]


def origins(report: Report, limit: int = 5) -> Sequence[Origin]:
    """The likeliest origins; none of what is healthy."""
    return report.origins[:limit] if report.verdict is not Verdict.HEALTHY else ()


def grounds(origin: Origin) -> str:
    """Why a service is named as an origin: the weightiest reasons first."""
    told = sorted(origin.parts, key=lambda p: -p.value * p.weight)
    return "; ".join(f"{p.name} ({p.reason})" if p.reason else p.name for p in told)


def breakdown(found: Breakdown) -> str:
    """The counts, and which other attributes mean the same requests."""
    also = f" The same requests have {subset_in_words(found.also)}." if found.also else ""
    return in_words(found) + also


def impact(report: Report) -> str:
    """One line: how many requests failed, where, and who else is hurt."""
    hurt = report.impact
    if not hurt.requests and not hurt.services:
        return "nobody, as far as the telemetry tells"
    share = f" ({percent(hurt.failed_requests / hurt.requests)})" if hurt.requests else ""
    counts = f"{hurt.failed_requests:,} of {hurt.requests:,} requests failed{share}"
    return f"{counts}; also hurt: {', '.join(hurt.services)}" if hurt.services else counts


def since(report: Report) -> str:
    at = report.impact.since
    if at is None:
        healthy = report.verdict is Verdict.HEALTHY
        return "nothing left its baseline" if healthy else "cannot be told"
    goes_on = "still going on" if report.impact.ongoing else "over"
    seen_until = min(report.as_of, report.window.end)
    return f"{moment(at)} ({goes_on} at {seen_until:%H:%M:%S})"


def brought_by(suspect: Suspect) -> str:
    """The version that brought a suspect, or the deployment's id where it has no version."""
    return f"{suspect.service} {suspect.version}" if suspect.version else suspect.deployment


def seconds(report: Report) -> str:
    return f"{sum(report.seconds.values()):.1f} s" if report.seconds else ""
