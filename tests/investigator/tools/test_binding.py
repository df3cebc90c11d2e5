"""The tools as a model gets them: lean schemas, checked arguments, answers with an artifact."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ValidationError

from assistant.domain.errors import UnknownService
from assistant.domain.report import Report
from assistant.investigator.tools.binding import tools
from assistant.llmops.tokens import count
from retrievers.memory import MemoryTelemetry
from tests.builders.system import System
from tests.investigator.tools.desk import GUILTY, a_desk, a_notebook


@pytest.fixture
def bound(shop: System, report: Report) -> dict[str, BaseTool]:
    desk = a_desk(shop, report, MemoryTelemetry())
    return {tool.name: tool for tool in tools(desk, a_notebook(desk))}


def call(tool: BaseTool, **arguments: Any) -> ToolMessage:
    answer = tool.invoke({"name": tool.name, "args": arguments, "id": "1", "type": "tool_call"})
    assert isinstance(answer, ToolMessage)
    return answer


def test_all_schemas_together_are_paid_for_with_every_call(bound: dict[str, BaseTool]) -> None:
    schemas = [convert_to_openai_tool(tool)["function"] for tool in bound.values()]
    assert count(json.dumps(schemas, separators=(",", ":"))) <= 700
    assert all(schema["description"] for schema in schemas)


def test_a_schema_tells_what_is_needed(bound: dict[str, BaseTool]) -> None:
    schema = convert_to_openai_tool(bound["blame"])["function"]
    assert schema == {
        "name": "blame",
        "description": "Who last wrote a line.",
        "parameters": {
            "type": "object",
            "properties": {
                "path": {"type": "string"},
                "line": {"type": "integer"},
                "commit": {"type": "string"},
            },
            "required": ["path", "line"],
        },
    }


def test_an_answer_carries_what_a_person_is_told(bound: dict[str, BaseTool]) -> None:
    answer = call(bound["diff"], commit=GUILTY[:8])
    evidence, rest = answer.text.split("\n", 1)
    assert rest.startswith("<data ")
    title = "commit 4f1c9a7e2b6d “Simplify coupons” by Ada"
    assert answer.artifact == {"total": 7, "shown": 7, "evidence": evidence, "title": title}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("series", {}),  # a service is needed
        ("series", {"service": "payments", "command": "rm -rf /"}),
        ("logs", {"contains": "x" * 301}),
        ("blame", {"path": "a.py", "line": "the first"}),
        ("trace", {"failing": "perhaps"}),
    ],
)
def test_arguments_are_checked(
    bound: dict[str, BaseTool], name: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        call(bound[name], **arguments)


def test_an_error_of_a_port_passes_to_the_agent(bound: dict[str, BaseTool]) -> None:
    with pytest.raises(UnknownService):
        call(bound["series"], service="nobody")


def test_nothing_but_reading(bound: dict[str, BaseTool]) -> None:
    assert set(bound) == {
        "anomalies",
        "series",
        "logs",
        "log_samples",
        "trace",
        "topology",
        "changes",
        "diff",
        "blame",
        "drill_down",
        "search",
        "similar_incidents",
        "runbooks",
    }
