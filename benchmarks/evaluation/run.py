"""Every case of a suite, asked of every contestant; grades, and what each answer took."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.domain.errors import CausewayError
from assistant.domain.report import Report, Verdict
from assistant.domain.usage import CallContext
from assistant.llmops.evaluation.grading import Answer, answer_of, grade
from assistant.llmops.evaluation.results import Contestant, Result
from assistant.llmops.evaluation.suite import Case, Suite
from benchmarks.evaluation.incidents import opened

_CONTEXT = CallContext(step="investigate", channel="bench")


def evaluate(
    suite: Suite,
    contestants: Sequence[Contestant],
    settings: Mapping[str, object],
    heard: Callable[[Result], None] = lambda result: None,
) -> Sequence[Result]:
    """Case by case; each contestant starts with empty stores. `heard` is told of each result."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="causeway-eval-") as scratch:
        models = Path(scratch) / "models"
        models.mkdir()
        for case in suite.case:
            for contestant in contestants:
                workspace = Path(scratch) / f"run-{len(results)}"
                result = _result(case, contestant, workspace, models, settings)
                results.append(result)
                heard(result)
    return results


def _result(
    case: Case,
    contestant: Contestant,
    workspace: Path,
    models: Path,
    settings: Mapping[str, object],
) -> Result:
    own = {**settings, "prompts": contestant.prompts or settings.get("prompts")}
    with opened(case.incident, workspace, models, own) as ready:
        ready.causeway.warm_up()
        started = time.perf_counter()
        try:
            report = ready.causeway.investigate(
                ready.question, context=_CONTEXT, model=contestant.model
            )
        except CausewayError as error:  # an engine that refuses has answered wrongly
            nothing = Answer(Verdict.NOT_ENOUGH_EVIDENCE)
            refused = replace(grade(nothing, case), points=0, label="refused")
            return Result(contestant, case.name, nothing, refused, 0.0, ended=str(error))
        seconds = time.perf_counter() - started
        answer = answer_of(report, ready.original)
    bare = Result(contestant, case.name, answer, grade(answer, case), seconds)
    return _with_model(bare, report)


def _with_model(result: Result, report: Report) -> Result:
    told = report.narration
    if told is None:
        return result
    return replace(result, usage=told.usage, prompt=told.prompt, ended=told.ended)
