"""The generated hour: reproducible, whole, and with one fault in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain.signals import SignalBatch
from assistant.domain.window import to_ns
from benchmarks.hour import (
    DEPLOYMENTS,
    FAULT_MINUTE,
    FAULTY,
    GAUGES,
    GUILTY,
    MINUTES,
    SERVICES,
    START,
    Hour,
    commits,
    deployments,
)
from benchmarks.rootcausebench.repository import build
from retrievers.code import GitHistory

NAME = f"svc{FAULTY:02d}"


@pytest.fixture(scope="module")
def batches() -> list[SignalBatch]:
    return list(Hour(spans=12_000, logs=6_000).batches())


def test_a_batch_a_minute_of_about_the_wanted_size(batches: list[SignalBatch]) -> None:
    assert len(batches) == MINUTES
    assert sum(b.span_count for b in batches) == pytest.approx(12_000, rel=0.1)
    assert sum(b.log_count for b in batches) == 6_000
    assert {b.point_count for b in batches} == {SERVICES * GAUGES * 4}


def test_columns_are_whole_and_times_lie_in_their_minute(batches: list[SignalBatch]) -> None:
    for minute in (0, MINUTES - 1):
        batch = batches[minute]
        for columns in (batch.spans, batch.logs, batch.points):
            assert len({len(column) for column in columns.values()}) == 1
        begin = to_ns(START) + minute * 60_000_000_000
        assert all(begin <= t < begin + 60_000_000_000 for t in batch.logs["time_ns"])


def test_spans_form_trees(batches: list[SignalBatch]) -> None:
    spans = batches[0].spans
    known = set(spans["span_id"])
    assert len(known) == len(spans["span_id"])
    assert all(parent == "" or parent in known for parent in spans["parent_span_id"])


def test_the_fault_shows_from_its_minute_on(batches: list[SignalBatch]) -> None:
    def failed(minutes: range) -> float:
        hits = [
            status == "error"
            for minute in minutes
            for service, kind, status in zip(
                *(batches[minute].spans[n] for n in ("service", "kind", "status")), strict=True
            )
            if service == NAME and kind == "server"
        ]
        return float(sum(hits) / len(hits))

    assert failed(range(FAULT_MINUTE)) < 0.05
    assert failed(range(FAULT_MINUTE, MINUTES)) > 0.15


def test_the_same_seed_gives_the_same_hour(batches: list[SignalBatch]) -> None:
    assert next(iter(Hour(spans=12_000, logs=6_000).batches())) == batches[0]
    assert next(iter(Hour(spans=12_000, logs=6_000, seed=2).batches())) != batches[0]


def test_commits_and_deployments_bring_the_guilty_one_last(tmp_path: Path) -> None:
    built = build(commits(), tmp_path / "code.git")
    rows = deployments()
    last = [r for r in rows if r["service"] == NAME][-1]

    brought = GitHistory({"code": built.path}).delivered("code", "", built.real[last["commit_sha"]])

    assert len(rows) == DEPLOYMENTS + 1
    guilty = next(c for c in brought if built.original(c.hash) == GUILTY)
    assert guilty.hunks is not None
    assert [x.sign + x.text.strip() for h in guilty.hunks for x in h.lines if x.sign != " "] == [
        "-size=50,",
        "+size=5,",
    ]
