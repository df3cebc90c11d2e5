"""Reports in SQL, with copies of their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, delete, select

from assistant.domain.errors import NotFound
from assistant.domain.report import Report
from assistant.domain.window import to_ns
from assistant.schema import report_from_json, report_to_json
from retrievers.records import tables
from retrievers.records.failures import translated
from retrievers.records.upsert import upsert


class SqlReportStore:
    """Implements `domain.ports.ReportStore`."""

    def __init__(self, engine: Engine, *, tenant: str = "default") -> None:
        self._engine = engine
        self._tenant = tenant

    def save(self, report: Report) -> None:
        table = tables.evidence.c
        old = (table.tenant == self._tenant) & (table.report_id == report.id)
        with translated(), self._engine.begin() as connection:
            upsert(connection, tables.reports, [self._row(report)])
            connection.execute(delete(tables.evidence).where(old))
            upsert(connection, tables.evidence, self._evidence_rows(report))

    def report(self, report_id: str) -> Report:
        table = tables.reports.c
        query = select(table.document).where(table.tenant == self._tenant, table.id == report_id)
        with translated(), self._engine.connect() as connection:
            document = connection.execute(query).scalar()
        if document is None:
            raise NotFound(f"There is no report {report_id!r}.")
        return report_from_json(document)

    def latest(self, limit: int = 20) -> Sequence[Report]:
        table = tables.reports.c
        query = (
            select(table.document)
            .where(table.tenant == self._tenant)
            .order_by(table.as_of_ns.desc(), table.id.desc())
            .limit(max(limit, 0))
        )
        with translated(), self._engine.connect() as connection:
            documents = connection.execute(query).scalars().all()
        return [report_from_json(document) for document in documents]

    def _row(self, report: Report) -> dict[str, Any]:
        return {
            "tenant": self._tenant,
            "id": report.id,
            "as_of_ns": to_ns(report.as_of),
            "service": report.question.service,
            "verdict": report.verdict.value,
            "document": report_to_json(report).decode(),
        }

    def _evidence_rows(self, report: Report) -> list[dict[str, Any]]:
        return [
            {
                "tenant": self._tenant,
                "report_id": report.id,
                "id": evidence.id,
                "position": position,
                "kind": evidence.kind.value,
                "service": evidence.service,
                "title": evidence.title,
                "excerpt": evidence.excerpt,
                "query": evidence.query,
                "start_ns": evidence.window.start_ns,
                "end_ns": evidence.window.end_ns,
            }
            for position, evidence in enumerate(report.evidence)
        ]
