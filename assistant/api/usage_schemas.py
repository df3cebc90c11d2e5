"""JSON of costs and quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from assistant.domain.usage import QualityRow, SpendRow, Usage

_USAGE = TypeAdapter(Usage)
_QUALITY = TypeAdapter(QualityRow)


def costs_to_dict(rows: Sequence[SpendRow], total: Usage) -> dict[str, Any]:
    """`cost_usd` is null where no price is known; `unpriced` counts the calls it leaves out."""
    return {"rows": [_spend_to_dict(row) for row in rows], "total": _usage_to_dict(total)}


def costs_from_dict(document: Mapping[str, Any]) -> tuple[list[SpendRow], Usage]:
    return [_spend_from_dict(row) for row in document["rows"]], _usage_from_dict(document["total"])


def quality_to_dict(rows: Sequence[QualityRow]) -> dict[str, Any]:
    return {"rows": [{**asdict(row), "keys": dict(row.keys)} for row in rows]}


def quality_from_dict(document: Mapping[str, Any]) -> list[QualityRow]:
    return [
        _QUALITY.validate_python({**row, "keys": tuple(row["keys"].items())})
        for row in document["rows"]
    ]


def _usage_to_dict(usage: Usage) -> dict[str, Any]:
    known = usage.unpriced < usage.calls or not usage.calls
    return {**asdict(usage), "cost_usd": usage.cost_usd if known else None}


def _usage_from_dict(document: Mapping[str, Any]) -> Usage:
    return _USAGE.validate_python({**document, "cost_usd": document["cost_usd"] or 0.0})


_LATENCIES = ("p50_s", "p95_s", "first_chunk_p50_s")


def _spend_to_dict(row: SpendRow) -> dict[str, Any]:
    latencies = {name: getattr(row, name) for name in _LATENCIES}
    return {"keys": dict(row.keys), **_usage_to_dict(row.usage), **latencies}


def _spend_from_dict(document: Mapping[str, Any]) -> SpendRow:
    usage = {k: v for k, v in document.items() if k != "keys" and k not in _LATENCIES}
    latencies = {name: document[name] for name in _LATENCIES}
    return SpendRow(tuple(document["keys"].items()), _usage_from_dict(usage), **latencies)
