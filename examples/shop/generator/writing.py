"""Writes an incident as a folder of the RootCauseBench form."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from examples.shop.generator.alerts import HURT, broken, usual
from examples.shop.generator.case import Case
from examples.shop.generator.metrics import Key, at_minute
from examples.shop.generator.signals import logs, metrics, traces

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
