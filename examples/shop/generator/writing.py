"""Writes an incident as a folder of the RootCauseBench form."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from examples.shop.generator.alerts import HURT, Alert, broken, usual
from examples.shop.generator.incident import Incident
from examples.shop.generator.metrics import Key, Style, at_minute, style
from examples.shop.generator.simulation import Outcome
from examples.shop.virtual.telemetry import Log, Span

MOST_TRACES = 160
MOST_LOGS = 1200
TASK = """\
version = "1.0"

[metadata]
author_name = "Causeway example shop"
difficulty = "{difficulty}"
category = "observability"
tags = ["root-cause", "incident", "{family}"]

[verifier]
timeout_sec = 120.0

[agent]
timeout_sec = 600.0
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Signals that were not recorded: of this service, of this kind, from this minute on."""

    service: str = ""
    kind: str = ""  # traces, logs, metrics
    minute: int = 0

    def hides(self, service: str, kind: str, minute: float) -> bool:
        return self.service == service and self.kind == kind and minute >= self.minute


@dataclass(slots=True)
class Case:
    incident: Incident
    outcome: Outcome
    alert: Alert
    style: Style
    gap: Gap
    chance: random.Random

    def time(self, minute: float) -> str:
        return self.stamp(self.outcome.plan.epoch_s + minute * 60)

    def stamp(self, seconds: float) -> str:
        moment = datetime.fromtimestamp(seconds, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def service(self, role: str) -> str:
        names = self.outcome.plan.names
        if role == "database":
            return names.text("shopdb")
        return names.services.get(role, "none")


def case(incident: Incident, outcome: Outcome, alert: Alert) -> Case:
    chance = random.Random(f"{outcome.plan.seed}/writing")
    gap = Gap()
    if chance.random() < 0.35:
        services = [outcome.plan.names.services[role] for role in outcome.plan.topology.roles]
        others = [name for name in services if name != alert.key.service]
        kind = chance.choice(("traces", "logs", "metrics"))
        gap = Gap(
            chance.choice(others), kind, chance.choice((0, 0, int(outcome.plan.fault_minute)))
        )
    return Case(incident, outcome, alert, style(chance), gap, chance)


def write(folder: Path, name: str, case: Case) -> None:
    data = folder / name / "data"
    (data / "context").mkdir(parents=True)
    series = {
        minute: at_minute(case.outcome.world.archive, minute)
        for minute in range(case.outcome.minutes)
    }
    _json(data / "alert.json", alert(case, name))
    (data / "logs.ndjson").write_text("".join(json.dumps(row) + "\n" for row in logs(case)))
    (data / "metrics.csv").write_text(metrics(case, series))
    _json(data / "traces.json", traces(case))
    _json(data / "context" / "commits.json", commits(case))
    _json(data / "context" / "deploys.json", deploys(case))
    _json(data / "context" / "flags.json", flags(case))
    _json(folder / name / "ground_truth.json", truth(case, name, series))
    mutation = case.outcome.plan.mutation
    difficulty = "hard" if mutation.shared or not mutation.guilty else "medium"
    (folder / name / "task.toml").write_text(
        TASK.format(difficulty=difficulty, family=mutation.family)
    )


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def alert(case: Case, name: str) -> dict[str, Any]:
    raised = case.alert
    metric = case.style.name(raised.key)
    threshold = case.style.value(raised.key, raised.threshold)
    words = "below" if raised.kind == "cache" else "above"
    return {
        "service": raised.key.service,
        "metric": metric,
        "threshold": threshold,
        "observed": case.style.value(raised.key, raised.observed),
        "fired_at": case.time(raised.minute + 1),
        "severity": "critical" if raised.kind in ("errors", "restarts") else "warning",
        "monitor": f"{raised.key.service}-{raised.kind}",
        "summary": f"{raised.key.service} {metric} {words} {threshold:g}",
    }


def logs(case: Case) -> Iterable[dict[str, Any]]:
    """In time order, thinned by one factor per severity over the whole time, as samplers do."""
    rows: dict[bool, list[Log]] = {True: [], False: []}
    end = case.outcome.plan.epoch_s + case.outcome.minutes * 60
    for log in case.outcome.world.archive.logs:
        minute = (log.at_s - case.outcome.plan.epoch_s) / 60
        if log.at_s < end and not case.gap.hides(log.service, "logs", minute):
            rows[log.level == "INFO"].append(log)
    kept = [log for group in rows.values() for log in _thinned(group, MOST_LOGS // 2, case.chance)]
    for log in sorted(kept, key=lambda log: log.at_s):
        row = {
            "timestamp": case.stamp(log.at_s),
            "service": log.service,
            "severity_text": log.level,
            "msg": log.message,
        }
        if log.trace_id:
            row |= {"trace_id": log.trace_id, "span_id": log.span_id}
        yield row | log.fields


def _thinned(rows: list[Log], most: int, chance: random.Random) -> list[Log]:
    share = min(1.0, most / max(len(rows), 1))
    first: set[tuple[str, str]] = set()
    kept = []
    for row in rows:
        kind = (row.service, re.sub(r"\d+", "#", row.message)[:16])
        new = kind not in first
        first.add(kind)
        if new or chance.random() < share:
            kept.append(row)
    return kept


def metrics(case: Case, series: Mapping[int, Mapping[Key, float]]) -> str:
    """A row per minute and series; some families are simply not collected by this company."""
    families = {key.metric for values in series.values() for key in values}
    lost = {m for m in sorted(families) if case.chance.random() < 0.12} - {case.alert.key.metric}
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("timestamp", "service", "metric", "value"))
    for minute, values in series.items():
        for key in sorted(values):
            hidden = case.gap.hides(key.service, "metrics", minute) and key != case.alert.key
            if key.metric not in lost and not hidden:
                value = case.style.value(key, values[key])
                rows.writerow((case.time(minute), key.service, case.style.name(key), value))
    return text.getvalue()


def traces(case: Case) -> list[dict[str, Any]]:
    """Whole traces: some from all the time, more from after the fault, failing ones preferred."""
    plan = case.outcome.plan
    groups: dict[str, list[Span]] = defaultdict(list)
    for span in case.outcome.world.archive.spans:
        groups[span.trace_id].append(span)
    end = plan.epoch_s + case.outcome.minutes * 60
    whole = [spans for spans in groups.values() if _begins(spans) and spans[-1].end_s < end]
    fault = plan.epoch_s + plan.fault_minute * 60
    before = [spans for spans in whole if spans[-1].start_s < fault]
    after = [spans for spans in whole if spans[-1].start_s >= fault]
    failing = [spans for spans in after if not all(span.ok for span in spans)]
    third = MOST_TRACES // 4
    picked = [
        *_sample(before, 2 * third, case.chance),
        *_sample(failing, third, case.chance),
        *_sample(after, third, case.chance),
    ]
    chosen = {spans[0].trace_id: spans for spans in picked}
    return [
        _span(case, span)
        for spans in sorted(chosen.values(), key=lambda spans: spans[-1].start_s)
        for span in sorted(spans, key=lambda span: (span.start_s, span.span_id))
        if not case.gap.hides(span.service, "traces", (span.start_s - plan.epoch_s) / 60)
    ]


def _begins(spans: Sequence[Span]) -> bool:
    """The root is there, and it is a request or a message rather than a lone statement."""
    return any(not span.parent_id and span.kind != "client" for span in spans)


def _sample(groups: list[list[Span]], most: int, chance: random.Random) -> list[list[Span]]:
    return groups if len(groups) <= most else chance.sample(groups, most)


def _span(case: Case, span: Span) -> dict[str, Any]:
    row: dict[str, Any] = {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_id": span.parent_id or None,
        "service": span.service,
        "name": span.name,
        "kind": span.kind,
        "start": case.stamp(span.start_s),
        "duration_ms": round((span.end_s - span.start_s) * 1000, 3),
        "status": "OK" if span.ok else "ERROR",
    }
    if span.message:
        row["error"] = span.message
    return row | span.attributes


def commits(case: Case) -> list[dict[str, Any]]:
    """What was merged until the end, oldest first; some diffs are missing, as they are."""
    rows = []
    for commit in case.incident.commits:
        if commit.item.minute >= case.outcome.minutes:
            continue
        quiet = commit.item.message[:4] in ("test", "docs")
        odds = 0.03 if commit.item.guilty else 0.6 if quiet else 0.15
        missing = case.chance.random() < odds
        rows.append(
            {
                "sha": commit.sha,
                "author": commit.author,
                "timestamp": case.time(commit.item.minute),
                "message": case.outcome.plan.names.text(commit.item.message),
                "files_changed": list(commit.files),
                "diff": None if missing else commit.diff,
            }
        )
    return rows


def deploys(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "timestamp": case.time(deployment.minute),
            "service": case.service(deployment.role),
            "commit_sha": deployment.commit.sha,
            "version": deployment.version,
        }
        for deployment in case.incident.deployments
        if deployment.minute < case.outcome.minutes
    ]


def flags(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "timestamp": case.time(minute),
            "flag": case.outcome.plan.names.text(flag).replace("-", "_"),
            "service": case.service(role),
            "change": "off->on",
            "actor": case.chance.choice([c.author for c in case.incident.commits]),
        }
        for minute, flag, role in case.outcome.flips
        if minute < case.outcome.minutes
    ]


def truth(case: Case, name: str, series: Mapping[int, Mapping[Key, float]]) -> dict[str, Any]:
    guilty = case.incident.guilty
    mutation = case.outcome.plan.mutation
    failing = case.service(mutation.failing)
    onset = case.time(case.outcome.plan.fault_minute)
    shown = [d for d in case.incident.deployments if d.minute < case.outcome.minutes]
    return {
        "scenario": name,
        "root_cause_commit": guilty.sha if guilty else "none",
        "first_failing_service": failing,
        "blast_radius": sorted(hurt(case, series) - {failing}),
        "remediation": mutation.remediation,
        "decoy_deploy_commits": sorted({d.commit.sha for d in shown if not d.commit.item.guilty}),
        "notes": f"{mutation.family}: {mutation.name}, at {onset}"
        + (f", deployed with {case.service(mutation.role)}" if guilty else ""),
    }


def hurt(case: Case, series: Mapping[int, Mapping[Key, float]]) -> set[str]:
    """Services that broke a rule of monitoring in at least two minutes after the fault."""
    fault = int(case.outcome.plan.fault_minute)
    history: dict[Key, dict[int, float]] = defaultdict(dict)
    for minute in range(5, min(fault, case.outcome.minutes)):
        for key, value in series[minute].items():
            history[key][minute] = value
    known = usual(history)
    minutes: dict[str, int] = defaultdict(int)
    for minute in range(fault, case.outcome.minutes):
        services = {key.service for key, rule in broken(series[minute], known) if rule.kind in HURT}
        for service in services:
            minutes[service] += 1
    if case.outcome.plan.mutation.name == "tight-threshold":
        return set()
    return {service for service, count in minutes.items() if count >= 2}
