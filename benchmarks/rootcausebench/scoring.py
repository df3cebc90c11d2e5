"""Scores as the data's README defines them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from assistant.domain.usage import Usage
from benchmarks.rootcausebench.cases import Truth

NONE = "none"  # no commit did it
UNSURE = "unsure"  # the engine did not answer; not the same as saying that no commit did it
_MIN_PREFIX = 7

# Words of the engine for words of the data; anything else is compared as it stands.
_REMEDIES = {
    "revert_configuration": "config-revert",
    "rotate_certificate": "rotate-cert",
    "fail_over": "failover",
    "repair_dns": "fix-dns",
    "free_disk_space": "free-disk",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an investigation said, in the words of the data set."""

    commit: str  # a hash of the data set, NONE or UNSURE
    first_failing_service: str
    blast_radius: frozenset[str]
    remediation: str
    verdict: str
    confidence: float
    seconds: float
    usage: Usage | None = None  # of the language model, where one took part


@dataclass(frozen=True, slots=True)
class Score:
    passed: bool
    decoy: bool
    graded: float


def score(answer: Answer, truth: Truth) -> Score:
    """1 for the right commit (or a right 'none'), 0 for a decoy, else partial credit up to 0.5:
    0.5 for the first failing service, 0.3 times the Jaccard index of the blast radius, 0.2 for the
    remediation."""
    if same_commit(answer.commit, truth.commit):
        return Score(passed=True, decoy=False, graded=1.0)
    if any(same_commit(answer.commit, decoy) for decoy in truth.decoys):
        return Score(passed=False, decoy=True, graded=0.0)
    partial = (
        0.5 * (answer.first_failing_service == truth.first_failing_service)
        + 0.3 * _jaccard(answer.blast_radius, truth.blast_radius)
        + 0.2 * (remedy(answer.remediation) == truth.remediation)
    )
    return Score(passed=False, decoy=False, graded=min(0.5, partial))


def same_commit(named: str, wanted: str) -> bool:
    """Equal, or equal in the seven or more leading digits that the shorter one has."""
    if named == wanted:
        return True
    shorter, longer = sorted((named, wanted), key=len)
    return len(shorter) >= _MIN_PREFIX and longer.startswith(shorter)


def remedy(action: str) -> str:
    return _REMEDIES.get(action, action.replace("_", "-"))


def summary(scored: Sequence[tuple[Answer, Truth, Score]]) -> str:
    """The last line of a run."""
    healthy = [(a, t) for a, t, _ in scored if t.commit == NONE]
    right = sum(answer.commit == NONE for answer, _ in healthy)
    return (
        f"rootcausebench: passed {sum(s.passed for *_, s in scored)}/{len(scored)}, "
        f"decoys {sum(s.decoy for *_, s in scored)}, none {right}/{len(healthy)}, "
        f"graded {fmean(s.graded for *_, s in scored):.3f}, "
        f"median {median(a.seconds for a, *_ in scored):.2f} s"
    )


def spending(answers: Sequence[Answer]) -> str:
    """What the language model took, as the end of the last line; '' where none took part."""
    used = [answer.usage for answer in answers if answer.usage is not None]
    if not used:
        return ""
    read, written = (median(u.input_tokens for u in used), median(u.output_tokens for u in used))
    unpriced = sum(u.unpriced for u in used)
    known = f"${sum(u.cost_usd for u in used):.4f}"
    cost = "unknown" if unpriced == sum(u.calls for u in used) else known
    more = f" and {unpriced} calls of unknown price" if unpriced and cost == known else ""
    return (
        f", tokens in/out median {read:,.0f}/{written:,.0f}, "
        f"calls median {median(u.calls for u in used):g}, cost {cost}{more}"
    )


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a | b else 1.0
