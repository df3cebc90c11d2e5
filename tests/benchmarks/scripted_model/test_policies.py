"""Models that follow a rule: they read the pack, use tools as told, and answer through the schema
that they are offered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.scripted_model import Policy, policies

PACK = """verdict:
change_guilty, confidence 0.91: Commit 3895baf08e “a” of stockroom most likely did it. [E1 E2]
evidence:
E3 stockroom latency mean rose 0.01 → 1 at 09:27:00
E7 storefront latency mean rose 0.01 → 1 at 09:28:00
suspects:
commit 3895baf08e63 “a” by dmitri, live 08:58:54, score 0.96 [E1 E2]
"""
SERVICE = {"type": "object", "properties": {"service": {"type": "string"}}}
CHANGE = {
    "type": "object",
    "properties": {"change": {"type": "string"}, "lines": {"type": "integer", "minimum": 5}},
    "required": ["change", "lines"],
}


def tool(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


EXPLAIN = tool("Explanation", {"properties": {"sentences": {"type": "array"}}})
OFFERED = [tool("logs", SERVICE), tool("diff", CHANGE), tool("trace", SERVICE), EXPLAIN]


def request(*results: str, tools: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    heard = [{"role": "tool", "content": result} for result in results]
    return {"messages": [{"role": "user", "content": PACK}, *heard], "tools": tools or []}


def test_an_explanation_copies_the_pack_with_its_evidence() -> None:
    (use,) = policies.no_tool(request(tools=OFFERED)).tools
    assert use.name == "Explanation"
    assert isinstance(use.arguments, dict)
    assert use.arguments["guilty"] == "3895baf08e63"
    assert [sentence["evidence"] for sentence in use.arguments["sentences"]] == [
        ["E1", "E2"],
        ["E3"],
        ["E7"],
    ]
    assert json.loads(policies.no_tool(request()).text)["verdict"] == "change_guilty"


def test_three_tools_are_asked_in_one_turn_with_fitting_arguments() -> None:
    uses = policies.three_tools(request(tools=OFFERED)).tools
    assert [(use.name, use.arguments) for use in uses] == [
        ("logs", {"service": "stockroom"}),
        ("diff", {"change": "3895baf08e63", "lines": 5}),
        ("trace", {"service": "stockroom"}),
    ]
    assert policies.three_tools(request("found", tools=OFFERED)).tools[0].name == "Explanation"


@pytest.mark.parametrize(("policy", "turns"), [(policies.one_by_one, 3), (policies.wandering, 9)])
def test_the_others_ask_one_in_each_turn(policy: Policy, turns: int) -> None:
    asked = [
        policy(request(*(["found"] * turn), tools=OFFERED)).tools[0].name for turn in range(turns)
    ]
    assert asked == (["logs", "diff", "trace"] * 3)[:turns]
    # Once no tool is left to ask, even the one that wanders explains.
    assert policy(request(*(["found"] * turns), tools=[EXPLAIN])).tools[0].name == "Explanation"
