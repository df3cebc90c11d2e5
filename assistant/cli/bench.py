"""`causeway bench`: benchmarks, which may not be installed."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import click

from assistant.cli import options

GROUP = "causeway.benchmarks"


@click.command("bench")
@click.argument("name")
@click.argument(
    "directory", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every case's result to this file.",
)
@click.option(
    "--rename",
    type=int,
    metavar="SEED",
    help="Rename services, operations, metrics, authors and cases consistently beforehand.",
)
@click.option("--seed", type=int, help="For benchmarks that make their own data.")
@click.option("--model", metavar="NAME", help="The configured model that takes part.")
@click.pass_obj
def command(
    config: Path | None,
    name: str,
    directory: Path | None,
    json_file: Path | None,
    rename: int | None,
    seed: int | None,
    model: str | None,
) -> None:
    """Run the benchmark NAME over the labelled incidents in DIRECTORY. A benchmark that makes its
    own data needs none, and writes it there when told.

    \b
    Example:  causeway bench rootcausebench DIR --json results.json
              causeway bench drilldown --seed 7
              causeway bench rootcausebench DIR --model NAME
    """
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted(found)) or "none: install Causeway with its benchmarks/ folder"
        raise click.UsageError(f"There is no benchmark called {name!r}. Installed: {known}.")
    run = found[name].load()
    given: dict[str, object] = {"json": json_file, "rename": rename, "seed": seed, "model": model}
    if model:
        given["settings"] = options.model_settings(options.settings_from(config), model)
    click.get_current_context().exit(run(directory, given))
