"""The weights of a suspect's score, fitted to labelled incidents.

    python -m benchmarks.fit_weights DIR... [--held-out DIR] [--save FILE]

Folders hold cases in RootCauseBench's form (or generated shop incidents). Per incident one of the
suspects is guilty, or none is: a conditional logit with an outside option (McFadden, "Conditional
logit analysis of qualitative choice behavior", 1974), in which the odds of the operational causes
stand as they are, just as the verdict weighs them. Each weight is drawn towards what engineers
would say beforehand (`PRIOR`), keeps its sign, and is meant to be rounded. Beside the table stand
the answers in sample, with one fault left out at a time, and on the folder held out.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from assistant.analysis.causes.diagnosis import Diagnosis
from benchmarks.rootcausebench.cases import Truth, case_folders, read_incident, read_truth
from benchmarks.rootcausebench.engine import Opened, opened
from benchmarks.rootcausebench.scoring import NONE

Floats = npt.NDArray[np.float64]

PRIOR: Mapping[str, float] = {
    "before onset": 2.0,
    "after onset": -5.0,
    "first sign after it": 1.0,
    "close to the failure": 1.0,
    "touches the service": 1.0,
    "its outcome shows": 3.0,
    "nothing of it shows": -1.0,
    "content unknown": 0.0,
    "explains the symptoms": 1.0,
    "shares words": 1.0,
    "means the same": 1.0,
    "same numbers": 1.5,
    "stack points into it": 2.5,
    "only its version fails": 1.5,
    "ended when undone": 2.0,
    "cannot change behaviour": -5.0,
}
_BIAS, _PULL = -6.0, 0.3  # of the prior; how strongly it pulls, per squared unit
_MOST = 9.0  # no weight is larger, whatever its sign
_RIVALS = 3.0  # odds beyond which an operational cause teaches nothing more
_FAULT = re.compile(r"^[\w ]+: ([\w-]+), at ")


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One incident: a row of parts per suspect, which of them is guilty (-1 for none), and the
    odds of what no change did."""

    case: str
    fault: str
    parts: Floats
    guilty: int
    rival: float


class _Keep:
    """Compute that remembers the diagnosis which passed through it."""

    def __init__(self, compute: Any) -> None:
        self._compute = compute
        self.diagnosis: Diagnosis | None = None

    def __call__(self, function: Any, *arguments: Any) -> Any:
        answer = self._compute(function, *arguments)
        if isinstance(answer, Diagnosis):
            self.diagnosis = answer
        return answer


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--held-out", type=Path, metavar="DIR", help="reported, never fitted to")
    parser.add_argument("--save", type=Path, metavar="FILE", help="the weights as JSON")
    given = parser.parse_args(arguments)
    choices = [c for folder in given.folders for c in read_choices(folder)]
    weights = fit(choices)
    for name, weight in zip([*PRIOR, "bias"], weights, strict=True):
        print(f"{name:<26} {weight:6.2f}")
    print("in sample              ", told(answers(choices, weights)))
    print("one fault left out     ", told(left_out(choices)))
    if given.held_out:
        print("held out               ", told(answers(read_choices(given.held_out), weights)))
    if given.save:
        table = dict(zip([*PRIOR, "bias"], (float(w) for w in weights), strict=True))
        given.save.write_text(json.dumps(table, indent=1), "utf-8")
    return 0


def read_choices(folder: Path) -> list[Choice]:
    """Investigates every case of a folder; its truth is read afterwards. A case in which nothing
    was found unusual offers no choice."""
    found = []
    with tempfile.TemporaryDirectory(prefix="causeway-fit-") as scratch:
        models = Path(scratch) / "models"
        models.mkdir()
        for case in case_folders(folder):
            with opened(read_incident(case / "data"), Path(scratch) / case.name, models) as ready:
                diagnosis = _diagnosed(ready)
                made = _choice(case.name, diagnosis, read_truth(case), ready)
            found += [made] if made is not None else []
            print(f"{case.name} {'read' if made else 'left out'}", file=sys.stderr, flush=True)
    return found


def _diagnosed(ready: Opened) -> Diagnosis:
    keep = _Keep(ready.causeway.compute)
    replace(ready.causeway, compute=keep).investigate(ready.question)
    assert keep.diagnosis is not None
    return keep.diagnosis


def _choice(case: str, diagnosis: Diagnosis, truth: Truth, ready: Opened) -> Choice | None:
    suspects = diagnosis.suspects
    ids = [ready.code.original(s.id) or s.id for s in suspects]
    guilty = next((i for i, name in enumerate(ids) if name == truth.commit), -1)
    if not suspects or (truth.commit != NONE and guilty < 0):
        return None
    values = [{p.name: p.value for p in s.parts} for s in suspects]
    fault = _FAULT.match(truth.notes)
    return Choice(
        case=case,
        fault=fault[1] if fault else case,
        parts=np.array([[v.get(name, 0.0) for name in PRIOR] for v in values]),
        guilty=guilty,
        rival=sum(c.score / max(1 - c.score, 1e-9) for c in diagnosis.causes),
    )


def fit(choices: Sequence[Choice]) -> Floats:
    """The weights in the order of `PRIOR`, then the bias."""
    prior = np.array([*PRIOR.values(), _BIAS])
    bounds = [
        (None, None) if w == 0 else (0.0, _MOST) if w > 0 else (-_MOST, 0.0) for w in PRIOR.values()
    ]

    def loss(weights: Floats) -> tuple[float, Floats]:
        away = weights - prior
        away[-1] = 0.0  # the bias is free
        total, slope = _PULL * float(away @ away), 2 * _PULL * away
        for choice in choices:
            cost, gradient = _surprise(choice, weights)
            total, slope = total + cost, slope + gradient
        return total, slope

    found = minimize(
        loss, prior, jac=True, method="L-BFGS-B", bounds=[*bounds, (-2 * _MOST, _MOST)]
    )
    return np.asarray(found.x, dtype=np.float64)


def _surprise(choice: Choice, weights: Floats) -> tuple[float, Floats]:
    """Minus the log probability of what is true, and its gradient."""
    logits = choice.parts @ weights[:-1] + weights[-1]
    outside = float(np.log1p(min(choice.rival, _RIVALS)))
    every = np.append(logits, outside)
    high = every.max()
    total = float(high + np.log(np.exp(every - high).sum()))
    shares = np.exp(logits - total)
    if choice.guilty >= 0:
        shares[choice.guilty] -= 1
    truth = logits[choice.guilty] if choice.guilty >= 0 else outside
    return total - float(truth), np.append(shares @ choice.parts, shares.sum())


def answers(choices: Iterable[Choice], weights: Floats) -> Counter[str]:
    """How the verdict would be: the leading suspect is named when it is more likely than not and
    leads the operational causes."""
    counts: Counter[str] = Counter()
    for choice in choices:
        odds = np.exp(choice.parts @ weights[:-1] + weights[-1])
        best = int(odds.argmax())
        named = bool(odds[best] >= max(1.0, choice.rival))
        if choice.guilty >= 0:
            counts["guilty"] += 1
            counts["first"] += best == choice.guilty
            counts["named"] += named and best == choice.guilty
            counts["decoys"] += named and best != choice.guilty
        else:
            counts["none"] += 1
            counts["accused"] += named
    return counts


def left_out(choices: Sequence[Choice]) -> Counter[str]:
    """Each fault answered with weights that never saw one of its kind."""
    total: Counter[str] = Counter()
    for fault in sorted({c.fault for c in choices}):
        others = [c for c in choices if c.fault != fault]
        total += answers([c for c in choices if c.fault == fault], fit(others))
    return total


def told(counts: Mapping[str, int]) -> str:
    """One line: `guilty first 81/82, named 79/82, decoys 0; accused without a guilty one 1/34`."""
    guilty, none = counts.get("guilty", 0), counts.get("none", 0)
    return (
        f"guilty first {counts.get('first', 0)}/{guilty}, named {counts.get('named', 0)}/{guilty}, "
        f"decoys {counts.get('decoys', 0)}; "
        f"accused without a guilty one {counts.get('accused', 0)}/{none}"
    )


if __name__ == "__main__":
    sys.exit(main())
