"""Traces before and after: what appeared, vanished, slowed or repeated inside an operation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from assistant.analysis.traces.calltree import CallTree
from assistant.analysis.traces.origins import failed, gave_up
from assistant.domain.signals import Span, Trace

Operation: TypeAlias = tuple[str, str]  # service and operation
_ITSELF: Operation = ("", "")

_SOME = 0.2  # calls each before a new child counts, and failed share before it counts as failing
_MORE, _SLOWER = 1.5, 1.5
_FEW, _MUCH_SLOWER = 5, 3.0  # calls on either side below which only a gross change counts
_LEAST_SECONDS = 0.001


class DifferenceKind(StrEnum):
    APPEARED = "appeared"
    VANISHED = "vanished"
    SLOWED = "slowed"
    QUICKENED = "quickened"
    REPEATED = "repeated"  # more calls each: fan-out, N+1
    RETRIED = "retried"  # more calls each, most of them failing
    FAILS = "fails"
    TIMES_OUT = "times_out"


@dataclass(frozen=True, slots=True)
class TraceDifference:
    """How one child of an operation changed; `child_service` and `child_operation` are '' for the
    operation's own work. `before` and `after` are means: calls for each call of the operation,
    seconds, or the failed share, by kind. `share` is how much of the operation's added time the
    child explains, 0..1."""

    kind: DifferenceKind
    service: str
    operation: str
    child_service: str
    child_operation: str
    before: float
    after: float
    share: float
    example: Span


@dataclass(slots=True)
class _Child:
    calls: int = 0
    seconds: float = 0.0
    failures: int = 0
    timeouts: int = 0
    example: Span | None = None

    def add(self, span: Span, seconds: float) -> None:
        self.calls += 1
        self.seconds += seconds
        self.failures += failed(span)
        self.timeouts += gave_up(span)
        self.example = span


@dataclass(slots=True)
class _Profile:
    calls: int = 0
    seconds: float = 0.0
    children: dict[Operation, _Child] = field(default_factory=lambda: defaultdict(_Child))


@dataclass(frozen=True, slots=True)
class _Pair:
    """One child of one operation on both sides, per call of the operation."""

    old: _Child
    new: _Child
    old_calls: int
    new_calls: int

    @property
    def often(self) -> tuple[float, float]:
        return self.old.calls / self.old_calls, self.new.calls / self.new_calls

    @property
    def seconds(self) -> tuple[float, float]:
        return self.old.seconds / max(self.old.calls, 1), self.new.seconds / max(self.new.calls, 1)

    @property
    def failing(self) -> tuple[float, float]:
        return (
            self.old.failures / max(self.old.calls, 1),
            self.new.failures / max(self.new.calls, 1),
        )

    @property
    def added(self) -> float:
        return self.new.seconds / self.new_calls - self.old.seconds / self.old_calls


def compare(before: Sequence[Trace], after: Sequence[Trace]) -> list[TraceDifference]:
    """What changed inside the operations that both sets hold: what explains most added time
    first, then what changed most by its factor."""
    old, new = _profiles(before), _profiles(after)
    found = [d for name in old.keys() & new.keys() for d in _inside(name, old[name], new[name])]
    return sorted(found, key=lambda d: (-round(d.share, 3), -_factor(d), d.service, d.operation,
                                        d.child_service, d.child_operation, d.kind))  # fmt: skip


def _profiles(traces: Sequence[Trace]) -> dict[Operation, _Profile]:
    profiles: dict[Operation, _Profile] = defaultdict(_Profile)
    for trace in traces:
        tree = CallTree(trace)
        for span in tree.spans:
            profile = profiles[span.service, span.operation]
            profile.calls += 1
            profile.seconds += span.duration_ns / 1e9
            profile.children[_ITSELF].add(span, tree.exclusive_ns(span) / 1e9)
            for child in tree.children(span):
                profile.children[child.service, child.operation].add(child, child.duration_ns / 1e9)
    return profiles


def _inside(name: Operation, old: _Profile, new: _Profile) -> Iterator[TraceDifference]:
    slower = new.seconds / new.calls - old.seconds / old.calls
    for child in old.children.keys() | new.children.keys():
        pair = _Pair(
            old.children.get(child, _Child()),
            new.children.get(child, _Child()),
            old.calls,
            new.calls,
        )
        share = min(1.0, max(0.0, pair.added / slower)) if slower > _LEAST_SECONDS else 0.0
        example = pair.new.example or pair.old.example
        assert example is not None  # one side has the child
        for kind, (was, now) in _kinds(pair, itself=child == _ITSELF):
            yield TraceDifference(kind, *name, *child, was, now, share, example)


def _kinds(pair: _Pair, *, itself: bool) -> Iterator[tuple[DifferenceKind, tuple[float, float]]]:
    was, now = pair.often
    if was == 0:
        if now >= _SOME:
            yield DifferenceKind.APPEARED, (was, now)
        return
    if now == 0:
        if was >= _SOME:
            yield DifferenceKind.VANISHED, (was, now)
        return
    healthy, broken = pair.failing
    if now >= _MORE * was and now - was >= 0.5:
        again = broken >= 0.3 and broken > healthy
        yield DifferenceKind.RETRIED if again else DifferenceKind.REPEATED, (was, now)
    quick, slow = pair.seconds
    needed = _SLOWER if min(pair.old.calls, pair.new.calls) >= _FEW else _MUCH_SLOWER
    if slow >= needed * quick and slow - quick >= _LEAST_SECONDS:
        yield DifferenceKind.SLOWED, (quick, slow)
    elif quick >= needed * slow and quick - slow >= _LEAST_SECONDS:
        yield DifferenceKind.QUICKENED, (quick, slow)
    if not itself and broken - healthy >= _SOME:
        timed_out = pair.new.timeouts >= 0.5 * pair.new.failures
        yield DifferenceKind.TIMES_OUT if timed_out else DifferenceKind.FAILS, (healthy, broken)


def _factor(difference: TraceDifference) -> float:
    low, high = sorted((difference.before, difference.after))
    return high / max(low, 1e-6)
