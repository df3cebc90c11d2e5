"""Anomaly windows against changes, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.report import Report, TimelineMark
from integrations.renderings import inert, words
from integrations.renderings.pictures.canvas import (
    ALARM,
    INK,
    LINE,
    MUTED,
    PAPER,
    SUSPECT,
    Picture,
    day,
    draw,
    shortened,
    time_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_WINDOWS = 10
_MOST_MARKS = 8
_WIDE, _NARROW, _ROW, _LETTER = 1040, 360, 26, 7.0  # CSS pixels
_BEHIND = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}  # keeps lines out of labels
_SHAPES = {"deployment": "^", "commit": "o", "flag": "D", "config": "s"}


def timeline(report: Report, *, narrow: bool = False) -> Picture | None:
    """Changes in the upper rows (suspects filled and named as such), anomaly windows below, each
    with the uncertainty of its onset; None when there is neither."""
    marks = _shown_marks(report)
    windows = words.notable(report, _MOST_WINDOWS)
    rows = len(marks) + len(windows)
    if not rows:
        return None
    width, height = (_NARROW if narrow else _WIDE), _ROW * (rows + 2)

    def paint(figure: Figure) -> None:
        axes = figure.add_axes(_box(width, height, narrow=narrow))
        time_axis(axes, report.window.start, report.window.end, 5 if narrow else 9)
        axes.set_ylim(rows - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
        for row, mark in enumerate(marks):
            _mark(axes, row, mark, rows, report, narrow=narrow)
        for row, anomaly in enumerate(windows, len(marks)):
            _window(axes, row, anomaly, report, narrow=narrow)
        _lanes(axes, marks, windows, narrow=narrow)

    name = "timeline-narrow" if narrow else "timeline"
    return draw(name, _alt(report, marks, windows), width, height, paint)


def _margins(*, narrow: bool) -> tuple[int, int, int]:
    """Left, right, bottom."""
    return (88, 14, 26) if narrow else (190, 24, 26)


def _box(width: int, height: int, *, narrow: bool) -> tuple[float, float, float, float]:
    left, right, bottom = _margins(narrow=narrow)
    return (
        left / width,
        bottom / height,
        1 - (left + right) / width,
        1 - (bottom + 4) / height,
    )


def _shown_marks(report: Report) -> Sequence[TimelineMark]:
    """Suspects first, then the changes nearest to the first onset; in order of time."""
    first = min((a.onset for a in report.anomalies), default=report.question.at)
    ranked = sorted(report.timeline, key=lambda m: (not m.suspect, abs(first - m.at)))
    return sorted(ranked[:_MOST_MARKS], key=lambda m: m.at)


def _mark(
    axes: Axes, row: int, mark: TimelineMark, rows: int, report: Report, *, narrow: bool
) -> None:
    early = mark.at < report.window.start
    at = _within(mark.at, report)
    colour = SUSPECT if mark.suspect else MUTED
    shape = "<" if early else _SHAPES.get(mark.kind, "o")
    if mark.suspect and not early:
        axes.plot([at, at], [row, rows], color=SUSPECT, linewidth=1.2, linestyle=(0, (4, 3)))
    face = colour if mark.suspect else PAPER
    axes.plot([at], [row], shape, color=colour, markerfacecolor=face, markersize=8, zorder=3)
    suffix = "" if narrow else f" ({words.clock(mark.at, report.window)})"
    suffix += ", suspect" if mark.suspect else ""
    label, left = _placed(at, shortened(mark.label, 48), suffix, report, narrow=narrow)
    axes.annotate(
        label,
        (at, row),
        xytext=(-9 if left else 9, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=INK if mark.suspect else MUTED,
        weight="bold" if mark.suspect else "normal",
        annotation_clip=False,
        bbox=_BEHIND,
        zorder=4,
    )


def _within(at: datetime, report: Report) -> float:
    """`at` on the axis: what lies outside is drawn at its edge."""
    return day(min(max(at, report.window.start), report.window.end))


def _placed(at: float, name: str, suffix: str, report: Report, *, narrow: bool) -> tuple[str, bool]:
    """The label of what stands at `at`, shortened to the room there is, and whether it goes to
    the left: late things have their labels before them, unless there is more room behind."""
    start, end = day(report.window.start), day(report.window.end)
    share = (at - start) / (end - start)
    inside = (_NARROW if narrow else _WIDE) - sum(_margins(narrow=narrow)[:2])
    before, behind = (int(part * inside / _LETTER) - 2 for part in (share, 1 - share))
    left = share > 0.5 and (before >= len(name + suffix) or before > behind)
    room = (before if left else behind) - len(suffix)
    return shortened(name, max(room, 4)) + suffix, left


def _window(axes: Axes, row: int, anomaly: AnomalyWindow, report: Report, *, narrow: bool) -> None:
    start = _within(anomaly.onset, report)
    end = _within(anomaly.end or report.window.end, report)
    earliest = _within(anomaly.onset_earliest, report)
    latest = _within(anomaly.onset_latest, report)
    shortest = report.window.duration.total_seconds() / 86_400 / 200
    axes.barh(
        row,
        max(end - start, shortest),
        left=start,
        height=0.52,
        color=ALARM,
        alpha=0.3,
        linewidth=0,
    )
    axes.plot([start, start], [row - 0.26, row + 0.26], color=ALARM, linewidth=3)
    if latest > earliest:
        axes.plot([earliest, latest], [row, row], "|-", color=ALARM, linewidth=1.2, markersize=7)
    if anomaly.end is None:
        axes.plot([end], [row], ">", color=ALARM, markersize=8, clip_on=False, zorder=3)
    what = shortened(inert.line(words.what(anomaly), 200), 24 if narrow else 56)
    label, left = _placed(start, what, "", report, narrow=narrow)
    axes.annotate(
        label,
        (min(start, earliest) if left else max(start, latest), row),
        xytext=(-7 if left else 7, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=INK,
        bbox=_BEHIND if left else None,
        zorder=4,
    )


def _lanes(
    axes: Axes,
    marks: Sequence[TimelineMark],
    windows: Sequence[AnomalyWindow],
    *,
    narrow: bool,
) -> None:
    """Service names at the left, a hair line under every row, a stronger one between the parts."""
    names = [m.service for m in marks] + [a.service for a in windows]
    if not narrow:
        kinds = [m.kind for m in marks]
        names = [f"{k} · {n}" if n else k for k, n in zip(kinds, names, strict=False)] + [
            a.service for a in windows
        ]
    axes.set_yticks(range(len(names)), [shortened(n, 12 if narrow else 27) for n in names])
    axes.tick_params(axis="y", length=0)
    for row in range(1, len(names)):
        axes.axhline(row - 0.5, color=LINE, linewidth=1.6 if row == len(marks) else 0.5, zorder=0)


def _alt(report: Report, marks: Sequence[TimelineMark], windows: Sequence[AnomalyWindow]) -> str:
    changes = "; ".join(
        f"{words.clock(m.at, report.window)} {m.kind} {inert.line(m.label, 80)}"
        + (" (suspect)" if m.suspect else "")
        for m in marks
    )
    onsets = "; ".join(
        f"{words.clock(a.onset, report.window)} {inert.line(a.service, 80)}" for a in windows
    )
    return f"Timeline. Changes: {changes or 'none'}. Onsets: {onsets or 'none'}."
