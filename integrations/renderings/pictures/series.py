"""One deciding series: its baseline, its onset and the suspect's time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from assistant.domain.report import TimelineMark
from assistant.domain.window import from_ns
from integrations.renderings import inert, words
from integrations.renderings.data import SeriesData
from integrations.renderings.pictures.canvas import (
    ALARM,
    CALM,
    INK,
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

_WIDTH, _HEIGHT = 420, 190
_MOST_MARKS = 3


def series(name: str, data: SeriesData, suspects: Sequence[TimelineMark] = ()) -> Picture | None:
    """A small plot with gaps where there is no data; None when there is none at all."""
    values = np.array([np.nan if v is None else v for v in data.values], dtype=np.float64)
    if np.isnan(values).all():
        return None
    times = [day(from_ns(data.start_ns + i * data.step_ns)) for i in range(len(values) + 1)]

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.16, 0.15, 0.81, 0.72))
        time_axis(axes, from_ns(data.start_ns), from_ns(data.end_ns), 6)
        _baseline(axes, data, values)
        _marks(axes, data, suspects, times)
        axes.plot(times[:-1], values, color=INK, linewidth=1.5, zorder=3)
        alone = np.isnan(np.roll(values, 1)) & np.isnan(np.roll(values, -1))
        axes.plot(  # a value between two gaps has no line
            [t for t, lonely in zip(times, alone, strict=False) if lonely],
            values[alone],
            "o",
            color=INK,
            markersize=2.5,
        )
        axes.margins(y=0.12)
        axes.locator_params(axis="y", nbins=4)
        axes.yaxis.set_major_formatter(lambda value, _: words.quantity(value, _short(data.unit)))

    return draw(name, _alt(data, values), _WIDTH, _HEIGHT, paint)


def _short(unit: str) -> str:
    """Annotations such as {connections} stand in the caption, not at every tick."""
    return "" if "{" in unit else unit


def _baseline(axes: Axes, data: SeriesData, values: np.ndarray) -> None:
    """The band given, or the 5th to 95th percentile of what was before the onset."""
    if data.baseline is None and data.onset_ns is None:
        return
    if isinstance(data.baseline, tuple):
        low, high = data.baseline
    else:
        steps = len(values)
        if data.onset_ns is not None:
            steps = max(0, (data.onset_ns - data.start_ns) // data.step_ns)
        before = values[:steps][~np.isnan(values[:steps])]
        if not len(before):
            return
        low, high = np.percentile(before, [5, 95])
        if data.baseline is not None:
            axes.axhline(data.baseline, color=CALM, linewidth=1, linestyle=(0, (5, 3)))
    axes.axhspan(low, high, color=CALM, alpha=0.25, linewidth=0)


def _marks(
    axes: Axes, data: SeriesData, suspects: Sequence[TimelineMark], times: list[float]
) -> None:
    changes = [(day(from_ns(mark.at_ns)), mark.label) for mark in data.marks]
    changes += [(day(mark.at), f"{mark.kind} {mark.label}") for mark in suspects]
    inside = sorted({at: label for at, label in changes if times[0] <= at <= times[-1]}.items())
    for at, _ in inside[-_MOST_MARKS:-1]:  # only the last has room for its name
        _vertical(axes, at, "", SUSPECT, "right", times)
    for at, label in inside[-1:]:
        _vertical(axes, at, shortened(label, 28), SUSPECT, "right", times)
    if data.onset_ns is None:
        return
    if data.onset_earliest_ns is not None and data.onset_latest_ns is not None:
        span = (day(from_ns(data.onset_earliest_ns)), day(from_ns(data.onset_latest_ns)))
        axes.axvspan(*span, color=ALARM, alpha=0.2, linewidth=0)
    _vertical(axes, day(from_ns(data.onset_ns)), "onset", ALARM, "left", times)


def _vertical(
    axes: Axes, at: float, label: str, colour: str, side: str, times: list[float]
) -> None:
    """A line over the whole height, named above the plot on that side of it."""
    dashes = (0, (4, 3)) if colour == SUSPECT else "solid"
    axes.axvline(at, color=colour, linewidth=1.4, linestyle=dashes, zorder=2)
    if side == "right" and (at - times[0]) / (times[-1] - times[0]) < 0.3:
        side = "left"
    axes.annotate(
        label,
        (at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(3 if side == "left" else -3, 4),
        textcoords="offset points",
        ha=side,
        va="bottom",
        color=colour,
        annotation_clip=False,
    )


def _alt(data: SeriesData, values: np.ndarray) -> str:
    low, high = np.nanmin(values), np.nanmax(values)
    span = f"from {words.quantity(low, data.unit)} to {words.quantity(high, data.unit)}"
    onset = f", onset {words.moment(from_ns(data.onset_ns))}" if data.onset_ns is not None else ""
    return f"Series {inert.line(data.name, 120)}, {span}{onset}."
