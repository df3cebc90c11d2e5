"""The tools as LangChain takes them: names, one line each, and typed arguments.

The schemas are paid for with every call of a model, so they say no more than it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant.investigator import tools as functions
from assistant.investigator.answer.reading import compact
from assistant.investigator.notebook import Notebook
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Finding
from assistant.investigator.tools.recall import KINDS

_LONGEST = 300  # characters of an argument


def _short(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError(f"at most {_LONGEST} characters")
    return text


# Checked by a function, because a length in the schema is paid for with every call.
Text: TypeAlias = Annotated[str, AfterValidator(_short)]


class _Arguments(BaseModel):
    """Nothing but what is declared, and nothing long."""

    model_config = ConfigDict(extra="forbid")


class _Times(_Arguments):
    since: Text = ""
    until: Text = ""


class _Anywhere(_Times):
    service: Text = ""


class _Series(_Times):
    service: Text
    name: Text = ""


class _Logs(_Anywhere):
    contains: Text = ""


class _Samples(_Times):
    service: Text
    contains: Text = ""


class _Trace(_Anywhere):
    failing: bool = True


class _Diff(_Arguments):
    commit: Text
    path: Text = ""


class _Blame(_Arguments):
    path: Text
    line: int
    commit: Text = ""


class _DrillDown(_Arguments):
    service: Text
    since: Text = ""


class _Search(_Arguments):
    query: Text
    kind: Annotated[Text, Field(json_schema_extra={"enum": list(KINDS)})] = ""
    service: Text = ""


class _Nothing(_Arguments):
    """No arguments."""


class _Runbooks(_Arguments):
    query: Text


def _blame(desk: Desk, notebook: Notebook, path: str, line: int, commit: str = "") -> Finding:
    return functions.blame(desk, notebook, path, line, commit)


_TOOLS: tuple[tuple[str, str, type[_Arguments], Callable[..., Finding]], ...] = (
    ("anomalies", "Series that left their usual level.", _Anywhere, functions.anomalies),
    ("series", "Course of series whose name holds these words.", _Series, functions.series),
    ("logs", "Log templates with counts before and since the onset.", _Logs, functions.logs),
    ("log_samples", "Whole log records.", _Samples, functions.log_samples),
    ("trace", "Span tree of a typical failing, or of the slowest, trace.", _Trace, functions.trace),
    ("topology", "Who calls whom, with failures.", _Anywhere, functions.topology),
    ("changes", "Deployments with commits, flags, settings.", _Anywhere, functions.changes),
    ("diff", "Hunks of a commit, or of one of its files.", _Diff, functions.diff),
    ("blame", "Who last wrote a line.", _Blame, _blame),
    ("drill_down", "Which requests fail or are slow.", _DrillDown, functions.drill_down),
    ("search", "Logs, failing spans, code like a text.", _Search, functions.search),
    ("similar_incidents", "Past incidents alike.", _Nothing, functions.similar_incidents),
    ("runbooks", "Passages of runbooks.", _Runbooks, functions.runbooks),
)


class _Tool(StructuredTool):
    """A tool whose schema carries only what a model needs."""

    arguments: type[BaseModel]

    @property
    def tool_call_schema(self) -> dict[str, Any]:
        schema = compact(self.arguments.model_json_schema())
        return {"title": self.name, "description": self.description, **schema}


def tools(desk: Desk, notebook: Notebook) -> list[BaseTool]:
    """Every tool, bound to one investigation. The artifact of an answer is
    {total, shown, evidence, title}; a CausewayError passes through for the agent to tell."""
    return [_bound(*row, desk, notebook) for row in _TOOLS]


def _bound(
    name: str,
    description: str,
    arguments: type[_Arguments],
    function: Callable[..., Finding],
    desk: Desk,
    notebook: Notebook,
) -> BaseTool:
    def call(**given: Any) -> tuple[str, dict[str, Any]]:
        found = function(desk, notebook, **given)
        return found.text, {
            "total": found.total,
            "shown": found.shown,
            "evidence": found.evidence,
            "title": found.title,
        }

    return _Tool(
        func=call,
        name=name,
        description=description,
        args_schema=arguments,
        arguments=arguments,
        response_format="content_and_artifact",
    )
