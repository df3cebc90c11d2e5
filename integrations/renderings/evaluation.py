"""A run of a suite: a table for the terminal, and one HTML page with plots."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from integrations.renderings import inert
from integrations.renderings.html import environment
from integrations.renderings.narration import money
from integrations.renderings.pictures.grades import bars

_COLUMNS = ("case", "by", "points", "grade", "tokens in/out", "calls", "cost", "seconds")


def table(document: Mapping[str, Any], *, width: int = 100) -> str:
    """A row per case and contestant, then one per contestant."""
    shown = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        shown.add_column(name, overflow="fold")
    for row in _rows(document):
        shown.add_row(*(Text(cell) for cell in row))
    for run in document["runs"]:
        shown.add_row(*(Text(inert.line(cell), style="bold") for cell in ("all", *_sum(run))))
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, _environ={}).print(shown)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def page(document: Mapping[str, Any], comparisons: Sequence[str], fell: Sequence[str]) -> str:
    """One file that needs no network and no script."""
    template = environment().get_template("evaluation.html.j2")
    return template.render(
        suite=inert.line(document["suite"]),
        names=[inert.line(run["name"]) for run in document["runs"]],
        sums=[[inert.line(cell) for cell in _sum(run)] for run in document["runs"]],
        grades=[
            (inert.line(rows[0]["case"]), [(str(r["points"]), inert.line(_grade(r))) for r in rows])
            for rows in _side_by_side(document)
        ],
        rows=list(_rows(document)),
        comparisons=[inert.line(text) for text in comparisons],
        fell=[inert.line(text) for text in fell],
        bars=bars(document),
    )


def _side_by_side(document: Mapping[str, Any]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The contestants' results, case by case."""
    return zip(*(run["results"] for run in document["runs"]), strict=True)


def _rows(document: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    names = [run["name"] for run in document["runs"]]
    for results in _side_by_side(document):
        for name, row in zip(names, results, strict=True):
            yield [inert.line(cell) for cell in _cells(name, row)]


def _cells(name: str, row: Mapping[str, Any]) -> Sequence[str]:
    usage = row["usage"]
    return (
        row["case"],
        name,
        str(row["points"]),
        _grade(row),
        f"{usage['input_tokens']:,}/{usage['output_tokens']:,}",
        str(usage["calls"]),
        _cost(row["cost_usd"]),
        f"{row['seconds']:.1f}",
    )


def _grade(row: Mapping[str, Any]) -> str:
    missing = f", did not cite {', '.join(row['uncited'])}" if row["uncited"] else ""
    ended = f" ({row['ended']})" if row["ended"] else ""
    return f"{row['label']}{missing}{ended}"


def _sum(run: Mapping[str, Any]) -> Sequence[str]:
    return (
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
