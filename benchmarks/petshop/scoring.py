"""PetShop's score: the component at fault within the first k named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median


@dataclass(frozen=True, slots=True)
class Answer:
    """Components where it may have begun, likeliest first, with the belief in each."""

    ranking: tuple[tuple[str, float], ...]
    seconds: float
    note: str = ""


def place(ranking: Sequence[str], truth: str) -> int | None:
    """1 for the first; None where it is not named."""
    return ranking.index(truth) + 1 if truth in ranking else None


def within(places: Sequence[int | None], k: int) -> float:
    """The share of cases whose component stands among the first k."""
    return fmean(p is not None and p <= k for p in places)


def summary(places: Sequence[int | None], seconds: Sequence[float]) -> str:
    """The last line of a run."""
    return (
        f"petshop: top1 {within(places, 1):.2f} top3 {within(places, 3):.2f}, "
        f"median {median(seconds):.2f} s"
    )
