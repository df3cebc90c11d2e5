"""Retention: signals older than the limit go, then the oldest until the store is small enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from assistant.domain.ports import TelemetryStore


def trim(
    store: TelemetryStore, *, age: timedelta, max_bytes: int, clock: Callable[[], datetime]
) -> int:
    """Returns how many rows went."""
    return store.trim(before=clock() - age, max_bytes=max_bytes)
