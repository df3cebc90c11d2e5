"""Sums of model calls and scores: what every ledger has to agree on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from assistant.domain.errors import InvalidPayload
from assistant.domain.usage import (
    GROUPINGS,
    CallContext,
    ModelCall,
    QualityRow,
    Score,
    SpendRow,
    Usage,
)

Keys = tuple[tuple[str, str], ...]

_OF_CONTEXT: dict[str, Callable[[CallContext], str]] = {
    "step": lambda context: context.step,
    "user": lambda context: context.user,
    "channel": lambda context: context.channel,
    "investigation": lambda context: context.investigation,
    "prompt": lambda context: (
        f"{context.prompt.name}@{context.prompt.version}" if context.prompt else ""
    ),
}


def spending(calls: Iterable[ModelCall], by: Sequence[str]) -> list[SpendRow]:
    """Dearest first, then most tokens. Raises InvalidPayload for an unknown key."""
    _check(by)
    groups: defaultdict[Keys, list[ModelCall]] = defaultdict(list)
    for call in calls:
        groups[_keys(call, by)].append(call)
    rows = [_spend_row(keys, group) for keys, group in groups.items()]
    return sorted(rows, key=lambda row: (-row.usage.cost_usd, -row.usage.tokens, row.keys))


def quality(scores: Iterable[Score], by: Sequence[str]) -> list[QualityRow]:
    """By name, then by keys. Raises InvalidPayload for an unknown key."""
    _check(by)
    groups: defaultdict[tuple[str, Keys], list[float]] = defaultdict(list)
    for score in scores:
        groups[score.name, _keys(score, by)].append(score.value)
    return [_quality_row(keys, name, values) for (name, keys), values in sorted(groups.items())]


def _check(by: Sequence[str]) -> None:
    if unknown := [key for key in by if key not in GROUPINGS]:
        raise InvalidPayload(
            f"Nothing can be grouped by {', '.join(unknown)}.",
            hint=f"Group by any of {', '.join(GROUPINGS)}.",
        )


def _keys(row: ModelCall | Score, by: Sequence[str]) -> Keys:
    return tuple((key, _value(row, key)) for key in by)


def _value(row: ModelCall | Score, key: str) -> str:
    if key == "day":
        return row.at.date().isoformat()
    if key == "model":
        return row.model
    if key == "provider":
        return row.provider if isinstance(row, ModelCall) else ""
    return _OF_CONTEXT[key](row.context)


def _spend_row(keys: Keys, calls: Sequence[ModelCall]) -> SpendRow:
    answered = [call for call in calls if call.outcome == "ok"]
    seconds = [call.seconds for call in answered] or [0.0]
    first_chunks = [call.first_chunk_s for call in answered if call.first_chunk_s is not None]
    return SpendRow(
        keys=keys,
        usage=Usage.of(calls),
        p50_s=float(np.quantile(seconds, 0.5)),
        p95_s=float(np.quantile(seconds, 0.95)),
        first_chunk_p50_s=float(np.quantile(first_chunks, 0.5)) if first_chunks else None,
    )


def _quality_row(keys: Keys, name: str, values: Sequence[float]) -> QualityRow:
    return QualityRow(
        keys=keys,
        name=name,
        count=len(values),
        mean=math.fsum(values) / len(values),
        lowest=min(values),
        p50=float(np.quantile(values, 0.5)),
        p95=float(np.quantile(values, 0.95)),
    )
