"""The contract of ReportStore."""

from __future__ import annotations

import pytest

from assistant.domain.errors import NotFound
from assistant.domain.ports import ReportStore
from tests.builders import at
from tests.builders.reports import a_report
from tests.conformance.conftest import Records


@pytest.fixture
def reports(records: Records) -> ReportStore:
    return records.reports


def test_a_report_comes_back_as_it_went_in(reports: ReportStore) -> None:
    report = a_report()
    reports.save(report)

    assert reports.report(report.id) == report


def test_an_unknown_report_is_not_found(reports: ReportStore) -> None:
    with pytest.raises(NotFound, match="r-404"):
        reports.report("r-404")


def test_saving_again_replaces(reports: ReportStore) -> None:
    reports.save(a_report(confidence=0.2))
    second = a_report(confidence=0.9, evidence=a_report().evidence[:1])
    reports.save(second)

    assert list(reports.latest()) == [second]


def test_the_latest_come_first(reports: ReportStore) -> None:
    for name, minutes in (("b", 2), ("c", 3), ("a", 1)):
        reports.save(a_report(id=name, as_of=at(minutes)))

    assert [report.id for report in reports.latest()] == ["c", "b", "a"]
    assert [report.id for report in reports.latest(2)] == ["c", "b"]
    assert list(reports.latest(0)) == []
