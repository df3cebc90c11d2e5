"""The arithmetic of what is offered."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.memory import Case, figures
from tests.builders.reports import a_healthy_report, a_report, an_operational_report


def test_precision_and_recall_of_offers() -> None:
    leak, outage = a_report(), an_operational_report()
    cases = [
        Case("code: connection-leak-a", leak),
        Case("code: connection-leak-b", replace(leak, id="2")),
        Case("code: connection-leak-a", replace(leak, id="3")),
        Case("infrastructure: provider-outage", outage),
        Case("infrastructure: disk-full", replace(outage, id="5")),
        Case("none: quiet", a_healthy_report()),
    ]

    found = figures(cases)

    assert (found.offers, found.right) == (8, 6)
    assert (found.with_neighbour, found.found) == (3, 3)
    assert (found.same_fault, found.same_fault_found) == (2, 2)
    assert (found.lonely, found.quiet) == (3, 1)
    assert "precision 0.75, recall 1.00" in found.row("all")
