"""Calls that no trace shows: a service that names another in its warnings or metrics depends on
it. Weaker than a span, so it only fills in where spans connect nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from assistant.analysis.logs.templates import LogTemplate
from assistant.domain.signals import Edge, Series

_WARN = 13


def mentioned_edges(
    templates: Iterable[LogTemplate],
    series: Iterable[Series],
    services: Iterable[str],
    known: Sequence[Edge],
) -> list[Edge]:
    """Edges from the service that speaks to the service it names, where no edge joins the two.
    `calls` and `errors` are the number of records that say so."""
    joined = {frozenset((e.caller, e.callee)) for e in known}
    named = {
        s: re.compile(rf"(?<![\w-]){re.escape(s)}(?![a-z0-9-])", re.I)
        for s in services
        if len(s) > 3
    }
    said: dict[tuple[str, str], int] = {}
    for template in templates:
        if template.severity_number >= _WARN:
            for service, pattern in named.items():
                if service != template.service and pattern.search(template.exemplar.body):
                    key = (template.service, service)
                    said[key] = said.get(key, 0) + int(np.nansum(template.counts))
    for one in series:
        for service, pattern in named.items():
            if service != one.key.service and pattern.search(one.key.name):
                said.setdefault((one.key.service, service), 0)
    return [
        Edge(caller, callee, count, count)
        for (caller, callee), count in said.items()
        if frozenset((caller, callee)) not in joined and (callee, caller) not in said
    ]
