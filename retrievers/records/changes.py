"""The change log in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Engine, select

from assistant.domain.changes import (
    ConfigChange,
    Deployment,
    DeploymentPhase,
    FlagChange,
    RecordedChange,
)
from assistant.domain.window import TimeWindow, to_ns
from retrievers.records import tables
from retrievers.records.failures import translated
from retrievers.records.upsert import upsert

_FORMS: dict[str, TypeAdapter[RecordedChange]] = {
    "deployment": TypeAdapter(Deployment),
    "flag": TypeAdapter(FlagChange),
    "config": TypeAdapter(ConfigChange),
}
_KINDS = {Deployment: "deployment", FlagChange: "flag", ConfigChange: "config"}


class SqlChangeLog:
    """Implements `domain.ports.ChangeLog`."""

    def __init__(self, engine: Engine, *, tenant: str = "default") -> None:
        self._engine = engine
        self._tenant = tenant

    def record(self, changes: Sequence[RecordedChange]) -> None:
        rows = {change.id: self._row(change) for change in changes}  # the last of an id counts
        with translated(), self._engine.begin() as connection:
            upsert(connection, tables.changes, list(rows.values()))

    def changes(self, window: TimeWindow, services: Sequence[str] = ()) -> Sequence[RecordedChange]:
        table = tables.changes.c
        query = (
            select(table.kind, table.document)
            .where(table.tenant == self._tenant)
            .where(table.at_ns >= window.start_ns, table.at_ns < window.end_ns)
            .order_by(table.at_ns, table.id)
        )
        if services:
            query = query.where(table.service.in_([*services, ""]))
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [_FORMS[row.kind].validate_json(row.document) for row in rows]

    def last_good_revision(self, service: str, before: datetime) -> str:
        table = tables.changes.c
        query = (
            select(table.revision)
            .where(table.tenant == self._tenant, table.service == service)
            .where(table.phase == DeploymentPhase.SUCCEEDED, table.revision != "")
            .where(table.at_ns < to_ns(before))
            .order_by(table.at_ns.desc(), table.id.desc())
            .limit(1)
        )
        with translated(), self._engine.connect() as connection:
            return connection.execute(query).scalar() or ""

    def _row(self, change: RecordedChange) -> dict[str, Any]:
        kind = _KINDS[type(change)]
        return {
            "tenant": self._tenant,
            "id": change.id,
            "kind": kind,
            "service": change.service,
            "at_ns": to_ns(change.at),
            "phase": change.phase.value if isinstance(change, Deployment) else "",
            "revision": change.revision if isinstance(change, Deployment) else "",
            "document": _FORMS[kind].dump_json(change).decode(),
        }
