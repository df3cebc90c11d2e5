"""What a conversation remembers: when its prompt grows too long, everything so far becomes one
summary turn, which stands for all turns before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.domain.claim import Standing
from assistant.domain.conversation import Conversation, Role, Turn
from assistant.llmops.tokens import count

MAX_TOKENS = 2_000  # of the turns in a prompt, before they are compacted
SUMMARY_TOKENS = 500
_CLAIMS, _QUESTION = 3, 200


def remembered(conversation: Conversation) -> tuple[Turn, ...]:
    """The turns that a prompt holds: the latest summary and what came after it."""
    turns = conversation.turns
    last = next((n for n in range(len(turns) - 1, -1, -1) if turns[n].role is Role.SUMMARY), 0)
    return turns[last:]


def too_long(turns: Sequence[Turn], most: int = MAX_TOKENS) -> bool:
    return sum(count(turn.text) for turn in turns) > most


def facts(turns: Sequence[Turn], most: int = SUMMARY_TOKENS) -> str:
    """A summary by code: verdicts, questions and the sentences told, with their evidence, newest
    last; the oldest questions go first, verdicts stay. Unverified sentences are not kept."""
    kept = _Kept()
    for turn in turns:
        if turn.role is Role.SUMMARY:
            kept.add_all(turn.text.splitlines())
        elif turn.role is Role.PERSON:
            kept.add(f"Asked: {' '.join(turn.text.split())[:_QUESTION]}")
        else:
            _told(turn, kept)
    return kept.text(most)


def _told(turn: Turn, kept: _Kept) -> None:
    if turn.report_id:
        kept.speaks_of(turn.report_id)
    sound = [c for c in turn.claims if c.standing is not Standing.UNVERIFIED]
    for number, claim in enumerate(sound[:_CLAIMS]):
        ids = f" [{' '.join(claim.evidence[:4])}]" if claim.evidence else ""
        text = f"{' '.join(claim.text.split())[: 2 * _QUESTION]}{ids}"
        if number == 0 and kept.is_new_investigation:
            kept.verdict(f"Investigation {turn.report_id}: {text}")
        else:
            kept.add(f"Told: {text}")


@dataclass
class _Kept:
    """Lines in order; verdicts apart, so that they outlive the rest."""

    verdicts: dict[str, None] = field(default_factory=dict)
    lines: dict[str, None] = field(default_factory=dict)
    spoken_of: set[str] = field(default_factory=set)
    is_new_investigation: bool = False

    def speaks_of(self, report_id: str) -> None:
        self.is_new_investigation = report_id not in self.spoken_of
        self.spoken_of.add(report_id)

    def verdict(self, line: str) -> None:
        self.verdicts.setdefault(line)
        self.is_new_investigation = False

    def add(self, line: str) -> None:
        self.lines.pop(line, None)
        self.lines[line] = None

    def add_all(self, lines: Sequence[str]) -> None:
        for line in lines:
            if line.startswith("Investigation "):
                self.spoken_of.add(line.split(":")[0].removeprefix("Investigation "))
                self.verdicts.setdefault(line)
            elif line.strip():
                self.add(line)

    def text(self, most: int) -> str:
        left = most - sum(count(line) + 1 for line in self.verdicts)
        newest: list[str] = []
        for line in reversed(self.lines):
            left -= count(line) + 1
            if left < 0:
                break
            newest.append(line)
        return "\n".join((*self.verdicts, *reversed(newest)))
