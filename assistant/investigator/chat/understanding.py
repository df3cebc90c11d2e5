"""What a message asks, worked out by code: a fresh question, which starts an investigation, or a
follow-up on the one that is spoken of. What was not understood is told, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assistant.domain.report import Question, Report
from assistant.investigator.chat.names import Mentioned, Names, mentioned
from assistant.investigator.chat.times import When, foreign_zone, unread, when_of, window_of
from assistant.investigator.chat.topics import Topic, topic_of

_LONGEST = timedelta(hours=6)  # of a period: longer ones are read too coarsely to find an onset
_SINCE = timedelta(minutes=30)  # people round the time since which something is wrong
_LISTED = 12  # services, when one is unknown
_SYMPTOM = re.compile(
    r"\b(?:slow\w*|latenc\w+|errors?|erroring|exceptions?|fail\w*|down|broken?|wrong|time?\s?outs?"
    r"|timing out|[45]\d\d|[45]xx\w*|crash\w*|spik\w+|degrad\w+|unavailable|outages?|incidents?"
    r"|problems?|issues?|stuck|hang\w*|hung|unhealthy|lag\w*|alerts?|burn\w*|restart\w*|oom\w*"
    r"|unreachable|unresponsive|not (?:work|respond|load)\w*|healthy|ok|okay|behind|saturat\w+)\b",
    re.IGNORECASE,
)
_INVESTIGATE = re.compile(
    r"^\W*(?:please\s+)?(?:re-?)?investigate\b|\bnew (?:question|incident)\b", re.I
)
# Topics that make sense over a period that nobody has looked at yet.
_OPENING = frozenset(
    {
        Topic.CHANGES,
        Topic.ANOMALIES,
        Topic.IMPACT,
        Topic.SUMMARY,
        Topic.REQUESTS,
        Topic.SINCE,
        Topic.REMEDY,
    }
)
_SILENT = frozenset({Topic.HELP, Topic.EVIDENCE})  # topics that no time or service can change
# Topics that a service alone, which is not known, makes another question.
_OPEN = frozenset({None, Topic.ANOMALIES, Topic.SUMMARY, Topic.CHANGES})
_WHY = re.compile(r"^\W*(?:so |and |but )?why\b", re.I)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A question that starts an investigation; `topic` is what is asked of its report."""

    question: Question
    topic: Topic = Topic.SUMMARY
    services: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # how it was read


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question about the investigation that is spoken of."""

    topic: Topic
    text: str
    services: tuple[str, ...] = ()
    period: When | None = None
    notes: tuple[str, ...] = ()

    @property
    def by_code_alone(self) -> bool:
        """Whether a model could only repeat the answer."""
        return self.topic in _SILENT


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Nothing that can be answered by code, and why."""

    reason: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a message is read against."""

    now: datetime
    names: Names = field(default_factory=lambda: Names({}, ()))
    report: Report | None = None  # the investigation that is spoken of
    lookback: timedelta = timedelta(hours=3)


def understood(text: str, setting: Setting) -> Fresh | FollowUp | NotUnderstood:
    """A follow-up where an investigation is spoken of and the message does not point away from it
    (by a time outside of it, a service that has no part in it, or the word 'investigate')."""
    when = when_of(text, setting.now)
    rest = text.replace(when.said, " ") if when else text
    about = mentioned(rest, setting.names)
    topic = topic_of(rest)
    symptom = _SYMPTOM.search(rest) is not None
    if setting.report is not None and not _points_away(setting.report, when, about, topic, text):
        if topic in _OPEN and about.unknown and about.near:
            return _no_such_service(about, setting.names)
        if topic is None and symptom:
            topic = _symptom_topic(text, about)
        elif topic is None and about.services:
            topic = Topic.STEER
        if topic is not None:
            return FollowUp(topic, text, about.services, when, _unclear(text, when, about))
    where_or_when = bool(when or about.services)
    if not _can_start(topic, text, symptom=symptom, placed=where_or_when):
        return _without_report(topic, text)
    if about.unknown:
        return _no_such_service(about, setting.names)
    if topic is None and not (symptom or when or about.services):
        return NotUnderstood("I do not understand what is asked.")
    return _fresh(text, when, about, topic, setting)


def _points_away(
    report: Report, when: When | None, about: Mentioned, topic: Topic | None, text: str
) -> bool:
    if topic in _SILENT:
        return False
    if _starts(text) and topic is not Topic.STEER:
        return True
    if when is not None and (topic is None or topic in _OPENING):
        if topic is None or not (report.window.start <= when.start <= report.window.end):
            return True
        if when.end > max(report.window.end, report.as_of) + timedelta(minutes=10):
            return True
    known = services_of(report)
    asks_anew = topic in (None, Topic.ANOMALIES, Topic.SUMMARY)
    return asks_anew and bool(about.services) and not known.intersection(about.services)


def _starts(text: str) -> bool:
    return _INVESTIGATE.search(text) is not None


def services_of(report: Report) -> frozenset[str]:
    """Every service that a report speaks of."""
    return frozenset(
        {
            report.question.service,
            report.first_failing_service,
            *report.impact.services,
            *(a.service for a in report.anomalies),
            *(o.service for o in report.origins),
            *(s.service for s in report.suspects),
            *(h.service for h in report.hypotheses),
            *(name for e in report.graph for name in (e.caller, e.callee)),
        }
    ) - {""}


def _symptom_topic(text: str, about: Mentioned) -> Topic:
    if not about.services:
        return Topic.SUMMARY
    return Topic.PATH if _WHY.search(text) else Topic.ANOMALIES


def _no_such_service(about: Mentioned, names: Names) -> NotUnderstood:
    known = ", ".join(names.services[:_LISTED])
    others = f" Known services: {known}." if known and not about.near else ""
    return NotUnderstood(f"No service is called “{about.unknown}”.{others}", about.near)


def _can_start(topic: Topic | None, text: str, *, symptom: bool, placed: bool) -> bool:
    """Whether an investigation could answer it: most follow-ups need one to speak of, unless a
    symptom stands beside them with a service or a time."""
    if topic is None or topic in _OPENING:
        return True
    asks_why = topic in (Topic.WHY_SUSPECT, Topic.STEER) and placed
    return topic not in _SILENT and (_starts(text) or asks_why or (symptom and placed))


def _without_report(topic: Topic | None, text: str) -> FollowUp | NotUnderstood:
    if topic is Topic.HELP:
        return FollowUp(Topic.HELP, text)
    return NotUnderstood(
        "No investigation is spoken of yet, so there is nothing to say about that."
    )


def _fresh(
    text: str, when: When | None, about: Mentioned, topic: Topic | None, setting: Setting
) -> Fresh:
    now = setting.now
    service = about.services[0] if about.services else ""
    window, at = None, now
    if when is not None:
        period = window_of(when, now, setting.lookback, _LONGEST)
        at = min(when.start + _SINCE, now) if when.ongoing else min(when.end, period.end)
        # A single moment is looked at as far as the settings say.
        window = None if when.moment else period
    question = Question(at=at, service=service, window=window, symptom=text)
    shown = topic if topic is not None and topic in _OPENING else Topic.SUMMARY
    notes = (_read_as(when, service, now), *_unclear(text, when, about))
    return Fresh(question, shown, about.services, notes)


def _read_as(when: When | None, service: str, now: datetime) -> str:
    where = service or "the whole system"
    if when is None:
        return f"Understood: {where}, now ({now:%Y-%m-%d %H:%M} UTC)."
    if when.moment:
        return f"Understood: {where} at {when.start:%Y-%m-%d %H:%M} UTC."
    end = "now" if when.end >= now else f"{when.end:%Y-%m-%d %H:%M} UTC"
    cut = when.end - when.start > _LONGEST
    limit = (
        f", of which the first {_LONGEST // timedelta(hours=1)} hours are looked at" if cut else ""
    )
    return f"Understood: {where} from {when.start:%Y-%m-%d %H:%M} UTC to {end}{limit}."


def _unclear(text: str, when: When | None, about: Mentioned) -> tuple[str, ...]:
    notes = []
    if zone := foreign_zone(text):
        notes.append(
            f"{zone} means different zones to different people: the time was read as UTC. "
            "Write an offset, as in 14:00+01:00, for another."
        )
    if when is None and (words := unread(text)):
        notes.append(f"“{words}” was not understood as a time.")
    if len(about.services) > 1:
        others = ", ".join(about.services[1:])
        notes.append(
            f"The question is about {about.services[0]} first; {others} can be asked next."
        )
    return tuple(notes)
