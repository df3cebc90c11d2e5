"""How well a gate tells wrong claims from right ones. What it rejects counts as found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from assistant.domain.claim import Claim, Standing
from assistant.domain.evidence import Evidence
from assistant.domain.report import Report
from benchmarks.claims.labelled import FLIPS, KINDS, Labelled

Gate = Callable[[Claim, Report, Sequence[Evidence]], Claim]
_Z = 1.959964  # of a two-sided interval that holds in 95 of 100 cases


@dataclass(frozen=True, slots=True)
class Judged:
    labelled: Labelled
    claim: Claim  # as the gate gave it back

    @property
    def rejected(self) -> bool:
        return self.claim.standing is Standing.UNVERIFIED

    @property
    def missed(self) -> bool:
        return self.rejected != bool(self.labelled.wrong)


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, with the interval of Wilson (1927) at 95 %."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        middle = p + _Z**2 / (2 * n)
        spread = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return (
            max(0.0, (middle - spread) / (1 + _Z**2 / n)),
            min(1.0, (middle + spread) / (1 + _Z**2 / n)),
        )


def judged(claims: Iterable[Labelled], gate: Gate) -> list[Judged]:
    return [Judged(c, gate(c.claim, c.report, c.report.evidence)) for c in claims]


def shares(found: Sequence[Judged]) -> dict[str, Share]:
    """By name: precision and recall on wrong claims, right claims that pass, recall by kind of
    error, and recall of the wrong claims with and without typed assertions."""
    wrong = [j for j in found if j.labelled.wrong]
    rejected = [j for j in found if j.rejected]
    right = [j for j in found if not j.labelled.wrong]
    groups = {
        "recall": wrong,
        "recall of flips": [j for j in wrong if j.labelled.wrong in FLIPS],
        "recall with asserts": [j for j in wrong if j.labelled.claim.asserts],
        "recall without asserts": [j for j in wrong if not j.labelled.claim.asserts],
        **{f"recall: {kind}": [j for j in wrong if j.labelled.wrong == kind] for kind in KINDS},
    }
    return {
        "precision": Share(sum(bool(j.labelled.wrong) for j in rejected), len(rejected)),
        "right ones passed": Share(sum(not j.rejected for j in right), len(right)),
        **{name: Share(sum(j.rejected for j in of), len(of)) for name, of in groups.items()},
    }
