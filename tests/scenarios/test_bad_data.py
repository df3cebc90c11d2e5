"""Data as bad as it comes: the investigation answers all the same, and says what it lacked."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.changes import Commit
from assistant.domain.errors import InvalidWindow
from assistant.domain.report import Question, Report, Verdict
from assistant.domain.signals import LogRecord, SignalBatch
from assistant.domain.window import TimeWindow
from assistant.gather import Sources
from assistant.intake import Intake, ingest
from assistant.pipeline import investigate
from retrievers.code import GitHistory
from retrievers.memory import (
    FixedCatalogue,
    MemoryChangeLog,
    MemoryCodeHistory,
    MemoryKnowledge,
    MemoryReports,
    MemoryTelemetry,
    run_inline,
)
from tests.builders import a_deploy, at
from tests.builders.system import System, Trouble, a_change

FAILURE = "'NoneType' object is not subscriptable"
HOUR_NS = 3_600_000_000_000


def _shop() -> tuple[System, Commit]:
    shop = System(
        {"web": ["cart"], "cart": ["stock"], "stock": []},
        troubles=[Trouble("cart", 0, fails=0.5, message=FAILURE)],
    )
    shop.logs(
        "cart", f'TypeError: {FAILURE}\n  File "/app/cart/coupon.py", line 11, in apply',
        since=0, severity_number=17,
    )  # fmt: skip
    removed = "if coupon is None:\n    return total"
    guilty = a_change(
        "Simplify coupons", removed, "return total * coupon['factor']", "cart/coupon.py"
    )
    shop.deploys("cart", -1, guilty)
    return shop, guilty


def _report(
    shop: System, *batches: SignalBatch, code: GitHistory | None = None, **asked: object
) -> Report:
    telemetry = MemoryTelemetry()
    changes = MemoryChangeLog(shop.changes)
    intake = Intake(telemetry, changes, RuleRedactor(), lambda batch: None)
    for batch in batches:
        ingest(intake, batch)
    sources = Sources(
        telemetry=telemetry,
        changes=changes,
        code=code or MemoryCodeHistory(shop.commits),
        knowledge=MemoryKnowledge(),
        catalogue=FixedCatalogue(),
        reports=MemoryReports(),
        compute=run_inline,
        clock=lambda: at(10),
    )
    return investigate(Question(**({"at": at(5), "service": "web"} | asked)), sources)  # type: ignore[arg-type]


def _rearranged(batch: SignalBatch, order: list[int]) -> SignalBatch:
    return replace(batch, spans={k: [v[i] for i in order] for k, v in batch.spans.items()})


def _guilty(report: Report) -> str:
    return report.guilty.id if report.guilty else ""


def test_spans_out_of_order() -> None:
    shop, guilty = _shop()
    batch = shop.batch()
    order = list(range(len(batch.spans["span_id"])))
    random.Random(3).shuffle(order)

    report = _report(shop, _rearranged(batch, order))

    assert _guilty(report) == guilty.hash
    assert report.first_failing_service == "cart"


def test_everything_delivered_twice() -> None:
    shop, guilty = _shop()

    report = _report(shop, shop.batch(), shop.batch())

    assert _guilty(report) == guilty.hash
    assert report.first_failing_service == "cart"


def test_spans_without_parent_and_in_a_cycle() -> None:
    shop, guilty = _shop()
    batch = shop.batch()
    parents = batch.spans["parent_span_id"]
    for i in range(0, len(parents), 7):
        parents[i] = "feedfacefeedface" if i % 2 else batch.spans["span_id"][i]  # lost, or itself

    report = _report(shop, batch)

    assert _guilty(report) == guilty.hash


def test_a_service_whose_clock_is_hours_ahead() -> None:
    shop, guilty = _shop()
    batch = shop.batch()
    for i, service in enumerate(batch.spans["service"]):
        if service == "stock":
            batch.spans["start_ns"][i] += 5 * HOUR_NS

    report = _report(shop, batch)

    assert _guilty(report) == guilty.hash
    assert report.first_failing_service == "cart"


def test_a_log_from_1754_does_not_stretch_the_window() -> None:
    shop, guilty = _shop()
    shop.extra.append(LogRecord("cart", -6_795_364_578_871_345_152, "too old to be true"))

    report = _report(shop, shop.batch())

    assert _guilty(report) == guilty.hash
    assert report.window.start > at(-200)


def test_a_window_without_any_data() -> None:
    shop, _ = _shop()

    report = _report(shop, shop.batch(), window=TimeWindow(at(-9000), at(-8000)), service="")

    assert report.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert report.headline.text == (
        "There is no telemetry from 2026-02-24 06:00:00 to 2026-02-24 22:40:00 UTC."
    )
    assert report.cited(report.headline.evidence[0]) is not None


def test_no_telemetry_at_all() -> None:
    shop, _ = _shop()

    report = _report(shop, service="cart")

    assert report.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert report.gaps != ()


@pytest.mark.parametrize("minutes", [0, -10])
def test_a_window_that_ends_before_it_starts(minutes: float) -> None:
    with pytest.raises(InvalidWindow, match="before it starts"):
        TimeWindow(at(), at() + timedelta(minutes=minutes))


@pytest.mark.parametrize("name", ["missing", "empty", "a file", "corrupt"])
def test_a_repository_that_cannot_be_read_is_a_gap(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name in ("empty", "corrupt"):
        path.mkdir()
    if name == "a file":
        path.write_text("no repository")
    if name == "corrupt":
        (path / "HEAD").write_text("ref: refs/heads/main\n")
        (path / "objects").mkdir()
        (path / "refs").mkdir()
        (path / "config").write_text("[core\n")
    shop, _ = _shop()
    shop.changes.append(a_deploy("web", -3, repository="shop", revision="1" * 40))

    report = _report(shop, shop.batch(), code=GitHistory({"shop": path}))

    assert report.verdict is not Verdict.CHANGE_GUILTY
    assert report.first_failing_service == "cart"
    assert any("shop" in gap for gap in report.gaps)


@pytest.mark.parametrize("revision", ["--output=pwned", "-p", "main..other", "\x00", ""])
def test_a_deployed_revision_that_is_none_disturbs_nothing(revision: str) -> None:
    shop, guilty = _shop()
    shop.changes.append(a_deploy("web", -3, repository="shop", revision=revision))

    report = _report(shop, shop.batch())

    assert _guilty(report) == guilty.hash
