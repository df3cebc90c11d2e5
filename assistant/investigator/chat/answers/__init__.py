"""Answers to follow-ups, by code, from the report and its evidence; nothing here asks a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from assistant.domain.claim import Claim
from assistant.investigator.chat.answers import changes, counsel, steering, symptoms, undoing
from assistant.investigator.chat.answers.book import Asked, Book
from assistant.investigator.chat.topics import Topic
from assistant.investigator.chat.understanding import FollowUp

__all__ = ["Book", "answered", "examples"]

_ANSWERS: Mapping[Topic, Callable[[Asked], Iterable[Claim]]] = {
    Topic.EVIDENCE: counsel.evidence,
    Topic.SIMILAR: counsel.similar,
    Topic.ROLLBACK: undoing.roll_back,
    Topic.CONFIDENCE: counsel.confidence,
    Topic.OWNER: counsel.owner,
    Topic.GAPS: counsel.gaps,
    Topic.WHY_NOT: changes.why_not,
    Topic.STEER: steering.steered,
    Topic.WHY_SUSPECT: changes.why_this,
    Topic.CHANGES: changes.what_changed,
    Topic.PATH: symptoms.path,
    Topic.REQUESTS: symptoms.requests,
    Topic.IMPACT: symptoms.impact,
    Topic.SINCE: symptoms.since_when,
    Topic.REMEDY: counsel.what_to_do,
    Topic.CHECKS: counsel.checks,
    Topic.ANOMALIES: symptoms.anomalies,
    Topic.SUMMARY: symptoms.what_happened,
}
_STARTS = ("why is checkout slow since 14:00?", "is anything broken right now?")


def answered(follow_up: FollowUp, book: Book) -> tuple[Claim, ...]:
    """The sentences that answer it, each with its evidence; empty for help."""
    answer = _ANSWERS.get(follow_up.topic)
    return tuple(answer(Asked(book, follow_up))) if answer is not None else ()


def examples(*, spoken_of: bool) -> tuple[str, ...]:
    """Questions that are understood: those that start an investigation, and, where one is spoken
    of, those about it."""
    return (*_STARTS, *(topic.value for topic in _ANSWERS)) if spoken_of else _STARTS
