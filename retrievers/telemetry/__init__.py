"""The embedded telemetry store (DuckDB)."""

from retrievers.telemetry.store import DuckDbTelemetry

__all__ = ["DuckDbTelemetry"]
