"""`python -m benchmarks.evaluation.scripted [OPTION…]`: `causeway eval` of the small suite, with a
server in a model's place that copies lines of the evidence pack. Options are those of the command:

    --baseline benchmarks/evaluation/suites/small/baseline.json    the gate, exit code 6 when worse
    --out DIR                                                      makes DIR/results.json anew

It tests the analysis and the machinery around a model; it says nothing about any model.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.cli import main as causeway
from benchmarks.scripted_model import Policy, ScriptedModel, policies

SUITE = Path(__file__).parent / "suites" / "small"
NAME = "scripted"


@contextmanager
def standing_in(policy: Policy, names: Sequence[str] = (NAME,)) -> Iterator[Mapping[str, str]]:
    """The environment in which the models called `names` are the scripted server."""
    with ScriptedModel(policy=policy) as server:
        table = {n: {"model": n, "base_url": server.url, "tools": "yes"} for n in names}
        yield {"CAUSEWAY_MODELS": json.dumps(table)}


def main(given: Sequence[str]) -> None:
    with standing_in(policies.no_tool) as environment:
        os.environ.update(environment)
        sys.argv = ["causeway", "eval", str(SUITE), "--model", NAME, "--no-record", *given]
        causeway()


if __name__ == "__main__":
    main(sys.argv[1:])
