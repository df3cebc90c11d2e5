"""Logs, metrics and traces of a case, as a company's tools would have kept them."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from examples.shop.generator.case import Case
from examples.shop.generator.metrics import Key
from examples.shop.virtual.telemetry import Log, Span

MOST_TRACES = 160
MOST_LOGS = 1200


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
