"""The book of evidence: everything a sentence cites gets an id, an excerpt and the query that
finds it again, once, in the order in which it is first cited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.domain.anomaly import AnomalousSeries, AnomalyWindow
from assistant.domain.changes import Commit, ConfigChange, Deployment, FlagChange, Hunk
from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import Breakdown
from assistant.domain.signals import Floats, Signal, Span, Trace
from assistant.domain.window import TimeWindow, from_ns, to_ns

if TYPE_CHECKING:
    # The detectors behind them take seconds to import, which a chat need not wait for.
    from assistant.analysis.causes.facts import Facts
    from assistant.analysis.causes.scene import Scene
    from assistant.analysis.logs.templates import LogTemplate

_EXCERPT = 2000


class EvidenceBook:
    """Hands out evidence ids; the same source always gets the same id."""

    def __init__(self, facts: Facts, scene: Scene) -> None:
        self._window = facts.observation.window
        self._entries: dict[str, Evidence] = {}
        self._anomalies = {a.window.id: a for a in facts.observation.detection.anomalies}
        self._templates = {
            (t.service, t.template): t for t in facts.observation.detection.templates
        }

    def all(self) -> tuple[Evidence, ...]:
        return tuple(self._entries.values())

    def _cite(self, key: str, make: Callable[[str], Evidence]) -> str:
        if key not in self._entries:
            self._entries[key] = make(f"E{len(self._entries) + 1}")
        return self._entries[key].id

    def anomaly(self, anomaly_id: str) -> str:
        """Evidence of an anomaly window: its series, or for a log template its samples."""
        anomaly = self._anomalies[anomaly_id]
        template = self._templates.get((anomaly.window.service, anomaly.window.key.name))
        if anomaly.window.signal is Signal.LOG_RATE and template is not None:
            return self._cite(
                anomaly_id, lambda i: log_evidence(i, template, anomaly, self._window)
            )
        return self._cite(anomaly_id, lambda i: series_evidence(i, anomaly, self._window))

    def anomalies(self, ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.anomaly(i) for i in ids)

    def trace(self, trace: Trace, title: str) -> str:
        return self._cite(f"trace:{trace.trace_id}", lambda i: trace_evidence(i, trace, title))

    def commit(self, commit: Commit, hunks: Sequence[Hunk]) -> str:
        return self._cite(
            f"commit:{commit.hash}", lambda i: commit_evidence(i, commit, hunks, self._window)
        )

    def deployment(self, deployment: Deployment) -> str:
        return self._cite(
            f"deployment:{deployment.id}",
            lambda i: deployment_evidence(i, deployment, self._window),
        )

    def flag(self, flag: FlagChange) -> str:
        text = f"{flag.at:%Y-%m-%dT%H:%M:%SZ} flag {flag.flag}: {flag.before} → {flag.after}"
        return self._simple(f"flag:{flag.id}", EvidenceKind.FLAG, text, flag.service, "flags")

    def config(self, config: ConfigChange) -> str:
        text = f"{config.at:%Y-%m-%dT%H:%M:%SZ} {config.key}: {config.before} → {config.after}"
        return self._simple(
            f"config:{config.id}", EvidenceKind.CONFIG, text, config.service, "configs"
        )

    def topology(self, caller: str, callee: str, calls: int, errors: int) -> str:
        text = f"{caller} called {callee} {calls} times in the window, {errors} of them failed"
        query = f"edges caller={caller} callee={callee}"
        return self._simple(f"edge:{caller}>{callee}", EvidenceKind.TOPOLOGY, text, caller, query)

    def breakdown(self, breakdown: Breakdown, text: str) -> str:
        subset = " ".join(f"{name}={value}" for name, value in breakdown.subset)
        query = f"breakdown service={breakdown.service} measure={breakdown.measure} {subset}"
        return self._simple(query, EvidenceKind.BREAKDOWN, text, breakdown.service, query)

    def account(self, service: str, text: str) -> str:
        """Of numbers worked out from several series of a service, in words."""
        query = f"series service={service}"
        return self._simple(f"account:{service}:{text}", EvidenceKind.SERIES, text, service, query)

    def absence(self, key: str, text: str, service: str = "") -> str:
        return self._simple(f"absence:{key}", EvidenceKind.ABSENCE, text, service, key)

    def _simple(self, key: str, kind: EvidenceKind, text: str, service: str, query: str) -> str:
        return self._cite(
            key,
            lambda i: Evidence(i, kind, text[:120], text, query, self._window, service),
        )


def _numbers(values: Floats) -> list[float | None]:
    return [None if np.isnan(v) else float(f"{v:.6g}") for v in values]


def series_evidence(evidence_id: str, anomaly: AnomalousSeries, window: TimeWindow) -> Evidence:
    found, series = anomaly.window, anomaly.series
    data: dict[str, Any] = {
        "start_ns": series.start_ns,
        "step_ns": series.step_ns,
        "values": _numbers(series.values),
        **in_data(found),
    }
    title = f"{found.service}: {found.key.name} {found.direction}"
    query = f"series service={found.service} signal={found.signal} name={found.key.name}"
    excerpt = in_words(found)
    return Evidence(
        evidence_id, EvidenceKind.SERIES, title, excerpt, query, window, found.service, data=data
    )


def in_data(found: AnomalyWindow) -> dict[str, Any]:
    """Name, levels and onset of an anomaly window, as the data of evidence tells them."""
    return {
        "unit": found.key.unit,
        "name": found.key.label(),
        "signal": str(found.signal),
        "baseline": found.baseline,
        "peak": found.peak,
        "onset_ns": to_ns(found.onset),
        "onset_earliest_ns": to_ns(found.onset_earliest),
        "onset_latest_ns": to_ns(found.onset_latest),
    }


def in_words(found: AnomalyWindow) -> str:
    """Direction, levels, onset with its bounds, end and strength of an anomaly window."""
    unit = f" {found.key.unit}" if found.key.unit not in ("", "1") else ""
    return (
        f"{found.key.label()} of {found.service} {found.direction} from {found.baseline:.4g} to "
        f"{found.peak:.4g}{unit}; onset {found.onset:%H:%M:%S} "
        f"({found.onset_earliest:%H:%M:%S} to {found.onset_latest:%H:%M:%S}), "
        + (f"ended {found.end:%H:%M:%S}" if found.end else "still going on")
        + f"; {found.score:.0f} robust deviations by {found.detector}"
    )


def log_evidence(
    evidence_id: str, template: LogTemplate, anomaly: AnomalousSeries, window: TimeWindow
) -> Evidence:
    body = template.exemplar.body[:_EXCERPT]
    data: dict[str, Any] = {
        "template": template.template,
        "samples": [body],
        "counts": _numbers(template.counts),
        "start_ns": anomaly.series.start_ns,
        "step_ns": anomaly.series.step_ns,
        "onset_ns": to_ns(anomaly.window.onset),
    }
    seen = from_ns(template.first_ns)
    excerpt = f"{body}\n({int(np.nansum(template.counts))} records, first {seen:%H:%M:%S})"
    title = f"{template.service} logs: {template.template[:90]}"
    query = f"logs service={template.service} shape={template.exemplar.shape[:200]}"
    return Evidence(
        evidence_id, EvidenceKind.LOG, title, excerpt, query, window, template.service, data=data
    )


def trace_evidence(evidence_id: str, trace: Trace, title: str) -> Evidence:
    depth = _depths(trace.spans)
    spans = [
        {
            "service": s.service,
            "operation": s.operation,
            "start_ns": s.start_ns,
            "duration_ns": s.duration_ns,
            "status": str(s.status),
            "message": s.status_message,
            "span_id": s.span_id,
            "parent_span_id": s.parent_span_id,
            "depth": depth[s.span_id],
        }
        for s in trace.spans[:60]
    ]
    lines = [
        f"{'  ' * depth[s.span_id]}{s.service} {s.operation} {s.duration_ns / 1e6:.0f} ms "
        f"{s.status} {s.status_message}".rstrip()
        for s in trace.spans[:30]
    ]
    first, last = min(s.start_ns for s in trace.spans), max(s.end_ns for s in trace.spans)
    return Evidence(
        evidence_id,
        EvidenceKind.TRACE,
        title,
        "\n".join(lines)[:_EXCERPT],
        f"trace id={trace.trace_id}",
        TimeWindow.of_ns(first, max(last, first) + 1000),
        trace.spans[0].service,
        data={"trace_id": trace.trace_id, "spans": spans},
    )


def _depths(spans: Sequence[Span]) -> dict[str, int]:
    parents = {s.span_id: s.parent_span_id for s in spans}
    depths: dict[str, int] = {}
    for span_id in parents:
        depth, at, seen = 0, span_id, {span_id}
        while (parent := parents.get(at, "")) in parents and parent not in seen:
            depth, at = depth + 1, parent
            seen.add(parent)
        depths[span_id] = depth
    return depths


def commit_evidence(
    evidence_id: str, commit: Commit, hunks: Sequence[Hunk], window: TimeWindow
) -> Evidence:
    shown = hunks or tuple(commit.hunks or ())[:3]
    lines = [
        f"{commit.hash[:12]} {commit.subject}",
        f"({commit.author}, {commit.committed_at:%Y-%m-%d %H:%M} UTC)",
    ]
    for hunk in shown:
        lines.append(f"@@ {hunk.path} {hunk.symbol}".rstrip())
        lines += [f"{line.sign}{line.text}" for line in hunk.lines] or [f"({hunk.note})"]
    if commit.hunks is None:
        lines.append("(its content cannot be read)")
    data = {"hash": commit.hash, "repository": commit.repository, "paths": list(commit.paths[:50])}
    return Evidence(
        evidence_id,
        EvidenceKind.COMMIT,
        f"commit {commit.hash[:12]} {commit.subject[:80]}",
        "\n".join(lines)[: 2 * _EXCERPT],
        f"git show {commit.hash}",
        window,
        data=data,
    )


def deployment_evidence(evidence_id: str, deployment: Deployment, window: TimeWindow) -> Evidence:
    source = "inferred from service.version" if deployment.inferred else "recorded"
    text = (
        f"{deployment.at:%Y-%m-%dT%H:%M:%SZ} {deployment.service} {deployment.version} "
        f"{deployment.phase} revision {deployment.revision[:12] or 'unknown'} ({source})"
    )
    return Evidence(
        evidence_id,
        EvidenceKind.DEPLOYMENT,
        text[:120],
        text,
        f"changes id={deployment.id}",
        window,
        deployment.service,
        link=deployment.url,
    )
