"""Calls that metrics count: service graphs made from spans elsewhere, and service meshes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import numpy as np

from assistant.analysis.detection.signals import words_of
from assistant.domain.signals import Edge, Series
from assistant.domain.window import NANOSECONDS

# Who calls and who is called: the service graph connector of OpenTelemetry, and Istio's and
# Linkerd's standard metrics.
_ENDS = (
    ("client", "server"),
    ("source_workload", "destination_workload"),
    ("deployment", "dst_deployment"),
)
_FAILED = frozenset("failed failure failures error errors".split())


def metered_edges(series: Iterable[Series], services: Collection[str]) -> list[Edge]:
    """Edges from rates that carry both ends as attributes; several metrics may count the same
    calls, so the highest count holds. `services` are those that send telemetry: a caller that is
    neither one of them nor called by anybody is the world outside."""
    counts: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one in series:
        ends = _ends(dict(one.key.attributes)) if one.key.statistic == "rate" else None
        if ends is not None:
            seconds = one.step_ns / NANOSECONDS
            counts[ends][one.key.name] += float(np.nansum(one.values)) * seconds
    inside = {*services, *(callee for _, callee in counts)}
    return [
        Edge(caller, callee, _most(names, failed=False), _most(names, failed=True),
             inferred=callee not in services)
        for (caller, callee), names in sorted(counts.items())
        if caller in inside
    ]  # fmt: skip


def _ends(attributes: dict[str, str]) -> tuple[str, str] | None:
    for caller, callee in _ENDS:
        found = attributes.get(caller, ""), attributes.get(callee, "")
        if all(found) and found[0] != found[1]:
            return found
    return None


def _most(counts: dict[str, float], *, failed: bool) -> int:
    told = (n for name, n in counts.items() if bool(words_of(name) & _FAILED) == failed)
    return round(max(told, default=0.0))
