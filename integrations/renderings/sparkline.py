"""A series in one line of text."""

from __future__ import annotations

from integrations.renderings import words
from integrations.renderings.data import SeriesData

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(data: SeriesData, width: int) -> str:
    """At most `width` bars ('·' where there is no data), and under them ▲ at the onset. The
    tallest value of a column stands for it, so that spikes survive."""
    columns = _columns(data.values, width)
    known = [c for c in columns if c is not None]
    if not known:
        return "no data"
    low, high = min(known), max(known)
    step = (high - low) / (len(_BARS) - 1) or 1.0
    bars = "".join("·" if c is None else _BARS[round((c - low) / step)] for c in columns)
    if data.onset_ns is None:
        return bars
    share = (data.onset_ns - data.start_ns) / (data.step_ns * len(data.values))
    place = min(max(int(share * len(columns)), 0), len(columns) - 1)
    return f"{bars}\n{' ' * place}▲ onset"


def scale(data: SeriesData) -> str:
    """The range that the bars span."""
    known = [v for v in data.values if v is not None]
    if not known:
        return ""
    return f"{words.quantity(min(known), data.unit)} … {words.quantity(max(known), data.unit)}"


def _columns(values: tuple[float | None, ...], width: int) -> list[float | None]:
    if len(values) <= width:
        return list(values)
    groups = (
        values[i * len(values) // width : (i + 1) * len(values) // width] for i in range(width)
    )
    return [max((v for v in g if v is not None), default=None) for g in groups]
