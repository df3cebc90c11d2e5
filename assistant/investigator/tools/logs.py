"""What was written to the logs: templates with their counts, and whole records."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from assistant.analysis.logs.templates import LogTemplate, templates
from assistant.domain.evidence import EvidenceKind
from assistant.domain.signals import LogRecord
from assistant.domain.window import TimeWindow, from_ns, to_ns
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting.framing import line
from assistant.investigator.prompting.words import clock
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

_TEMPLATES, _SAMPLES = 20, 5
_BODY = 400
_SEVERITIES = ((21, "FATAL"), (17, "ERROR"), (13, "WARN"), (9, "INFO"), (5, "DEBUG"), (0, "TRACE"))


def logs(
    desk: Desk,
    notebook: Notebook,
    service: str = "",
    contains: str = "",
    since: str = "",
    until: str = "",
) -> Finding:
    """Log templates that contain a text: the most severe first, of these what is new since the
    onset, then the most frequent; with counts before and since the onset."""
    name, window = desk.service(service), desk.window(since, until)
    found = _matching(desk, name, contains, window)
    onset = desk.onset
    found.sort(key=lambda t: (-_grade(t), _before(t, onset) > 0, -float(np.nansum(t.counts))))
    rows = [_template(t, onset, window, name) for t in found[:_TEMPLATES]]
    return finding(
        _asked("log templates", name, contains, window), rows, desk, notebook, total=len(found)
    )


def log_samples(
    desk: Desk,
    notebook: Notebook,
    service: str,
    contains: str = "",
    since: str = "",
    until: str = "",
) -> Finding:
    """A few whole records of the most severe template that contains a text, in order of time."""
    name, window = desk.service(service, needed=True), desk.window(since, until)
    found = _matching(desk, name, contains, window)
    found.sort(key=lambda t: (-_grade(t), -float(np.nansum(t.counts))))
    records: list[LogRecord] = []
    for template in found[:1]:
        for shape in template.shapes[:_SAMPLES]:
            records += desk.sources.telemetry.records(window, name, shape=shape, limit=_SAMPLES)
    records = sorted(records, key=lambda r: r.time_ns)[:_SAMPLES]
    total = int(sum(np.nansum(t.counts) for t in found[:1]))
    rows = [_record(r, window) for r in records]
    asked = _asked("log records", name, contains, window)
    return finding(asked, rows, desk, notebook, total=max(total, len(rows)))


def _matching(desk: Desk, service: str, contains: str, window: TimeWindow) -> list[LogTemplate]:
    services = [service] if service else []
    scope = desk.scope(window)
    shapes = desk.sources.telemetry.shapes(window, scope.step_ns, services)
    wanted = contains.lower()
    return [
        t
        for t in templates(shapes)
        if wanted in t.template.lower() or wanted in t.exemplar.body.lower()
    ]


def _asked(what: str, service: str, contains: str, window: TimeWindow) -> Asked:
    where = service or "all services"
    return Asked(
        f"{what} of {where}" + (f" that contain “{contains}”" if contains else ""),
        f"logs service={service} contains={contains}",
        window,
        EvidenceKind.LOG,
        service,
        "Try fewer words, another service or time; `search` finds logs by meaning.",
        "name a service, or words that they contain",
    )


def _grade(template: LogTemplate) -> int:
    """OpenTelemetry's ranges of four numbers: 1 to 4 TRACE … 21 to 24 FATAL."""
    return (template.severity_number + 3) // 4


def _before(template: LogTemplate, moment: datetime) -> int:
    """Records before that moment, by whole steps."""
    steps = max(0, (to_ns(moment) - template.start_ns) // template.step_ns)
    return int(np.nansum(template.counts[:steps]))


def _template(template: LogTemplate, onset: datetime, window: TimeWindow, service: str) -> str:
    total, before = int(np.nansum(template.counts)), _before(template, onset)
    where = "" if service else f"{line(template.service)} "
    first, last = (clock(from_ns(t), window.start) for t in (template.first_ns, template.last_ns))
    severity = _severity(template.severity_number)
    return (
        f"{severity} {where}“{line(template.template)}” {total} records, {before} before the "
        f"onset; first {first}, last {last}"
    )


def _record(record: LogRecord, window: TimeWindow) -> str:
    origin = " ".join(line(part, 60) for part in (record.instance, record.version) if part)
    trace = f" trace {record.trace_id[:16]}" if record.trace_id else ""
    moment = f"{clock(from_ns(record.time_ns), window.start)}"
    severity = _severity(record.severity_number)
    return f"{moment} {severity} {origin + ' ' if origin else ''}{line(record.body, _BODY)}{trace}"


def _severity(number: int) -> str:
    return next(name for least, name in _SEVERITIES if number >= least)
