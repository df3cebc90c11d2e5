"""Insert or replace by primary key, in the dialect of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    postgres = connection.dialect.name == "postgresql"
    insert: Any = (postgresql.insert if postgres else sqlite.insert)(table)
    keys = [column.name for column in table.primary_key]
    replaced = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    connection.execute(
        insert.on_conflict_do_update(index_elements=keys, set_=replaced), list(map(_clean, rows))
    )


def _clean(row: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL has no NUL in text; it is shown as the replacement character."""
    return {
        name: value.replace("\x00", "\ufffd") if isinstance(value, str) else value
        for name, value in row.items()
    }
