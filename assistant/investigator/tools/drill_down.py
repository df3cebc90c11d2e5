"""Which requests are hit: the values of their attributes, before and since the onset."""

from __future__ import annotations

from datetime import timedelta

from assistant.analysis.drilldown.attributes import worthwhile
from assistant.analysis.drilldown.breakdowns import break_down
from assistant.domain.errors import InvalidWindow
from assistant.domain.evidence import EvidenceKind
from assistant.domain.report import Breakdown
from assistant.domain.window import TimeWindow
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting import words
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

_LEAST = timedelta(seconds=30)


def drill_down(desk: Desk, notebook: Notebook, service: str, since: str = "") -> Finding:
    """Subsets of the requests of a service that carry more failures or slowness than before; of
    the calls to it where it sends nothing itself. `since` stands for the onset."""
    name = desk.service(service, needed=True)
    window = desk.window()
    onset = desk.moment(since) if since.strip() else desk.onset
    if onset - window.start < _LEAST or window.end - onset < _LEAST:
        raise InvalidWindow(
            f"There is too little on one side of {onset:%H:%M:%S} to compare.",
            hint=f"Give a `since` well inside {words.period(window)}.",
        )
    found, names = _broken_down(desk, name, window, TimeWindow(onset, window.end))
    asked = Asked(
        f"requests of {name} since {onset:%H:%M:%S} against before, by their attributes",
        f"breakdown service={name} since={onset.isoformat()}",
        window,
        EvidenceKind.BREAKDOWN,
        name,
        f"It is spread evenly over {', '.join(names)}."
        if names
        else "Its spans carry nothing that tells requests apart.",
    )
    return finding(asked, [words.breakdown(b) for b in found], desk, notebook)


def _broken_down(
    desk: Desk, service: str, window: TimeWindow, after: TimeWindow
) -> tuple[tuple[Breakdown, ...], list[str]]:
    """The subsets, and the attributes that were compared."""
    telemetry = desk.sources.telemetry
    calls = service not in telemetry.services(window)
    names = worthwhile(telemetry.attributes(window, service, calls=calls))
    if not names:
        return (), []
    before = TimeWindow(window.start, after.start)
    table = telemetry.breakdown(before, after, service, names, calls=calls)
    return desk.sources.compute(break_down, table, service), names
