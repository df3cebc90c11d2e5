"""Columns that spans, log records and metric points share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.domain.signals import Columns
from integrations.sources.otlp.attributes import (
    MAX_ATTRIBUTES,
    Members,
    attributes_of,
    json_of,
)
from integrations.sources.otlp.resource import Origin

NOT_KEPT = "causeway.dropped_attributes"  # how many were over the limit


def add_origin(columns: Columns, origin: Origin, rows: int) -> None:
    columns["service"] += [origin.service] * rows
    columns["instance"] += [origin.instance] * rows
    columns["version"] += [origin.version] * rows
    columns["node"] += [origin.node] * rows


def attribute_texts(members: Members, rows: Sequence[Any], origin: Origin) -> list[str]:
    """Each row's attributes, then those of its resource, as the text of a JSON object."""
    get = members.__getitem__
    resource = origin.members
    tail = f",{resource}}}" if resource else "}"
    texts = [
        "{" + ",".join(map(get, raw)) + tail
        if 0 < len(raw := row.attributes) <= MAX_ATTRIBUTES
        else _unusual(raw, resource)
        for row in rows
    ]
    shared = origin.kept & members.keys_seen
    return [_without_repeats(one, shared) for one in texts] if shared else texts


def _unusual(raw: Sequence[bytes], resource: str) -> str:
    if not raw:
        return f"{{{resource}}}"
    kept = attributes_of(raw[:MAX_ATTRIBUTES])
    kept[NOT_KEPT] = len(raw) - MAX_ATTRIBUTES
    own = json_of(kept)[:-1]
    return f"{own},{resource}}}" if resource else f"{own}}}"


def _without_repeats(attributes: str, shared: Iterable[str]) -> str:
    """What a row and its resource both say counts as the row says it."""
    if not any(attributes.count(f"{json_of(key)}:") > 1 for key in shared):
        return attributes
    values: dict[str, Any] = {}
    for key, value in json.loads(attributes, object_pairs_hook=list):
        values.setdefault(key, value)
    return json_of(values)
