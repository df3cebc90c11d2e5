"""An answer, and how it reads as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.domain.claim import Claim, Standing
from assistant.domain.report import Narration, Report
from assistant.domain.usage import Usage
from assistant.investigator.chat.answers import examples
from assistant.investigator.chat.topics import Topic
from assistant.investigator.chat.understanding import FollowUp, Fresh, NotUnderstood

BY_CODE = "code"  # the author of what no model wrote


@dataclass(frozen=True, slots=True)
class Reply:
    """Checked sentences, and what has no evidence because it is about the question itself: how it
    was read, what could not be answered, why a model gave no answer."""

    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()
    author: str = BY_CODE
    usage: Usage = field(default_factory=Usage)
    understood: bool = True
    told: tuple[Claim, ...] = ()  # those in the stream already, as they were checked

    @property
    def text(self) -> str:
        """A line for each note and sentence, evidence ids behind it, guesses marked."""
        return "\n".join([*self.notes, *map(in_text, self.claims)])


def in_text(claim: Claim) -> str:
    ids = f" [{'] ['.join(claim.evidence)}]" if claim.evidence else ""
    doubt = " (unverified)" if claim.standing is Standing.UNVERIFIED else ""
    return f"{claim.text}{ids}{doubt}"


def listed(heading: str, items: Sequence[str]) -> str:
    return "\n".join([heading, *(f"  {item}" for item in items)])


def answering(meant: FollowUp, claims: tuple[Claim, ...]) -> Reply:
    """The sentences of code that answer a follow-up; for help, what can be asked."""
    if meant.topic is Topic.HELP:
        return Reply(notes=(listed("You can ask, among others:", examples(spoken_of=True)),))
    return Reply(claims, meant.notes)


def narrated(report: Report, narration: Narration) -> Reply:
    """What a model said of a new report, or the report as code wrote it, with why."""
    claims = (report.headline, *report.summary)
    by_code = all(claim.standing is Standing.ANALYSIS for claim in claims)
    ended = f"The model's part ended early: {narration.ended.rstrip('.')}."
    notes = (ended,) if narration.ended else ()
    author = BY_CODE if by_code else narration.model
    told = () if by_code else claims
    return Reply(claims, notes, author, narration.usage, told=told)


def not_answered(meant: FollowUp | Fresh | NotUnderstood, *, spoken_of: bool = False) -> Reply:
    """What was not understood, the nearest names, and what can be asked."""
    offer = listed("You can ask, among others:", examples(spoken_of=spoken_of))
    if not isinstance(meant, NotUnderstood):
        return Reply(notes=(offer,))
    near = (f"Did you mean {', '.join(meant.near)}?",) if meant.near else ()
    notes = (meant.reason, *(near or (offer,)))
    return Reply(notes=notes, understood=False)
