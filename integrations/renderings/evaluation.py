"""A run of a suite: a table for the terminal, and one HTML page with plots."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from integrations.renderings import inert
from integrations.renderings.html import environment
from integrations.renderings.narration import money
from integrations.renderings.pictures.canvas import ALARM, CALM, MUTED, SUSPECT, Picture, draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = (CALM, SUSPECT, ALARM, MUTED)
_PLOTS = (
    ("points", "Points", "points"),
    ("tokens", "Tokens, in and out", "tokens"),
    ("seconds", "Seconds", "s"),
)


def table(document: Mapping[str, Any], *, width: int = 100) -> str:
    """A row per contestant and case, then one per contestant."""
    shown = Table(box=None, pad_edge=False)
    for name in ("case", "by", "points", "grade", "tokens in/out", "calls", "cost", "seconds"):
        shown.add_column(name, overflow="fold")
    for run in document["runs"]:
        for row in run["results"]:
            shown.add_row(*(Text(inert.line(cell)) for cell in _cells(run["name"], row)))
    for run in document["runs"]:
        shown.add_row(*(Text(inert.line(cell), style="bold") for cell in _sum(run)))
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, _environ={}).print(shown)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def page(document: Mapping[str, Any], comparisons: Sequence[str], fell: Sequence[str]) -> str:
    """One file that needs no network and no script."""
    template = environment().get_template("evaluation.html.j2")
    return template.render(
        suite=inert.line(document["suite"]),
        rows=[
            [inert.line(cell) for cell in _cells(run["name"], row)]
            for run in document["runs"]
            for row in run["results"]
        ],
        sums=[[inert.line(cell) for cell in _sum(run)] for run in document["runs"]],
        comparisons=[inert.line(text) for text in comparisons],
        fell=[inert.line(text) for text in fell],
        plots=[_plot(document, *plot) for plot in _PLOTS if _any(document, plot[0])],
    )


def _cells(name: str, row: Mapping[str, Any]) -> Sequence[str]:
    usage = row["usage"]
    missing = f", did not cite {', '.join(row['uncited'])}" if row["uncited"] else ""
    ended = f" ({row['ended']})" if row["ended"] else ""
    return (
        row["case"],
        name,
        str(row["points"]),
        f"{row['label']}{missing}{ended}",
        f"{usage['input_tokens']:,}/{usage['output_tokens']:,}",
        str(usage["calls"]),
        _cost(row["cost_usd"]),
        f"{row['seconds']:.1f}",
    )


def _sum(run: Mapping[str, Any]) -> Sequence[str]:
    return (
        "all",
        run["name"],
        f"{run['points']:.1f}",
        f"passed {run['passed']}/{run['cases']}",
        f"{run['input_tokens']:,.0f}/{run['output_tokens']:,.0f} median",
        f"{run['calls']:g} median",
        _cost(run["cost_usd"]),
        f"{run['seconds']:.1f} median",
    )


def _cost(usd: float | None) -> str:
    return "unknown" if usd is None else money(usd)


def _plot(document: Mapping[str, Any], key: str, title: str, unit: str) -> Picture:
    """Bars by case, one colour a contestant."""
    runs = document["runs"]
    cases = [row["case"] for row in runs[0]["results"]]
    height = 70 + len(cases) * (14 * len(runs) + 10)

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        thick = 0.8 / len(runs)
        for number, run in enumerate(runs):
            places = [i + (number - (len(runs) - 1) / 2) * thick for i in range(len(cases))]
            values = [_value(row, key) for row in run["results"]]
            colour = _COLOURS[number % len(_COLOURS)]
            axes.barh(places, values, thick, color=colour, label=inert.line(run["name"], 40))
        axes.set_yticks(range(len(cases)), [inert.line(case, 34) for case in cases])
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        if key == "points":
            axes.set_xlim(0, 100)
        figure.legend(loc="upper right", frameon=False, ncols=len(runs))
        figure.tight_layout(rect=(0, 0, 1, 0.94))

    told = "; ".join(f"{run['name']}: {_told(run, key)}" for run in runs)
    return draw(f"plot-{key}", inert.line(f"{title} by case. {told}", 2000), 760, height, paint)


def _any(document: Mapping[str, Any], key: str) -> bool:
    """Whether there is anything to draw: without a model there are no tokens."""
    return any(_value(row, key) for run in document["runs"] for row in run["results"])


def _told(run: Mapping[str, Any], key: str) -> str:
    return ", ".join(f"{row['case']} {_value(row, key):g}" for row in run["results"])


def _value(row: Mapping[str, Any], key: str) -> float:
    if key == "tokens":
        return float(row["usage"]["input_tokens"] + row["usage"]["output_tokens"])
    return float(row[key])
