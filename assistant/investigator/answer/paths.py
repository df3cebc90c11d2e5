"""A model's causal path, hop by hop under the checks that the analysis holds its own to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.report import Hop, Report
from assistant.investigator.answer.schema import Explanation, Step
from assistant.investigator.notebook import Notebook

_TOLERANCE = timedelta(seconds=90)


def path_of(report: Report, answer: Explanation, notebook: Notebook) -> tuple[Hop, ...]:
    """The model's hops between services where every one of them holds and the analysis' own do
    not; what leads from a change to the first service stays as it is."""
    services = {a.service for a in report.anomalies}
    lead = tuple(h for h in report.causal_path if h.source not in services)
    own = [h for h in report.causal_path if h.source in services]
    steps = [s for s in answer.path if s.source in services]
    if not steps or (own and all(h.verified for h in own)):
        return report.causal_path
    chained = all(one.target == other.source for one, other in pairwise(steps))
    hops = [_hop(step, report, notebook) for step in steps]
    begins = steps[0].source == report.first_failing_service
    if chained and begins and all(h.verified for h in hops):
        return (*lead, *hops)
    return report.causal_path


def _hop(step: Step, report: Report, notebook: Notebook) -> Hop:
    edges = {(e.caller, e.callee) for e in report.graph}
    called = (step.target, step.source) in edges
    source, target = _of(report, step.source), _of(report, step.target)
    ordered = bool(source and target) and _first(source) <= _last(target) + _TOLERANCE
    evidence = tuple(e for e in step.evidence if notebook.cited(e) is not None)
    return Hop(
        step.source,
        step.target,
        "is called by" if called else "calls",
        called or (step.source, step.target) in edges,
        bool(target) and bool(evidence),
        ordered,
        evidence,
    )


def _of(report: Report, service: str) -> Sequence[AnomalyWindow]:
    return [a for a in report.anomalies if a.service == service]


def _first(windows: Sequence[AnomalyWindow]) -> datetime:
    return min(w.onset for w in windows)


def _last(windows: Sequence[AnomalyWindow]) -> datetime:
    return min(w.onset_latest for w in windows)
