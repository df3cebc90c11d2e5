"""What each signal is worth: the same incidents, investigated again without it.

    python -m benchmarks.ablations DIR... [--count N] [--json FILE]

Folders hold cases in RootCauseBench's form (or generated shop incidents); of each the first N. An
incident is ingested once; a signal is taken away by a port that finds nothing of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from assistant.domain.changes import Commit, Deployment, FlagChange, RecordedChange
from assistant.domain.errors import CausewayError
from assistant.wiring import Causeway
from benchmarks.rootcausebench.cases import Truth, case_folders, read_incident, read_truth
from benchmarks.rootcausebench.engine import Opened, opened, refusal
from benchmarks.rootcausebench.scoring import NONE, Answer, score


class Through:
    """A port whose answers pass a function of their own; methods not named stay as they are."""

    def __init__(self, port: object, **changes: Callable[[Any], Any]) -> None:
        self._port = port
        self._changes = changes

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        change = self._changes.get(name)
        return method if change is None else lambda *a, **k: change(method(*a, **k))


Ablation = Callable[[Causeway], Causeway]


def _nothing(found: object) -> tuple[()]:
    del found
    return ()


def _without(*methods: str, port: str = "telemetry") -> Ablation:
    """The named methods of a port find nothing."""
    changes = dict.fromkeys(methods, _nothing)

    def apply(causeway: Causeway) -> Causeway:
        parts: dict[str, Any] = {port: Through(getattr(causeway, port), **changes)}
        return replace(causeway, **parts)

    return apply


def _without_deployments(causeway: Causeway) -> Causeway:
    """Nobody recorded one, and no version betrays one: commits of the period remain."""
    telemetry: Any = Through(causeway.telemetry, versions=_nothing)
    return _recorded(replace(causeway, telemetry=telemetry), Deployment)


def _recorded(causeway: Causeway, kind: type) -> Causeway:
    def others(found: Sequence[RecordedChange]) -> list[RecordedChange]:
        return [change for change in found if not isinstance(change, kind)]

    changes: Any = Through(causeway.changes, changes=others)
    return replace(causeway, changes=changes)


def _without_diffs(causeway: Causeway) -> Causeway:
    """Commits are known and cannot be read."""

    def opaque(found: Sequence[Commit]) -> list[Commit]:
        return [replace(commit, hunks=None) for commit in found]

    code: Any = Through(causeway.code, delivered=opaque, commits=opaque)
    return replace(causeway, code=code)


ABLATIONS: Mapping[str, Ablation] = {
    "everything": lambda causeway: causeway,
    "metrics": _without("series"),
    "logs": _without("shapes", "records", "logged_in"),
    "traces": _without("red", "edges", "traces", "attributes"),
    "single traces (before and after, origins, attributes)": _without("traces", "attributes"),
    "topology (calls seen in traces)": _without("edges"),
    "request rates, errors and latencies from spans": _without("red"),
    "deployments": _without_deployments,
    "flags": lambda causeway: _recorded(causeway, FlagChange),
    "diffs": _without_diffs,
    "blame": _without("blame", port="code"),
    "semantic likeness": _without("search", port="knowledge"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """Of one folder without one signal."""

    folder: str
    without: str
    cases: int
    passed: int
    decoys: int
    guilty: int
    cause_right: int
    none_right: int
    graded: float


def ablated(folders: Sequence[Path], name: str) -> list[Result]:
    """A result per ablation over the cases; labels are read after the answers."""
    held: dict[str, list[tuple[Answer, Truth]]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="causeway-ablations-") as scratch:
        models = Path(scratch) / "models"
        models.mkdir()
        for folder in folders:
            incident = read_incident(folder / "data")
            with opened(incident, Path(scratch) / folder.name, models) as case:
                answers = {without: _answer(case, ablate) for without, ablate in ABLATIONS.items()}
            truth = read_truth(folder)
            for without, answer in answers.items():
                held[without].append((answer, truth))
    return [_result(name, without, pairs) for without, pairs in held.items()]


def _answer(case: Opened, ablate: Ablation) -> Answer:
    try:
        return case.answer(ablate(case.causeway).investigate(case.question), 0.0)
    except CausewayError as error:
        return refusal(error)


def _result(name: str, without: str, pairs: Sequence[tuple[Answer, Truth]]) -> Result:
    scores = [(score(answer, truth), truth.commit == NONE) for answer, truth in pairs]
    return Result(
        folder=name,
        without=without,
        cases=len(scores),
        passed=sum(s.passed for s, _ in scores),
        decoys=sum(s.decoy for s, _ in scores),
        guilty=sum(not none for _, none in scores),
        cause_right=sum(s.passed and not none for s, none in scores),
        none_right=sum(s.passed and none for s, none in scores),
        graded=sum(s.graded for s, _ in scores) / len(scores),
    )


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when a folder holds no case."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablations", description=__doc__)
    parser.add_argument("directories", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--count", type=int, default=60, help="of each folder the first N cases")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    given = parser.parse_args(arguments)
    results: list[Result] = []
    for directory in given.directories:
        folders = case_folders(directory)[: given.count]
        if not folders:
            print(f"{directory} holds no case.")
            return 1
        for result in ablated(folders, directory.name):
            results.append(result)
            print(_row(result), flush=True)
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(r) for r in results], indent=1), "utf-8")
    return 0


def _row(result: Result) -> str:
    return (
        f"{result.folder:<16} {result.without:<54} passed {result.passed}/{result.cases}, "
        f"decoys {result.decoys}, cause {result.cause_right}/{result.guilty}, "
        f"none {result.none_right}/{result.cases - result.guilty}, graded {result.graded:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
