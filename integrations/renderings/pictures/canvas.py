"""From a matplotlib figure to an SVG that can stand in a page, in its light and dark theme.

Figures are drawn with placeholder colours that become the page's CSS variables. Text stays text
(selectable, in the page's font); ids are prefixed, because every picture shares one document.
matplotlib is slow to import and its settings are global: it is imported on first use, and one
picture is drawn at a time.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, LINE, PAPER = "#010a0b", "#020a0b", "#030a0b", "#040a0b"
ALARM, SUSPECT, CALM = "#050a0b", "#060a0b", "#070a0b"
_VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    LINE: "line",
    PAPER: "paper",
    ALARM: "alarm",
    SUSPECT: "suspect",
    CALM: "calm",
}
_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign in a service name is no formula
    "text.color": INK,
    "font.size": 11,
    "font.family": "DejaVu Sans",
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "timezone": "UTC",
    "path.simplify": True,
}
_METADATA = re.compile(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", re.DOTALL)
_IDS = re.compile(r'( id="|href="#|url\(#)')
_FONT = "font-family: 'DejaVu Sans'"
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG element with its description, for a page that defines the colour variables."""

    name: str
    svg: Markup


def draw(name: str, alt: str, width: int, height: int, paint: Callable[[Figure], None]) -> Picture:
    """`paint` fills an empty figure of `width` × `height` CSS pixels; the same input gives the
    same bytes. `name` (letters, digits, hyphens) is unique in its page."""
    import matplotlib
    from matplotlib.figure import Figure

    out = io.StringIO()
    settings: Any = _SETTINGS | {"svg.hashsalt": name}
    with _DRAWING, matplotlib.rc_context(settings), warnings.catch_warnings():
        # The browser has fonts for scripts that matplotlib's own measuring font lacks.
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        warnings.filterwarnings("ignore", "Tight layout|constrained_layout", UserWarning)
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        paint(figure)
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return Picture(name, Markup(_for_page(out.getvalue(), name, alt)))  # noqa: S704


def _for_page(svg: str, name: str, alt: str) -> str:
    body = _METADATA.sub("", svg[svg.index("<svg") :])
    body = _IDS.sub(rf"\g<1>{name}-", body)
    body = body.replace(_FONT, "font-family: var(--font)")
    for colour, variable in _VARIABLES.items():
        body = body.replace(f": {colour}", f": var(--{variable})")
    start, rest = body.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', start)
    shown = box[0] if box else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{shown} role="img" aria-label="{escape(alt)}">{rest}'
    )


def day(at: datetime) -> float:
    """`at` on a time axis: matplotlib counts days since 1970."""
    return at.timestamp() / 86_400


def time_axis(axes: Axes, start: datetime, end: datetime, ticks: int) -> None:
    """Clock times in UTC, with dates once the axis is longer than a day."""
    import matplotlib.dates

    dates: Any = matplotlib.dates  # its classes are not typed
    long = end - start > timedelta(days=1)
    axes.xaxis.set_major_locator(dates.AutoDateLocator(tz=UTC, minticks=2, maxticks=ticks))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%m-%d %H:%M" if long else "%H:%M", tz=UTC))
    axes.set_xlim(day(start), day(end))


def shortened(name: str, limit: int) -> str:
    """`name` on one line; of a long one the middle goes, because names often differ at the end."""
    shown = " ".join(name.split())
    if len(shown) <= limit:
        return shown
    head = limit // 2
    return f"{shown[:head]}…{shown[head + 1 - limit :]}"
