"""DuckDB's errors in Causeway's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assistant.domain.errors import OperatorError, StorageFull, StoreInUse

_OWNER = re.compile(r"PID (\d+)")
_FULL = ("no space left", "file too large", "disk quota exceeded", "could not write")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise _translation(path, error) from error


def full(path: Path) -> StorageFull:
    return StorageFull(
        f"There is no room left for {path}.",
        hint="Free disk space, or shorten the retention of telemetry; nothing was stored.",
    )


def _translation(path: Path, error: duckdb.Error) -> OperatorError:
    text = str(error)
    if "lock" in text.lower() and isinstance(error, duckdb.IOException):
        owner = _OWNER.search(text)
        who = f"process {owner[1]}" if owner else "another process"
        return StoreInUse(
            f"{path} is in use by {who}.",
            hint="Stop it, or let the command talk to the running `causeway serve`.",
        )
    if any(sign in text.lower() for sign in _FULL):
        return full(path)
    return OperatorError(f"The telemetry store {path} cannot be used: {text}")
