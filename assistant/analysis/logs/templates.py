"""Log shapes that differ only in free words become one template.

Drain: He, Zhu, Zheng and Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS
2017, run over distinct shapes instead of records. A word becomes a parameter only when enough
different values were seen in its place, because two or three values usually mean something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.domain.signals import Floats, LogRecord, LogShape

WILDCARD = "<*>"
_SIMILARITY = 0.6
_SHORTEST = 4  # tokens: in shorter bodies every word counts
_ENOUGH_VARIANTS = 5
_ERROR = 17  # OpenTelemetry severity
_MOST_COMPARED = 100  # clusters a shape is held against, the latest of its leaf


@dataclass(frozen=True, slots=True, eq=False)
class LogTemplate:
    """Records of one service that say the same thing; the fields are those of LogShape, with
    the shapes it is made of. `template` is the shape itself when there is only one."""

    service: str
    template: str
    severity_number: int
    counts: Floats
    start_ns: int
    step_ns: int
    first_ns: int
    last_ns: int
    exemplar: LogRecord
    shapes: tuple[str, ...]


@dataclass(slots=True)
class _Cluster:
    tokens: list[str]
    members: list[LogShape] = field(default_factory=list)


def templates(shapes: Sequence[LogShape]) -> list[LogTemplate]:
    """Templates of all services, most frequent first. Shapes of errors never merge with others."""
    groups: dict[tuple[str, bool, int], list[LogShape]] = defaultdict(list)
    for shape in shapes:
        length = shape.shape.count(" ") + 1
        groups[shape.service, shape.severity_number >= _ERROR, length].append(shape)
    found: list[LogTemplate] = []
    for (_, _, length), members in groups.items():
        if length < _SHORTEST or len(members) < _ENOUGH_VARIANTS:
            found += [_template(shape.shape, [shape]) for shape in members]
        else:
            found += _grouped(members)
    return sorted(found, key=lambda t: (-float(t.counts.sum()), t.service, t.template))


def _grouped(members: Iterable[LogShape]) -> Iterable[LogTemplate]:
    for cluster in _drain(members):
        if len(cluster.members) >= _ENOUGH_VARIANTS:
            yield _template(" ".join(cluster.tokens), cluster.members)
        else:
            yield from (_template(shape.shape, [shape]) for shape in cluster.members)


def _drain(members: Iterable[LogShape]) -> list[_Cluster]:
    """Clusters of shapes of equal length: a tree by the first token, then similarity."""
    leaves: dict[str, list[_Cluster]] = defaultdict(list)
    for shape in members:
        tokens = shape.shape.split(" ")
        leaf = leaves[WILDCARD if "<" in tokens[0] else tokens[0]]
        cluster = _closest(leaf[-_MOST_COMPARED:], tokens)
        if cluster is None:
            leaf.append(_Cluster(tokens, [shape]))
            continue
        cluster.tokens = [
            a if a == b else WILDCARD for a, b in zip(cluster.tokens, tokens, strict=True)
        ]
        cluster.members.append(shape)
    return [cluster for leaf in leaves.values() for cluster in leaf]


def _closest(leaf: list[_Cluster], tokens: list[str]) -> _Cluster | None:
    best, best_score = None, (_SIMILARITY, -1)
    for cluster in leaf:
        same = sum(a == b for a, b in zip(cluster.tokens, tokens, strict=True))
        score = (same / len(tokens), same)
        if score >= best_score:
            best, best_score = cluster, score
    return best


def _template(text: str, members: Sequence[LogShape]) -> LogTemplate:
    earliest = min(members, key=lambda s: s.first_ns)
    counts = members[0].counts
    if len(members) > 1:
        counts = np.sum([m.counts for m in members], axis=0)
    return LogTemplate(
        service=earliest.service,
        template=text,
        severity_number=max(m.severity_number for m in members),
        counts=counts,
        start_ns=earliest.start_ns,
        step_ns=earliest.step_ns,
        first_ns=earliest.first_ns,
        last_ns=max(m.last_ns for m in members),
        exemplar=earliest.exemplar,
        shapes=tuple(m.shape for m in members),
    )
