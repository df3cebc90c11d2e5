"""An answer, and how it reads as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.domain.claim import Claim, Standing
from assistant.domain.usage import Usage

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
    told: bool = False  # its sentences were in the stream already, as they were checked

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
