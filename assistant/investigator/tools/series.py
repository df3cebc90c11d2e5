"""How series of a service ran, in words."""

from __future__ import annotations

import re

import numpy as np

from assistant.analysis.catalogue import near_names
from assistant.domain.evidence import EvidenceKind
from assistant.domain.signals import Floats, Series
from assistant.domain.window import TimeWindow, to_ns
from assistant.gather.series import fitted
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting.framing import line
from assistant.investigator.tools.course import Course, course_of, in_words
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

_MOST = 8
_WORD = re.compile(r"[a-z0-9]+")


def series(
    desk: Desk, notebook: Notebook, service: str, name: str = "", since: str = "", until: str = ""
) -> Finding:
    """Levels of the series of a service whose name holds all words of `name` (metric, operation,
    peer, statistic): anomalous ones first, then those that moved most; each with an id of its
    own."""
    owner = desk.service(service, needed=True)
    window = desk.window(since, until)
    _, known = fitted(desk.scope(window), desk.sources.telemetry, [owner])
    wanted = set(_WORD.findall(name.lower()))
    matching = [s for s in known if wanted <= set(_WORD.findall(_name(s).lower()))]
    followed = [(s, course) for s in matching if (course := course_of(s)) is not None]
    unusual = {a.key for a in desk.report.anomalies}
    followed.sort(key=lambda pair: (pair[0].key not in unusual, -pair[1].moved, _name(pair[0])))
    rows = []
    for found, course in followed[:_MOST]:
        text = f"{line(_name(found), 110)}: {in_words(course, found.key.unit, window.start)}"
        rows.append(f"{_keep(notebook, desk, found, course, text, window)} {text}")
    near = near_names(name, [_name(s) for s in known])
    offered = ", ".join(line(n, 80) for n in (near or [_name(s) for s in known[:6]]))
    asked = Asked(
        f"series of {owner}" + (f" named {name}" if name else ""),
        f"series service={owner} name={name}",
        window,
        EvidenceKind.SERIES,
        owner,
        f"It has: {offered}." if offered else "It sent no metrics and no spans; try `topology`.",
        "name the metric or operation",
    )
    return finding(asked, rows, desk, notebook, total=len(followed))


def _name(found: Series) -> str:
    """Without the service: metric or operation, statistic, instance."""
    instance = f" of {found.key.instance}" if found.key.instance else ""
    return f"{found.key.label().removeprefix(found.key.service).strip()}{instance}"


def _keep(
    notebook: Notebook, desk: Desk, found: Series, course: Course, text: str, window: TimeWindow
) -> str:
    """With its levels as typed data, so that a sentence about its direction can be checked."""
    data = {
        "name": found.key.label(),
        "unit": found.key.unit,
        "signal": str(found.key.signal),
        "start_ns": found.start_ns,
        "step_ns": found.step_ns,
        "values": _numbers(found.values),
        "baseline": course.usual.value,
        "peak": course.farthest.value,
    }
    if len(course.levels) > 1:
        data["onset_ns"] = to_ns(course.levels[1].start)
    key = found.key
    query = f"series service={key.service} signal={key.signal} name={key.name}"
    clean = desk.redactor.text(f"{key.service} {text}")
    title = f"{key.service}: {line(_name(found), 90)}"
    return notebook.add(EvidenceKind.SERIES, title, clean, query, window, key.service, data)


def _numbers(values: Floats) -> list[float | None]:
    return [None if np.isnan(v) else float(f"{v:.6g}") for v in values]
