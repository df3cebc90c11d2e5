"""Tables of the telemetry store: one per row type of the domain, plus a tenant."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from assistant.domain.errors import InvalidPayload
from assistant.domain.signals import Columns, LogRecord, MetricPoint, Span, column_names
from retrievers.keys import canonical_json

# Which column of a table tells the time.
TIME_COLUMN = {"spans": "start_ns", "logs": "time_ns", "points": "time_ns"}
_ROWS = {"spans": Span, "logs": LogRecord, "points": MetricPoint}
_TYPES: dict[str, tuple[str, Any]] = {
    "start_ns": ("BIGINT", pa.int64()),
    "duration_ns": ("BIGINT", pa.int64()),
    "time_ns": ("BIGINT", pa.int64()),
    "observed_ns": ("BIGINT", pa.int64()),
    "severity_number": ("INTEGER", pa.int32()),
    "monotonic": ("BOOLEAN", pa.bool_()),
    "count": ("BIGINT", pa.int64()),
    "value": ("DOUBLE", pa.float64()),
    "sum": ("DOUBLE", pa.float64()),
    "min": ("DOUBLE", pa.float64()),
    "max": ("DOUBLE", pa.float64()),
    "bounds": ("DOUBLE[]", pa.list_(pa.float64())),
    "bucket_counts": ("BIGINT[]", pa.list_(pa.int64())),
}
_TEXT = ("VARCHAR", pa.string())
_OPTIONAL = frozenset({"value", "count", "sum", "min", "max"})


def create_statements() -> list[str]:
    return [_create(table) for table in _ROWS]


def insert_statement(table: str) -> str:
    return f"INSERT INTO {table} BY NAME SELECT * FROM incoming"  # noqa: S608 - a fixed name


def to_arrow(table: str, columns: Columns, tenant: str) -> Any:
    """A pyarrow Table of the rows. Raises InvalidPayload when a value does not fit its column."""
    names = column_names(_ROWS[table])
    try:
        arrays = [_array(table, name, columns[name]) for name in names]
    except (pa.ArrowException, OverflowError, UnicodeError, TypeError, ValueError) as error:
        raise InvalidPayload(f"A value of {table} cannot be stored: {error}") from error
    tenants = pa.repeat(pa.scalar(tenant, pa.string()), len(arrays[0]))
    return pa.table([*arrays, tenants], names=[*names, "tenant"])


def _array(table: str, name: str, cells: list[Any]) -> Any:
    if table == "points" and name == "attributes":
        cells = [canonical_json(text) for text in cells]  # they tell streams apart, as text
    array = pa.array(cells, _TYPES.get(name, _TEXT)[1])
    if array.null_count and name not in _OPTIONAL:
        raise ValueError(f"{name} is missing")
    return array


def _create(table: str) -> str:
    columns = ", ".join(
        f'"{name}" {_TYPES.get(name, _TEXT)[0]}' for name in column_names(_ROWS[table])
    )
    return f"CREATE TABLE IF NOT EXISTS {table} ({columns}, tenant VARCHAR NOT NULL)"
