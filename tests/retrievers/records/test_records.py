"""What the SQL behind changes and reports has to do beyond their contracts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from assistant.domain.errors import InvalidSettings, OperatorError, StorageFull
from retrievers.records import SqlChangeLog, SqlReportStore, open_records
from retrievers.records.engine import newest
from retrievers.records.tables import metadata
from tests.builders import a_deploy, a_window
from tests.builders.reports import a_report


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_records(f"sqlite:///{tmp_path}/new folder/records.db")
    yield opened
    opened.dispose()


def test_the_migrations_lead_to_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)

        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_known_by_its_file(engine: Engine) -> None:
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest()


def test_opening_again_keeps_everything(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/100%.db"
    report, deployment = a_report(), a_deploy()
    first = open_records(url)
    SqlReportStore(first).save(report)
    SqlChangeLog(first).record([deployment])
    first.dispose()

    second = open_records(url)

    assert SqlReportStore(second).report(report.id) == report
    assert list(SqlChangeLog(second).changes(a_window())) == [deployment]
    second.dispose()


def test_sqlite_is_set_up_to_lose_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_report_keeps_copies_of_its_evidence(engine: Engine) -> None:
    report = a_report()
    SqlReportStore(engine).save(report)
    SqlReportStore(engine).save(report)

    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, kind, excerpt, query FROM evidence ORDER BY position")
        ).all()

    assert [tuple(row) for row in rows] == [
        (e.id, e.kind.value, e.excerpt, e.query) for e in report.evidence
    ]


def test_tenants_do_not_see_each_other(engine: Engine) -> None:
    report = a_report()
    SqlReportStore(engine, tenant="ours").save(report)
    SqlChangeLog(engine, tenant="ours").record([a_deploy("cart", revision="abc")])

    assert list(SqlReportStore(engine, tenant="theirs").latest()) == []
    assert list(SqlChangeLog(engine, tenant="theirs").changes(a_window())) == []
    assert SqlChangeLog(engine, tenant="theirs").last_good_revision("cart", a_window().end) == ""


@pytest.mark.parametrize(
    "url", ["no url", "sqlite+nothing:///x", "oracle://x", "mysql+unheard://x/y"]
)
def test_a_url_that_cannot_be_used_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(InvalidSettings, match="records URL"):
        open_records(url)


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_text("not a database" * 1000)

    with pytest.raises(OperatorError, match="cannot be used"):
        open_records(f"sqlite:///{path}")


def test_a_full_disk_is_told_and_nothing_is_half_stored(engine: Engine) -> None:
    reports = SqlReportStore(engine)
    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(StorageFull):
        reports.save(a_report())

    assert list(reports.latest()) == []


KILLED = """
import os, signal, sys
from retrievers.records import SqlChangeLog, open_records
from tests.builders import a_deploy

log = SqlChangeLog(open_records(sys.argv[1]))
for number in range(20):
    log.record([a_deploy(id=str(number))])
    print(number, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_recorded_changes_survive_kill_9(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/records.db"
    child = subprocess.run(
        [sys.executable, "-c", KILLED, url], capture_output=True, text=True, check=False
    )

    engine = open_records(url)
    stored = {change.id for change in SqlChangeLog(engine).changes(a_window())}
    engine.dispose()

    assert child.returncode == -9
    assert stored == set(child.stdout.split()) == {str(n) for n in range(20)}
