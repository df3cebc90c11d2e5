"""One read: a cursor of its own, the tenant and the window, results by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from assistant.domain.window import TimeWindow


@dataclass(frozen=True, slots=True)
class Query:
    """A window of one tenant's signals. Statements name `$tenant`, `$start`, `$end` and
    `$services` (empty: all); they are constants, values only ever travel as parameters."""

    cursor: Any
    tenant: str
    window: TimeWindow
    services: Sequence[str] = ()

    def table(self, statement: str, **parameters: object) -> Any:
        """The result as a pyarrow Table."""
        known = {
            "tenant": self.tenant,
            "start": self.window.start_ns,
            "end": self.window.end_ns,
            "services": list(self.services),
        } | parameters
        used = {name: value for name, value in known.items() if f"${name}" in statement}
        return self.cursor.sql(statement, params=used).to_arrow_table()

    def rows(self, statement: str, **parameters: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.table(statement, **parameters).to_pylist()
        return rows

    def groups(self, statement: str, **parameters: object) -> Iterator[dict[str, Any]]:
        """Rows whose list columns are numpy arrays: without a Python object per number."""
        table = self.table(statement, **parameters)
        scalars = {}
        lists = {}
        for name in table.column_names:
            column = table.column(name).combine_chunks()
            if str(column.type).startswith("list"):
                lists[name] = (column.offsets.to_numpy(), _flat(column))
            else:
                scalars[name] = column.to_pylist()
        for row in range(table.num_rows):
            group = {name: values[row] for name, values in scalars.items()}
            for name, (offsets, flat) in lists.items():
                group[name] = flat[offsets[row] : offsets[row + 1]]
            yield group


def _flat(column: Any) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = column.values.to_numpy(zero_copy_only=False)
    return values
