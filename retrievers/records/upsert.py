"""Insert by primary key, in the dialect of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """What is there already is replaced."""
    if not rows:
        return
    insert, keys = _insert(connection, table)
    replaced = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    connection.execute(
        insert.on_conflict_do_update(index_elements=keys, set_=replaced), list(map(clean, rows))
    )


def append(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """What is there already stays as it is."""
    if rows:
        insert, _ = _insert(connection, table)
        connection.execute(insert.on_conflict_do_nothing(), list(map(clean, rows)))


def _insert(connection: Connection, table: Table) -> tuple[Any, list[str]]:
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")  # the other costs
    return dialect.insert(table), [column.name for column in table.primary_key]


def clean(row: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL has no NUL in text; it is shown as the replacement character."""
    return {
        name: value.replace("\x00", "\ufffd") if isinstance(value, str) else value
        for name, value in row.items()
    }
