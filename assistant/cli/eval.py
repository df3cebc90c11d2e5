"""`causeway eval`: investigations of incidents with a known cause, graded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import options
from assistant.domain.errors import InvalidPayload, OperatorError, StoreInUse

if TYPE_CHECKING:
    from assistant.llmops.evaluation.results import Contestant, Result
    from assistant.settings import Settings

_GROUP = "causeway.evaluation"
_FELL = 6
_WIDEST = 160


@click.command("eval")
@click.argument("suite", type=click.Path(path_type=Path, exists=True))
@click.option("--model", "models", multiple=True, metavar="NAME", help="Again for a second one.")
@click.option("--no-model", is_flag=True, help="The analysis alone, also beside a model.")
@click.option(
    "--prompts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also with the prompts of this folder, to compare two versions.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write results.json and report.html into this folder.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A results.json; end with exit code 6 when this run is worse.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 100),
    default=0.0,
    show_default=True,
    help="Points that a case, and the mean, may fall.",
)
@click.option("--no-record", is_flag=True, help="Keep no scores for `causeway quality`.")
@options.as_json
@click.pass_obj
def command(
    config: Path | None,
    suite: Path,
    models: tuple[str, ...],
    no_model: bool,
    prompts: Path | None,
    out: Path | None,
    baseline: Path | None,
    tolerance: float,
    no_record: bool,
    as_json: bool,
) -> None:
    """Grade investigations of the incidents of SUITE: a suite.toml, or the folder that holds one.

    \b
    Examples:
      causeway eval SUITE --no-model --model large --out results
      causeway eval SUITE --model large --prompts new-prompts
      causeway eval SUITE --baseline results/results.json --tolerance 5

    Bullseye 100, one hop short 65, right area 35, wrong or forbidden 0.
    """
    from assistant.llmops.evaluation.results import document
    from assistant.llmops.evaluation.suite import read_suite
    from integrations.renderings.evaluation import page, table

    settings = options.settings_from(config)
    read = read_suite(suite)
    given = options.model_settings(settings, *models)
    results = _evaluate()(read, _contestants(settings, models, no_model, prompts), given, _progress)
    told = document(read.name, results)
    compared = _compared(results)
    fell = _fallen(results, baseline, tolerance)
    if out:
        _write(out, json.dumps(told, indent=1), page(told, compared, fell))
    if not no_record:
        _record(settings, read.name, results)
    if as_json:
        click.echo(json.dumps({**told, "comparisons": compared, "fallen": fell}, indent=1))
    else:
        click.echo(table(told, width=min(shutil.get_terminal_size((_WIDEST, 0)).columns, _WIDEST)))
        click.echo("".join(f"{line}\n" for line in compared), nl=False)
        click.echo("".join(f"Worse than the baseline: {line}\n" for line in fell), nl=False)
    click.get_current_context().exit(_FELL if fell else 0)


def _evaluate() -> Callable[..., Sequence[Result]]:
    found = list(entry_points(group=_GROUP))
    if not found:
        raise OperatorError(
            "What plays incidents is not installed.",
            hint="Install Causeway with its benchmarks/ folder.",
        )
    run: Callable[..., Sequence[Result]] = found[0].load()
    return run


def _contestants(
    settings: Settings, models: Sequence[str], no_model: bool, prompts: Path | None
) -> Sequence[Contestant]:
    """Without a choice: the first configured model, or the analysis alone."""
    from assistant.llmops.evaluation.results import Contestant
    from assistant.settings import NO_MODEL

    chosen = models or (() if no_model else tuple(settings.model_table)[:1])
    if prompts and not chosen:
        raise click.UsageError("--prompts compares what a model is told: give --model.")
    alone = [Contestant(NO_MODEL)] if no_model or not chosen else []
    ours = [Contestant(model) for model in dict.fromkeys(chosen)]
    theirs = [Contestant(c.model, prompts.resolve()) for c in ours] if prompts else []
    return [*alone, *ours, *theirs]


def _progress(result: Result) -> None:
    click.echo(f"{result.case} by {result.contestant.name}: {result.grade.counted}", err=True)


def _compared(results: Sequence[Result]) -> list[str]:
    """Another wording against the same model with ours, each other one against the first."""
    from assistant.llmops.evaluation.comparison import difference
    from assistant.llmops.evaluation.results import by_contestant, points

    runs = by_contestant(results)
    first, *others = runs
    told = []
    for name in others:
        contestant = runs[name][0].contestant
        base = contestant.model if contestant.prompts else first
        told.append(f"{name} against {base}: {difference(points(runs[base]), points(runs[name]))}")
    return told


def _fallen(results: Sequence[Result], baseline: Path | None, tolerance: float) -> list[str]:
    from assistant.llmops.evaluation.comparison import fallen
    from assistant.llmops.evaluation.results import by_contestant, kept_points, points

    if baseline is None:
        return []
    try:
        kept: Any = json.loads(baseline.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidPayload(f"The baseline {baseline} cannot be read: {error}.") from error
    return [
        f"{name}, {line}"
        for name, own in by_contestant(results).items()
        for line in fallen(kept_points(kept, name), points(own), tolerance)
    ]


def _record(settings: Settings, suite: str, results: Sequence[Result]) -> None:
    """As scores in the data directory in use; one that a server owns is left alone."""
    from assistant.llmops.evaluation.results import scores
    from assistant.wiring import now, open_causeway

    try:
        with open_causeway(settings, long_running=False) as causeway:
            causeway.ledger.judge(scores(suite, results, now()))
    except StoreInUse as error:
        click.echo(f"The scores are not kept for `causeway quality`: {error}", err=True)


def _write(folder: Path, results: str, page: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.json").write_text(results, "utf-8")
        (folder / "report.html").write_text(page, "utf-8")
    except OSError as error:
        raise OperatorError(f"{folder} cannot be written: {error.strerror}.") from error
    click.echo(f"Written: {folder / 'results.json'}, {folder / 'report.html'}", err=True)
