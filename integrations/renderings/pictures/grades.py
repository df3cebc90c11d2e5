"""What each contestant of an evaluation got, case by case, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrations.renderings import inert
from integrations.renderings.pictures.canvas import (
    ALARM,
    CALM,
    INK,
    MUTED,
    SUSPECT,
    Picture,
    draw,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = (CALM, SUSPECT, ALARM, MUTED)
_WIDE, _NARROW = 760, 420
_BAR, _BETWEEN, _FRAME = 15, 12, 44  # pixels
_LONGEST = {_WIDE: 34, _NARROW: 18}  # name of a case


@dataclass(frozen=True, slots=True)
class Bars:
    """One measure: the same picture for wide and for narrow screens."""

    key: str
    title: str
    pictures: Sequence[Picture]


_MEASURES = (
    ("points", "Points, of 100"),
    ("tokens", "Tokens that went in and came out"),
    ("seconds", "Seconds that an investigation took"),
)


def bars(document: Mapping[str, Any]) -> Sequence[Bars]:
    """Of `llmops.evaluation.results.document`; a measure that is 0 everywhere is left out."""
    runs = document["runs"]
    return [
        Bars(key, title, [_picture(runs, key, title, width) for width in (_WIDE, _NARROW)])
        for key, title in _MEASURES
        if any(_value(row, key) for run in runs for row in run["results"])
    ]


def _picture(runs: Sequence[Mapping[str, Any]], key: str, title: str, width: int) -> Picture:
    cases = [shortened(inert.line(r["case"]), _LONGEST[width]) for r in runs[0]["results"]]
    tall = len(cases) * (_BAR * len(runs) + _BETWEEN)
    legend = (len(runs) if width == _NARROW else 1) * 20
    height = tall + _FRAME + legend

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        thick = _BAR / (_BAR * len(runs) + _BETWEEN)
        for number, run in enumerate(runs):
            places = [i + (number - (len(runs) - 1) / 2) * thick for i in range(len(cases))]
            values = [_value(row, key) for row in run["results"]]
            colour = _COLOURS[number % len(_COLOURS)]
            name = shortened(inert.line(run["name"]), 40)
            drawn = axes.barh(places, values, 0.85 * thick, color=colour, label=name)
            labels = [_figure(value, key) for value in values]
            axes.bar_label(drawn, labels, padding=4, fontsize=10, color=INK)
        axes.set_yticks(range(len(cases)), cases)
        axes.tick_params(axis="y", length=0)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_ylim(len(cases) - 0.5, -0.5)
        axes.set_xmargin(0.12)  # room for the figures behind the bars
        columns = 1 if width == _NARROW else len(runs)
        figure.legend(loc="upper left", frameon=False, ncols=columns, borderpad=0, borderaxespad=0)
        figure.tight_layout(rect=(0, 0, 1, 1 - (legend + 8) / height), pad=0.2)

    told = "; ".join(f"{run['name']}: {_told(run, key)}" for run in runs)
    alt = inert.line(f"{title}, by case. {told}", 2000)
    return draw(f"bars-{key}-{width}", alt, width, height, paint)


def _told(run: Mapping[str, Any], key: str) -> str:
    return ", ".join(f"{row['case']} {_figure(_value(row, key), key)}" for row in run["results"])


def _figure(value: float, key: str) -> str:
    return f"{value:.1f}" if key == "seconds" else f"{value:,.0f}"


def _value(row: Mapping[str, Any], key: str) -> float:
    if key == "tokens":
        return float(row["usage"]["input_tokens"] + row["usage"]["output_tokens"])
    return float(row[key])
