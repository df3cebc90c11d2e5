"""Chat: conversations over investigations, what people think of an answer, and the one stream of
events that the API, the terminal and Slack share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from assistant.domain.claim import Claim


class Role(StrEnum):
    PERSON = "person"
    ASSISTANT = "assistant"
    SUMMARY = "summary"  # stands for older turns that were compacted


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. `claims` are the checked sentences of an answer, `report_id` the
    investigation it speaks of, `author` a person or who wrote the answer (a model, or code)."""

    number: int  # 1, 2, … within its conversation
    at: datetime
    role: Role
    text: str
    author: str = ""
    claims: tuple[Claim, ...] = ()
    report_id: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`report_id` is the investigation that is spoken of now ('' before the first)."""

    id: str
    started: datetime
    channel: str = ""
    user: str = ""
    report_id: str = ""
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thinks of a report, or of one of its sentences. Moves no ranking."""

    id: str
    at: datetime
    report_id: str
    helpful: bool
    claim: str = ""  # the sentence it concerns; '' for the whole
    reason: str = ""
    outcome: str = ""  # what it was in the end, in the person's words
    user: str = ""
    channel: str = ""


class EventKind(StrEnum):
    STEP = "step"  # a step of the line began: text
    TOOL = "tool"  # a tool was called: text, data {tool, arguments}
    RESULT = "result"  # it answered: text in short, data {tool, total, shown, evidence}
    TOKEN = "token"  # noqa: S105  a piece of the answer as it is written: text
    CLAIM = "claim"  # a sentence was checked: data {text, evidence, standing, problems}
    REPORT = "report"  # a report is ready (again): data {id, verdict, confidence}
    ANSWER = "answer"  # the answer is complete: text, data {claims, report_id, author, usage}
    STOPPED = "stopped"  # it ended early: text says why, what was reached is in the report
    FAILED = "failed"  # nothing could be answered: text, data {hint}


@dataclass(frozen=True, slots=True)
class Event:
    """`number` counts up within one stream, so that a reader can resume after the last it saw."""

    number: int
    at: datetime
    kind: EventKind
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
