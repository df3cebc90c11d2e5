"""Scores as the data's README defines them: AS@k on services, and whether the cause was named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.nezha.cases import Truth, service_of

_THINGS = 3  # findings of the right service among which the cause must be

# The label names a delay on the wire by a metric that no file holds; the engine measures the same
# quantity on client and server spans, and calls it otherwise.
_DERIVED = {"NetworkP90(ms)": "network latency p90"}


@dataclass(frozen=True, slots=True)
class Named:
    """One origin of the report: a service, and the names in each of its findings, in order."""

    service: str
    findings: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an investigation said; `seconds` with everything loaded, `loading` before that."""

    origins: tuple[Named, ...]
    seconds: float
    loading: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    place: int | None  # of the right service, from 1
    cause: bool


def score(answer: Answer, truth: Truth) -> Score:
    """A service may go by the name of its pods."""
    right = {truth.service, service_of(truth.pod)}
    index = next((i for i, o in enumerate(answer.origins) if o.service in right), None)
    if index is None:
        return Score(None, cause=False)
    things = answer.origins[index].findings[:_THINGS]
    named = {word for thing in things for name in thing for word in (name, *name.split())}
    return Score(index + 1, cause={_wanted(name) for name in truth.cause} <= named)


def _wanted(name: str) -> str:
    """The engine's word where the label's is in no file, whatever prefix a renaming gave it."""
    derived = (ours for theirs, ours in _DERIVED.items() if name.endswith(theirs))
    return next(derived, name)


def summary(scored: Sequence[tuple[Answer, Score]]) -> str:
    """The last line of a run."""
    total = len(scored)
    hits = {k: sum(s.place is not None and s.place <= k for _, s in scored) for k in (1, 3, 5)}
    shares = " ".join(f"AS@{k} {100 * n / total:.1f}" for k, n in hits.items())
    return (
        f"nezha: {shares}, cause {sum(s.cause for _, s in scored)}/{total}, "
        f"median {median(a.seconds for a, _ in scored):.2f} s"
    )
