"""What a run of a suite gave: a result per case and contestant, and the document that keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import fmean, median
from typing import Any

from assistant.domain.errors import InvalidPayload
from assistant.domain.usage import CallContext, PromptRef, Score, Usage
from assistant.llmops.evaluation.grading import Answer, Grade


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model ('none' for the analysis alone) with our prompts or those of a folder."""

    model: str
    prompts: Path | None = None

    @property
    def name(self) -> str:
        return f"{self.model} with {self.prompts.name}" if self.prompts else self.model


@dataclass(frozen=True, slots=True)
class Result:
    """One case by one contestant. `cost_usd` is None when a price is unknown."""

    contestant: Contestant
    case: str
    answer: Answer
    grade: Grade
    seconds: float
    usage: Usage = field(default_factory=Usage)
    prompt: PromptRef | None = None
    ended: str = ""

    @property
    def cost_usd(self) -> float | None:
        return None if self.usage.unpriced else self.usage.cost_usd


def by_contestant(results: Sequence[Result]) -> dict[str, list[Result]]:
    """In the order of their first result."""
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.contestant.name, []).append(result)
    return found


def points(results: Sequence[Result]) -> dict[str, float]:
    """By case, of one contestant."""
    return {r.case: float(r.grade.counted) for r in results}


def summed(results: Sequence[Result]) -> dict[str, Any]:
    """One contestant's results in figures; `cost_usd` is None when a price is unknown."""
    costs = [r.cost_usd for r in results]
    known = [cost for cost in costs if cost is not None]
    return {
        "points": fmean(points(results).values()),
        "passed": sum(r.grade.passed for r in results),
        "cases": len(results),
        "input_tokens": median(r.usage.input_tokens for r in results),
        "output_tokens": median(r.usage.output_tokens for r in results),
        "calls": median(r.usage.calls for r in results),
        "cost_usd": sum(known) if len(known) == len(costs) else None,
        "seconds": median(r.seconds for r in results),
    }


def scores(suite: str, results: Sequence[Result], at: datetime) -> list[Score]:
    """What the ledger keeps of a run: `eval_points` (0..100) of each case by each contestant."""
    return [
        Score(
            at,
            "eval_points",
            float(result.grade.counted),
            result.grade.label,
            f"{suite}: {result.case}",
            result.contestant.model,
            CallContext(step="eval", channel="bench", prompt=result.prompt),
        )
        for result in results
    ]


def document(suite: str, results: Sequence[Result]) -> dict[str, Any]:
    """JSON that a later run can be held against."""
    return {
        "suite": suite,
        "runs": [
            {
                "name": name,
                **summed(own),
                "results": [_row(r) for r in own],
            }
            for name, own in by_contestant(results).items()
        ],
    }


def _row(result: Result) -> dict[str, Any]:
    answer = {k: v for k, v in asdict(result.answer).items() if k != "cited"}
    return {
        "case": result.case,
        "points": result.grade.counted,
        "label": result.grade.label,
        "uncited": list(result.grade.uncited),
        "passed": result.grade.passed,
        "answer": answer,
        "usage": asdict(result.usage),
        "cost_usd": result.cost_usd,
        "seconds": round(result.seconds, 3),
        "prompt": _prompt(result.prompt),
        "ended": result.ended,
    }


def _prompt(ref: PromptRef | None) -> str:
    return f"{ref.name}@{ref.version} ({ref.digest})" if ref else ""


def kept_points(kept: Mapping[str, Any], name: str) -> dict[str, float]:
    """Points by case of a contestant in a kept document. Raises InvalidPayload."""
    try:
        runs = {run["name"]: run["results"] for run in kept["runs"]}
        if name not in runs:
            raise InvalidPayload(f"The baseline has no run of {name!r}; it has {', '.join(runs)}.")
        return {row["case"]: float(row["points"]) for row in runs[name]}
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidPayload("The baseline is not what `causeway eval --out` writes.") from error
