"""A claim: one sentence, the evidence it rests on, and what it says in typed form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AssertionKind(StrEnum):
    DIRECTION = "direction"  # a series rose, fell, appeared or stopped
    ORDER = "order"  # one thing came before or after another
    CAUSE = "cause"  # one thing caused another, or did not
    ABSENCE = "absence"  # something did not happen, or is not there
    MAGNITUDE = "magnitude"  # how much, in numbers with their unit


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a sentence says, in a form that code can check against the analysis.

    kind       subject                      value                      object
    direction  evidence id                  rose|fell|appeared|stopped ''
    order      evidence id, change, service before|after               the same
    cause      service, change              caused|did_not_cause       service, evidence id
    absence    what is absent               absent                     service ('' for anywhere)
    magnitude  evidence id                  '4.2 s', '12 %', '3x'      ''
    """

    kind: AssertionKind
    subject: str
    value: str
    object: str = ""


class Standing(StrEnum):
    """Who vouches for a sentence."""

    ANALYSIS = "analysis"  # written by code from the analysis
    VERIFIED = "verified"  # a model's, and every check of its citations held
    UNVERIFIED = "unverified"  # a model's, and a check failed: shown as a guess


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence and the evidence it rests on; `problems` say which checks failed."""

    text: str
    evidence: tuple[str, ...]
    asserts: tuple[Assertion, ...] = ()
    standing: Standing = Standing.ANALYSIS
    problems: tuple[str, ...] = ()
