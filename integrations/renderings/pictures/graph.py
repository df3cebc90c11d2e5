"""The affected part of the service graph, callers before callees."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant.domain.report import CallEdge, Report
from integrations.renderings import inert, words
from integrations.renderings.pictures.canvas import (
    ALARM,
    INK,
    LINE,
    MUTED,
    PAPER,
    SUSPECT,
    Picture,
    draw,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

_MOST_NODES, _MOST_NODES_NARROW = 14, 8
_WIDE, _NARROW, _ROW = 1040, 360, 92  # CSS pixels
_ALONG = 0.58  # where on an arrow its label stands: arrows of one caller part further on
_SIDE_BY_SIDE = 2  # names on a narrow screen


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is drawn, and where: places are (layer, place in it), both as shares of the whole."""

    edges: tuple[CallEdge, ...]
    introduced: tuple[tuple[str, str], ...]  # hops into the graph from what is no service
    places: Mapping[str, tuple[float, float]]
    onsets: Mapping[str, datetime]
    layers: int
    tallest: int


def service_graph(report: Report, *, narrow: bool = False) -> Picture | None:
    """Callers to the left of callees (above them when `narrow`); anomalous services carry a
    sign, a thick border and their onset, failing calls their count. None without calls."""
    if not any(edge.caller != edge.callee for edge in report.graph):
        return None
    plan = _plan(report, narrow=narrow)
    width = _NARROW if narrow else _WIDE
    height = _ROW * max(plan.layers if narrow else plan.tallest, 2)

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        nodes = {
            name: _node(axes, name, _pixels(plan, name, width, height, narrow), plan, report)
            for name in plan.places
        }
        figure.draw_without_rendering()  # boxes get their size; arrows stop at them
        for edge in plan.edges:
            _call(axes, nodes[edge.caller], nodes[edge.callee], edge, narrow=narrow)
        for source, target in plan.introduced:
            _arrow(axes, nodes[source], nodes[target], SUSPECT, 1.6, (0, (4, 3)))

    return draw("graph-narrow" if narrow else "graph", _alt(plan), width, height, paint)


def _plan(report: Report, *, narrow: bool) -> _Plan:
    onsets: dict[str, datetime] = {}
    for anomaly in sorted(report.anomalies, key=lambda a: a.onset):
        onsets.setdefault(anomaly.service, anomaly.onset)
    edges = _shown_edges(report, onsets, _MOST_NODES_NARROW if narrow else _MOST_NODES)
    services = {name for edge in edges for name in (edge.caller, edge.callee)}
    introduced = tuple(
        (hop.source, hop.target)
        for hop in report.causal_path
        if hop.source not in services and hop.target in services
    )
    layers = _layers(edges)
    for source, target in introduced:
        depth = next(i for i, layer in enumerate(layers) if target in layer)
        # On a narrow screen there is no room beside the service: below it.
        if narrow and depth + 1 == len(layers):
            layers.append([])
        layers[depth + narrow].append(source)
    if narrow:
        layers = [
            layer[i : i + _SIDE_BY_SIDE]
            for layer in layers
            for i in range(0, len(layer), _SIDE_BY_SIDE)
        ]
    places = {
        name: ((depth + 0.5) / len(layers), (place + 0.5) / len(layer))
        for depth, layer in enumerate(layers)
        for place, name in enumerate(layer)
    }
    return _Plan(edges, introduced, places, onsets, len(layers), max(map(len, layers)))


def _shown_edges(report: Report, anomalous: Collection[str], most: int) -> tuple[CallEdge, ...]:
    """Edges on the causal path first, then those of anomalous services, then the failing and
    busy ones, until the picture is full."""
    path = {name for hop in report.causal_path for name in (hop.source, hop.target)}

    def rank(edge: CallEdge) -> tuple[int, int, int, int]:
        ends = (edge.caller, edge.callee)
        on_path, unusual = sum(e in path for e in ends), sum(e in anomalous for e in ends)
        return -on_path, -unusual, -edge.errors, -edge.calls

    shown: list[CallEdge] = []
    names: set[str] = set()
    for edge in sorted((e for e in report.graph if e.caller != e.callee), key=rank):
        if len(names | {edge.caller, edge.callee}) <= most:
            names |= {edge.caller, edge.callee}
            shown.append(edge)
    return tuple(shown)


def _layers(edges: Collection[CallEdge]) -> list[list[str]]:
    """Callers in earlier layers than callees; services in a cycle share a layer. Within a layer
    the order follows the callers' (barycentre method of Sugiyama et al., 1981), so that few
    arrows cross."""
    import networkx

    graph: Any = networkx.DiGraph()
    graph.add_edges_from((e.caller, e.callee) for e in edges)
    whole: Any = networkx.condensation(graph)
    members = whole.nodes(data="members")
    places: dict[str, float] = {}
    layers: list[list[str]] = []
    for generation in networkx.topological_generations(whole):
        names = [name for part in generation for name in members[part]]
        weights = {n: _mean(places[c] for c in graph.pred[n] if c in places) for n in names}
        layer = sorted(names, key=lambda n: (weights[n], n))
        places |= {name: (place + 0.5) / len(layer) for place, name in enumerate(layer)}
        layers.append(layer)
    return layers


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.5


def _pixels(plan: _Plan, name: str, width: int, height: int, narrow: bool) -> tuple[float, float]:
    depth, place = plan.places[name]
    return (place * width, depth * height) if narrow else (depth * width, place * height)


def _node(axes: Axes, name: str, at: tuple[float, float], plan: _Plan, report: Report) -> Text:
    onset = plan.onsets.get(name)
    first = name == report.first_failing_service
    suspect = any(name == source for source, _ in plan.introduced)
    label = _wrapped(name) if suspect else shortened(name, 20)
    if onset:
        label += f"\n⚠ {'first, ' if first else ''}{words.clock(onset, report.window)}"
    colour = SUSPECT if suspect else ALARM if onset else LINE
    return axes.text(
        *at,
        label,
        ha="center",
        va="center",
        color=INK,
        weight="bold" if onset or suspect else "normal",
        size=12,
        linespacing=1.4,
        bbox={
            "boxstyle": "square,pad=0.6" if suspect else "round,pad=0.6",
            "facecolor": PAPER,
            "edgecolor": colour,
            "linewidth": 2.4 if onset or suspect else 1.2,
        },
        zorder=2,
    )


def _wrapped(title: str) -> str:
    """A change is known by the start of its title: two lines of it."""
    lines = textwrap.wrap(title, 22, max_lines=2, placeholder=" …")
    return "\n".join(lines)


def _call(axes: Axes, caller: Text, callee: Text, edge: CallEdge, *, narrow: bool) -> None:
    share = edge.errors / edge.calls if edge.calls else 0.0
    failing = share >= 0.01
    _arrow(
        axes,
        caller,
        callee,
        ALARM if failing else MUTED,
        2.2 if failing else 1.1,
        (0, (2, 2)) if edge.inferred else "solid",
    )
    (x0, y0), (x1, y1) = caller.get_position(), callee.get_position()
    label = f"{edge.calls:,}" if not edge.errors else f"{edge.errors:,} of {edge.calls:,} fail"
    axes.text(
        x0 + _ALONG * (x1 - x0) + (6 if narrow else 0),
        y0 + _ALONG * (y1 - y0) - (0 if narrow else 7),
        label,
        ha="left" if narrow else "center",
        va="center" if narrow else "bottom",
        color=INK if failing else MUTED,
        size=11,
        zorder=4,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1, "alpha": 0.85},
    )


def _arrow(axes: Axes, source: Text, target: Text, colour: str, width: float, line: Any) -> None:
    axes.annotate(
        "",
        xy=target.get_position(),
        xytext=source.get_position(),
        zorder=1,
        arrowprops={
            "arrowstyle": "-|>,head_width=0.25,head_length=0.5",
            "color": colour,
            "linewidth": width,
            "linestyle": line,
            "patchA": source.get_bbox_patch(),
            "patchB": target.get_bbox_patch(),
            "shrinkA": 2,
            "shrinkB": 2,
        },
    )


def _alt(plan: _Plan) -> str:
    calls = "; ".join(
        f"{inert.line(e.caller, 60)} calls {inert.line(e.callee, 60)} "
        f"({e.errors:,} of {e.calls:,} fail)"
        for e in plan.edges
    )
    hurt = ", ".join(inert.line(n, 60) for n in plan.onsets if n in plan.places)
    return f"Service graph. {calls}. Anomalous: {hurt or 'none'}."
