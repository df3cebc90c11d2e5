"""What a model's part costs before any real model speaks, and how soon a person sees something."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.results.block import Block, Table
from benchmarks.results.measure import program


def prompts(cases: Sequence[Path]) -> Block:
    run = program("benchmarks.prompts", *map(str, cases))
    rows = []
    for policy in dict.fromkeys(cost["policy"] for cost in run.document):
        costs = [cost for cost in run.document if cost["policy"] == policy]
        tokens = [cost["prompt"] for cost in costs]
        cells = (
            len(costs),
            f"{median(cost['calls'] for cost in costs):.0f}",
            f"{median(tokens):,.0f}",
            f"{max(tokens):,}",
            f"{costs[0]['target']:,}" if costs[0]["target"] else "",
            f"{median(cost['pack'] for cost in costs):,.0f}",
            f"{max(cost['pack'] for cost in costs):,}",
        )
        rows.append((policy, *map(str, cells)))
    columns = ("policy", "incidents", "calls", "prompt tokens", "most", "target", "pack", "most")
    command = f"python -m benchmarks.prompts {cases[0].parent}/… {cases[-1].parent}/…"
    return Block(
        "prompts",
        "Prompt tokens of an investigation",
        "The whole line with the scripted model in a model's place, which counts (o200k) what it "
        "was sent: it explains at once, asks three tools, or one after another until a limit. "
        "No real model investigated, so nothing is said of how well one would.",
        (Table(columns, tuple(rows), (command,)),),
        ("The instructions ask for all tools in one turn; *one by one* is a model that does not.",),
    )


def first_step(case: Path) -> Block:
    run = program("benchmarks.first_step", str(case))
    rows = [
        (r["where"], f"{r['alive_s']:.2f}", f"{r['step_s']:.2f}", f"≤ {r['target_s']:g}")
        for r in run.document
    ]
    return Block(
        "first-step",
        "From the question to the first step",
        "Seconds until a person sees a first line, and until the first step of the answer itself; "
        "the terminal's include the start of the command, and of the stores where no server runs.",
        (Table(("", "first line", "first step", "target"), tuple(rows), (run.command,)),),
    )
