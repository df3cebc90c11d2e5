"""Which requests of the first failing service are hit: its requests, counted by attribute."""

from __future__ import annotations

from datetime import timedelta

from assistant.analysis.causes.scene import Scene
from assistant.analysis.drilldown.attributes import worthwhile
from assistant.analysis.drilldown.breakdowns import break_down
from assistant.domain.report import Breakdown
from assistant.domain.window import TimeWindow
from assistant.gather.scope import Scope
from assistant.gather.sources import Sources

_LEAST = timedelta(seconds=30)  # on either side of the onset


def broken_down(scope: Scope, scene: Scene, sources: Sources) -> tuple[Breakdown, ...]:
    """Subsets of the requests that carry the failures or the slowness, before the onset against
    after it; of the calls to it, where the service sends nothing itself."""
    service, telemetry = scene.first_failing, sources.telemetry
    if scene.onset is None:
        return ()
    start, end = scope.window.start, scene.end or scope.window.end
    if scene.onset - start < _LEAST or end - scene.onset < _LEAST:
        return ()
    before, after = TimeWindow(start, scene.onset), TimeWindow(scene.onset, end)
    calls = scene.is_external(service)
    names = worthwhile(telemetry.attributes(TimeWindow(start, end), service, calls=calls))
    if not names:
        return ()
    table = telemetry.breakdown(before, after, service, names, calls=calls)
    return sources.compute(break_down, table, service)
