"""Which series left their usual level: those of the report, or looked for anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.analysis.account import evidence as account
from assistant.analysis.detection.windows import Detection, detect
from assistant.domain.anomaly import AnomalousSeries, AnomalyWindow
from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.signals import Signal
from assistant.domain.window import TimeWindow
from assistant.gather.series import fitted
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting import words
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

_MOST = 40  # rows that are written down as evidence of their own


def anomalies(
    desk: Desk, notebook: Notebook, service: str = "", since: str = "", until: str = ""
) -> Finding:
    """Anomaly windows, strongest first, each with an id of its own: those of the report; where it
    lists none of a service, or for another time, they are looked for anew."""
    name = desk.service(service)
    window = desk.window(since, until)
    listed = [a for a in desk.report.anomalies if name in ("", a.service)]
    if since or until or (name and not listed):
        found = look(desk, [name] if name else [], window)
        ids = [_keep(notebook, a, window) for a in found[:_MOST]]
        listed = [a.window for a in found]
    else:
        known = words.evidence_of_anomalies(desk.report)
        ids = [known.get(a.id) or notebook.keep(_told(a, window)) for a in listed[:_MOST]]
    rows = [words.anomaly(a, window.start, i) for a, i in zip(listed, ids, strict=False)]
    asked = Asked(
        f"anomaly windows of {name or 'all services'}",
        f"anomalies service={name}",
        window,
        EvidenceKind.SERIES,
        name,
        "Every series kept to its usual level; `series` shows one, `logs` what was written.",
        "name a service",
    )
    return finding(asked, rows, desk, notebook, total=len(listed))


def look(desk: Desk, services: Sequence[str], window: TimeWindow) -> tuple[AnomalousSeries, ...]:
    """Anomaly windows of some services (of all, where none is named), strongest first."""
    scope, series = fitted(desk.scope(window), desk.sources.telemetry, services)
    shapes = desk.sources.telemetry.shapes(scope.window, scope.step_ns, services)
    focus = desk.report.question.at if desk.report.question.at in scope.window else None
    found: Detection = desk.sources.compute(detect, series, shapes, scope.window, focus)
    return found.anomalies


def _keep(notebook: Notebook, found: AnomalousSeries, window: TimeWindow) -> str:
    if found.window.signal is Signal.LOG_RATE:
        return notebook.keep(_told(found.window, window))
    return notebook.keep(account.series_evidence("", found, window))


def _told(found: AnomalyWindow, window: TimeWindow) -> Evidence:
    """Of a window whose series is not at hand."""
    data = account.in_data(found)
    query = f"series service={found.service} signal={found.signal} name={found.key.name}"
    title = f"{found.service}: {found.key.name[:90]} {found.direction}"
    told = Evidence(
        "", EvidenceKind.SERIES, title, account.in_words(found), query, window, found.service
    )
    if found.signal is Signal.LOG_RATE:
        data["template"] = found.key.name
        return replace(told, kind=EvidenceKind.LOG, data=data)
    return replace(told, data=data)
