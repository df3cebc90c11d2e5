"""A model in a conversation: it gets the report, what was said, and the answer of code; what it
says goes sentence by sentence through the claim gate."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from langchain_core.tools import BaseTool
from pydantic import BeforeValidator, Field

from assistant.domain.claim import Standing
from assistant.domain.conversation import EventKind, Role, Turn
from assistant.domain.ports import Redactor
from assistant.domain.report import Report
from assistant.domain.usage import Budget, Score
from assistant.investigator.agent.asking import Outcome, Patience, ask_model
from assistant.investigator.agent.limits import Left, Limits, no_limit
from assistant.investigator.answer.reading import many
from assistant.investigator.answer.schema import Lines, Part, Sentence
from assistant.investigator.chat.chat import Said
from assistant.investigator.chat.compaction import SUMMARY_TOKENS, remembered
from assistant.investigator.chat.reply import Reply
from assistant.investigator.events import EventStream, OnStop
from assistant.investigator.gate import check_all
from assistant.investigator.models import ModelChain, Models
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting.framing import framed, line
from assistant.investigator.prompting.pack import evidence_pack
from assistant.llmops.meter import Meter
from assistant.llmops.quality import scores_of_claims
from assistant.llmops.tokens import count
from prompts import prompt

_PACK_TOKENS = 5_000
_SPOKEN, _SAID = 3_000, 600  # characters of the answer by code, of a turn before
_NAMES = {Role.PERSON: "person", Role.ASSISTANT: "assistant", Role.SUMMARY: "so far"}
_FIGURES = re.compile(r"\bE\d+\b|\d+(?:[.,:]\d+)*")
_PATIENCE = Patience()


class Answer(Part):
    """The answer, sentence by sentence."""

    sentences: Annotated[list[Sentence], BeforeValidator(many), Field(min_length=1)]


class Summary(Part):
    """Older turns in short."""

    lines: Lines


@dataclass(frozen=True)
class ModelSpeaker:
    """Implements `chat.Speaker` for one turn. `tools` are bound to the notebook of the turn."""

    models: Models
    meter: Meter
    budget: Budget
    redactor: Redactor
    tools: Callable[[Report, Notebook], Sequence[BaseTool]]
    judge: Callable[[Sequence[Score]], None]
    clock: Callable[[], datetime]
    today: Left = no_limit
    patience: Patience = _PATIENCE

    def reply(self, said: Said, by_code: Reply, emit: EventStream) -> Reply:
        """The model's sentences with their standing; the answer by code, and why, without any."""
        chain = self.models.for_step("chat")
        if chain is None:
            return by_code
        limits = self._limits(said.on_stop)
        emit(EventKind.STEP, f"asking the model {chain.first.model}")
        text = prompt("chat")
        with self.meter.agent("chat"):
            outcome = ask_model(
                chain,
                text.render(),
                self._material(said, by_code),
                self.tools(said.report, said.notebook),
                Answer,
                limits=limits,
                callbacks=[self.meter.with_step("chat", text.ref)],
                emit=emit,
                patience=self.patience,
            )
        return self._checked(outcome, said, by_code)

    def summary(self, turns: Sequence[Turn], emit: EventStream, on_stop: OnStop) -> str:
        """Those turns in short, '' without an answer. A line with a figure or an evidence id that
        was not said is left out."""
        chain: ModelChain | None = self.models.for_step("compact")
        if chain is None:
            return ""
        emit(EventKind.STEP, "summing up what was said")
        told = "\n".join(f"{_NAMES[turn.role]}: {turn.text}" for turn in turns)
        text = prompt("compact")
        with self.meter.agent("compact"):
            outcome = ask_model(
                chain,
                text.render(),
                framed("conversation", self.redactor.text(told)),
                [],
                Summary,
                limits=self._limits(on_stop),
                callbacks=[self.meter.with_step("compact", text.ref)],
                # What is written is for later turns, not for who listens now.
                emit=EventStream(lambda event: None, self.clock),
                patience=self.patience,
            )
        lines = outcome.parsed.lines if outcome.parsed is not None else []
        return _within(_grounded(lines, told))

    def _limits(self, on_stop: OnStop) -> Limits:
        meter = self.meter
        limits = Limits(self.budget, lambda: meter.usage, meter.price, today=self.today)
        on_stop(lambda: limits.stop("it was stopped"))
        return limits

    def _material(self, said: Said, by_code: Reply) -> str:
        """The report, what was said before, the answer of code and the question, all as data."""
        before = "\n".join(
            f"{_NAMES[turn.role]}: {line(turn.text, _SAID)}"
            for turn in remembered(said.conversation)[:-1]
        )
        answer = "\n".join(line(row, _SAID) for row in by_code.text.splitlines())
        parts = [evidence_pack(said.report, redactor=self.redactor, max_tokens=_PACK_TOKENS)]
        if before:
            parts.append(f"Said before:\n{self._framed('conversation', before)}")
        parts.append(f"Code answers:\n{self._framed('answer', answer[:_SPOKEN])}")
        parts.append(f"The question now:\n{self._framed('question', line(said.text, 2_000))}")
        return "\n".join(parts)

    def _framed(self, name: str, text: str) -> str:
        return framed(name, self.redactor.text(text))

    def _checked(self, outcome: Outcome[Answer], said: Said, by_code: Reply) -> Reply:
        usage = self.meter.usage
        if outcome.parsed is None:
            why = outcome.ended or "it said nothing that can be used"
            note = f"The model gave no answer: {why.rstrip('.')}. This one is by code."
            return replace(by_code, notes=(note, *by_code.notes), usage=usage)
        evidence = (*said.report.evidence, *said.notebook.found())
        drafts = [sentence.claim() for sentence in outcome.parsed.sentences]
        claims = tuple(check_all(drafts, said.report, evidence))
        context = replace(self.meter.context, step="chat", prompt=prompt("chat").ref)
        self.judge(scores_of_claims(claims, outcome.model, context, self.clock()))
        notes = [f"The model ended early: {outcome.ended}."] if outcome.ended else []
        if all(claim.standing is Standing.UNVERIFIED for claim in claims) and by_code.claims:
            notes.append("Nothing the model said could be verified; the answer of code is first.")
            claims = (*by_code.claims, *claims)
        return Reply(claims, tuple(notes), outcome.model, usage)


def _grounded(lines: Sequence[str], told: str) -> list[str]:
    known = set(_FIGURES.findall(told))
    return [row for row in lines if row and set(_FIGURES.findall(row)) <= known]


def _within(lines: Sequence[str], most: int = SUMMARY_TOKENS) -> str:
    kept: list[str] = []
    for row in lines:
        most -= count(row) + 1
        if most < 0:
            break
        kept.append(row)
    return "\n".join(kept)
