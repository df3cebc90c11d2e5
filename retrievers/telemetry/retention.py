"""Forgetting: by age, then by size, always the oldest first."""

from __future__ import annotations

from typing import Any

from retrievers.telemetry.schema import TIME_COLUMN

# Deleting frees whole row groups only, so a size is reached in a few rounds, each one aiming a
# little below.
_ROUNDS = 6
_AIM = 0.9


def trim_before(connection: Any, tenant: str, before_ns: int) -> int:
    """Deletes in one transaction; how many rows went."""
    connection.execute("BEGIN TRANSACTION")
    try:
        gone = sum(_delete(connection, table, tenant, before_ns) for table in TIME_COLUMN)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return gone


def trim_to(connection: Any, tenant: str, max_bytes: int) -> int:
    """Deletes the oldest rows of a tenant until the data takes at most `max_bytes`."""
    gone = 0
    for _ in range(_ROUNDS):
        connection.execute("CHECKPOINT")
        size = used_bytes(connection)
        if size <= max_bytes:
            break
        cutoff = _oldest(connection, tenant, 1 - _AIM * max_bytes / size)
        if cutoff is None:
            break
        gone += trim_before(connection, tenant, cutoff)
    connection.execute("CHECKPOINT")
    return gone


def used_bytes(connection: Any) -> int:
    """Bytes of the blocks that hold data; the file keeps freed blocks for later rows."""
    row = connection.execute(
        "SELECT used_blocks * block_size FROM pragma_database_size()"
    ).fetchone()
    return int(row[0])


def _oldest(connection: Any, tenant: str, fraction: float) -> int | None:
    """The time before which that share of all rows lies (at least one row)."""
    times = " UNION ALL ".join(
        f"SELECT {column} AS time_ns FROM {table} WHERE tenant = $tenant"  # noqa: S608
        for table, column in TIME_COLUMN.items()
    )
    row = connection.execute(
        f"SELECT quantile_disc(time_ns, $fraction) + 1 FROM ({times})",  # noqa: S608
        {"tenant": tenant, "fraction": fraction},
    ).fetchone()
    return None if row[0] is None else int(row[0])


def _delete(connection: Any, table: str, tenant: str, before_ns: int) -> int:
    row = connection.execute(
        f"DELETE FROM {table} WHERE tenant = ? AND {TIME_COLUMN[table]} < ?",  # noqa: S608
        [tenant, before_ns],
    ).fetchone()
    return int(row[0])
