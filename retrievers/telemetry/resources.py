"""What the signals of a window say of their services, and how far they reach."""

from __future__ import annotations

import json
import re
from typing import Any

from assistant.domain.window import TimeWindow
from retrievers.keys import RESOURCE_NAMES, resource_words
from retrievers.telemetry.query import Query

_SIGNALS = """
WITH signals AS (
    SELECT service, version, instance, node, start_ns AS time_ns, attributes FROM spans
    WHERE tenant = $tenant AND start_ns >= $start AND start_ns < $end
    UNION ALL
    SELECT service, version, instance, node, time_ns, attributes FROM logs
    WHERE tenant = $tenant AND time_ns >= $start AND time_ns < $end
    UNION ALL
    SELECT service, version, instance, node, time_ns, attributes FROM points
    WHERE tenant = $tenant AND time_ns >= $start AND time_ns < $end
)"""

_SERVICES = (
    _SIGNALS
    + """
SELECT service,
    arg_max(version, time_ns) FILTER (version <> '') AS version,
    arg_max(instance, time_ns) FILTER (instance <> '') AS instance,
    arg_max(node, time_ns) FILTER (node <> '') AS node,
    arg_max(attributes, time_ns) FILTER (regexp_matches(attributes, $telling)) AS attributes
FROM signals GROUP BY service ORDER BY service"""
)

_VERSIONS = (
    _SIGNALS
    + """
SELECT service, version, min(time_ns) AS first_ns, max(time_ns) AS last_ns
FROM signals WHERE version <> '' GROUP BY service, version
ORDER BY service, first_ns, version"""
)

_EXTENT = _SIGNALS + "SELECT min(time_ns) AS first_ns, max(time_ns) AS last_ns FROM signals"  # noqa: S608


def services(query: Query) -> dict[str, dict[str, str]]:
    telling = "|".join(re.escape(f'"{name}":') for name in RESOURCE_NAMES)
    return {row["service"]: _said(row) for row in query.rows(_SERVICES, telling=telling)}


def _said(row: dict[str, Any]) -> dict[str, str]:
    said = {name: row[name] or "" for name in ("version", "instance", "node")}
    said |= resource_words(json.loads(row["attributes"] or "{}"))
    return {name: value for name, value in said.items() if value}


def versions(query: Query) -> list[tuple[str, str, int, int]]:
    return [tuple(row.values()) for row in query.rows(_VERSIONS)]


def extent(query: Query) -> TimeWindow | None:
    [row] = query.rows(_EXTENT)
    if row["first_ns"] is None:
        return None
    return TimeWindow.of_ns(row["first_ns"], row["last_ns"] // 1000 * 1000 + 1000)
