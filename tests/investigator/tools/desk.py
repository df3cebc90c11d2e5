"""A small shop whose payments break, on a desk with tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.catalogue import Catalogue, ServiceEntry
from assistant.domain.ports import CodeHistory, Knowledge, TelemetryStore
from assistant.domain.report import Report
from assistant.gather import Sources
from assistant.investigator.notebook import Notebook
from assistant.investigator.tools import Desk, Finding
from retrievers.memory import (
    FixedCatalogue,
    MemoryChangeLog,
    MemoryCodeHistory,
    MemoryKnowledge,
    MemoryReports,
    run_inline,
)
from tests.builders import a_commit, a_flag, a_hunk, at
from tests.builders.system import System, Trouble

GUILTY = "4f1c9a7e2b6d4f1c9a7e2b6d4f1c9a7e2b6d0001"
BEFORE = "0aa0bb0cc0dd0ee0ff00aa0bb0cc0dd0ee0f0002"
STACK = (
    "TypeError: 'NoneType' object is not subscriptable\n"
    '  File "/app/payments/coupon.py", line 11, in apply'
)


def a_shop() -> System:
    """From minute -19 on, payments fails most requests of the version deployed a minute before;
    its pool fills up."""
    system = System({"gateway": ["checkout"], "checkout": ["payments", "stock"]}, rate=6)
    first = a_commit(
        "Where it all began",
        a_hunk("", "a\nb", path="payments/coupon.py"),
        at_minutes=-900,
        hash=BEFORE,
    )
    guilty = a_commit(
        "Simplify coupons",
        a_hunk(
            "if coupon is None:\n    return total",
            "return total * coupon['factor']",
            path="payments/coupon.py",
        ),
        a_hunk("## Coupons", "## Coupons and rebates", path="docs/coupons.md"),
        hash=GUILTY,
    )
    system.commits.append(first)
    system.deploys("payments", -20, guilty, version="v3.8.0", id="d1")
    system.changes.append(a_flag("new-cart", -25, id="f1", service="checkout", after="on"))
    system.logs("payments", STACK, since=-19, severity_number=17)
    system.troubles.append(
        Trouble("payments", -19, fails=0.7, message="'NoneType' object is not subscriptable")
    )
    system.gauge("payments", "db.pool.in_use", lambda m: 6.0 if m < -18 else 20.0)
    system.gauge("payments", "memory.used", lambda m: 100.0 + m % 3)
    system.catalogue = Catalogue((ServiceEntry("payments", aliases=("pay-svc",)),))
    return system


def a_desk(
    system: System,
    report: Report,
    telemetry: TelemetryStore,
    *,
    code: CodeHistory | None = None,
    knowledge: Knowledge | None = None,
    runbooks: Sequence[str] = (),
    **changes: Any,
) -> Desk:
    sources = Sources(
        telemetry=telemetry,
        changes=MemoryChangeLog(system.changes),
        code=code or MemoryCodeHistory(system.commits),
        knowledge=knowledge or MemoryKnowledge(),
        catalogue=FixedCatalogue(system.catalogue),
        reports=MemoryReports(),
        compute=run_inline,
        clock=lambda: at(system.end),
    )
    return Desk(report, sources, RuleRedactor(b"k"), lambda: runbooks, **changes)


def read(found: Finding) -> list[str]:
    """The lines of an answer without its id and its frame."""
    evidence_id, opening, *lines, closing = found.text.split("\n")
    assert evidence_id == found.evidence
    assert closing == f"</data {opening.split(' ')[1]}>"
    return lines


def a_notebook(desk: Desk) -> Notebook:
    return Notebook(desk.report)
