"""What a whole investigation costs in prompt tokens, under models that follow a rule.

    python -m benchmarks.prompts CASE...            the table; CASE is a folder of RootCauseBench's
    python -m benchmarks.prompts CASE... --json FILE

The ordinary line runs: ingest, investigation, evidence pack, tools, claim gate, repair. In the
model's place stands the scripted server, which counts (o200k) what it was really sent. This says
nothing about how well any real model investigates.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from assistant.domain.claim import Standing
from benchmarks.rootcausebench.cases import read_incident
from benchmarks.rootcausebench.engine import Opened, opened
from benchmarks.scripted_model import Reply, ScriptedModel, policies, prompt_parts

LIMIT = 40_000  # tokens of one investigation, in and out: the default of `budget_tokens`
POLICIES = {
    "no tool": (policies.no_tool, 7_000),
    "three tools": (policies.three_tools, 12_000),
    "wandering": (policies.wandering, LIMIT),
    "no tool, one mistake": (policies.mistaken, 7_000),
    "three, one by one": (policies.one_by_one, None),
}
_COLUMNS = "{:<21}{:>6}{:>7}{:>9}{:>9}{:>8}{:>9}  {}"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one investigation. `parts` are the prompt tokens of its calls by who wrote them: system,
    user (the evidence pack), tools and schema (how both are described), assistant, tool."""

    case: str
    policy: str
    calls: int
    prompt: int
    parts: dict[str, int]
    pack: int
    sentences: int
    verified: int
    ended: str


def measure(folders: Sequence[Path]) -> Iterator[Cost]:
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as scratch, _server() as server:
        models = Path(scratch) / "models"
        models.mkdir()
        for number, folder in enumerate(folders):
            incident = read_incident(folder / "data")
            settings = {"models": {name: _settings(name, server) for name in POLICIES}}
            with opened(incident, Path(scratch) / f"case-{number}", models, settings) as case:
                for policy in POLICIES:
                    yield _cost(folder.name, policy, case, server)


def _cost(name: str, policy: str, case: Opened, server: ScriptedModel) -> Cost:
    before = len(server.requests)
    report = case.causeway.investigate(case.question, model=policy)
    sent = [prompt_parts(body) for body in server.bodies[before:]]
    claims = (report.headline, *report.summary)
    assert report.narration is not None
    return Cost(
        case=name,
        policy=policy,
        calls=len(sent),
        prompt=sum(sum(parts.values()) for parts in sent),
        parts={key: sum(parts.get(key, 0) for parts in sent) for key in _keys(sent)},
        pack=sent[0].get("user", 0) if sent else 0,
        sentences=len(claims),
        verified=sum(claim.standing is Standing.VERIFIED for claim in claims),
        ended=report.narration.ended,
    )


def _keys(sent: Sequence[dict[str, int]]) -> list[str]:
    return sorted({key for parts in sent for key in parts})


def _settings(name: str, server: ScriptedModel) -> dict[str, str]:
    return {"model": name, "base_url": server.url, "tools": "yes"}


@contextmanager
def _server() -> Iterator[ScriptedModel]:
    """The model that is asked for says which rule it follows."""

    def follow(request: dict[str, Any]) -> Reply:
        policy, _ = POLICIES[request["model"]]
        return policy(request)

    with ScriptedModel(policy=follow) as server:
        yield server


def table(costs: Sequence[Cost]) -> str:
    lines = [_COLUMNS.format("policy", "cases", "calls", "median", "most", "target", "pack", "")]
    for policy, (_, target) in POLICIES.items():
        ours = [cost for cost in costs if cost.policy == policy]
        prompts = [cost.prompt for cost in ours]
        parts = {
            key: round(median(cost.parts.get(key, 0) for cost in ours))
            for key in sorted({key for cost in ours for key in cost.parts})
        }
        lines.append(
            _COLUMNS.format(
                policy,
                len(ours),
                round(median(cost.calls for cost in ours)),
                round(median(prompts)),
                max(prompts),
                target or "",
                round(median(cost.pack for cost in ours)),
                ", ".join(f"{key} {tokens}" for key, tokens in parts.items()),
            )
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    costs = []
    for cost in measure(given.cases):
        costs.append(cost)
        print(f"{cost.case} {cost.policy}: {cost.prompt} in {cost.calls} calls", flush=True)
    if given.json is not None:
        document = [asdict(cost) | {"target": POLICIES[cost.policy][1]} for cost in costs]
        given.json.write_text(json.dumps(document, indent=1), "utf-8")
    print(table(costs))


if __name__ == "__main__":
    main()
