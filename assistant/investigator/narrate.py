"""A report explained by a model: evidence pack → agent → claim gate → one repair → merge.

The analysis stands whatever the model does: what fails is the report as it was, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from langchain_core.tools import BaseTool

from assistant.domain.claim import Claim, Standing
from assistant.domain.conversation import EventKind
from assistant.domain.evidence import Evidence
from assistant.domain.ports import Redactor
from assistant.domain.report import Narration, Report
from assistant.domain.usage import Budget, PromptRef
from assistant.investigator.agent.asking import Outcome, Patience, ask_model
from assistant.investigator.agent.limits import Left, Limits, no_limit
from assistant.investigator.answer.merge import merged
from assistant.investigator.answer.overruling import ruling
from assistant.investigator.answer.schema import Explanation, Repair
from assistant.investigator.events import EventStream, OnStop, never
from assistant.investigator.gate import check_all
from assistant.investigator.models import ModelChain, Models
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting import words
from assistant.investigator.prompting.framing import framed
from assistant.investigator.prompting.pack import evidence_pack
from assistant.llmops.meter import Meter
from assistant.llmops.tokens import count
from prompts import prompt

__all__ = ["Narrator"]

_PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Judged:
    """The sentences of an answer, and its reason for overruling if it has one, as the gate left
    them; `stands` is the report whose verdict they may speak of."""

    stands: Report
    claims: tuple[Claim, ...]

    def failing(self) -> dict[int, Claim]:
        """By number, counting from 1."""
        numbered = enumerate(self.claims, 1)
        return {n: c for n, c in numbered if c.standing is Standing.UNVERIFIED}


@dataclass(frozen=True)
class Narrator:
    """Everything an explanation takes besides the report. `tools` are bound to a notebook, which
    keeps what they find; the meter's usage is what the budget is held against."""

    models: Models
    meter: Meter
    budget: Budget
    redactor: Redactor
    tools: Callable[[Report, Notebook], Sequence[BaseTool]]
    emit: EventStream
    patience: Patience = _PATIENCE
    on_stop: OnStop = never
    today: Left = no_limit
    prompts: Path | None = None  # a folder whose texts stand in for ours

    def __call__(self, report: Report) -> Report:
        """The report with the model's part in it, or as it was with why there is none; unchanged
        when no model serves this step."""
        chain = self.models.for_step("investigate")
        if chain is None:
            return report
        limits = Limits(self.budget, lambda: self.meter.usage, self.meter.price, today=self.today)
        self.on_stop(lambda: limits.stop("it was stopped"))
        notebook = Notebook(report)
        explained = report
        with self.meter.agent("investigator"):
            outcome = self._explained(report, notebook, chain, limits)
            if outcome.parsed is not None:
                judged = self._judged(outcome.parsed, report, notebook, limits)
                explained = merged(report, outcome.parsed, judged.claims, notebook)
        if outcome.ended:
            self.emit(EventKind.STOPPED, f"The model's part ended early: {outcome.ended}.")
        used = prompt("investigate", self.prompts).ref
        return _signed(explained, outcome, self.meter, notebook, used)

    def _explained(
        self, report: Report, notebook: Notebook, chain: ModelChain, limits: Limits
    ) -> Outcome[Explanation]:
        self.emit(EventKind.STEP, f"asking the model {chain.first.model}")
        pack = evidence_pack(report, redactor=self.redactor)
        outcome = self._asked(pack, report, notebook, chain, limits)
        if outcome.parsed is not None or not outcome.too_long:
            return outcome
        self.emit(EventKind.STEP, "too much for its context: asking again with half the evidence")
        half = evidence_pack(report, redactor=self.redactor, max_tokens=count(pack) // 2)
        again = self._asked(half, report, notebook, chain, limits)
        return replace(again, tools=(*outcome.tools, *again.tools))

    def _asked(
        self, pack: str, report: Report, notebook: Notebook, chain: ModelChain, limits: Limits
    ) -> Outcome[Explanation]:
        text = prompt("investigate", self.prompts)
        return ask_model(
            chain,
            text.render(),
            pack,
            self.tools(report, notebook),
            Explanation,
            limits=limits,
            callbacks=[self.meter.with_step("investigate", text.ref)],
            emit=self.emit,
            patience=self.patience,
        )

    def _judged(
        self, answer: Explanation, report: Report, notebook: Notebook, limits: Limits
    ) -> Judged:
        """Every sentence with its standing; those that fail have one chance to be written again."""
        self.emit(EventKind.STEP, "checking every sentence")
        draft = answer.claims()
        judged = _judge(answer, draft, report, notebook)
        if failing := judged.failing():
            better = self._rewritten(failing, notebook, limits)
            # A reason that holds now may turn the verdict, and with it what the others may say.
            tried = [better.get(number, claim) for number, claim in enumerate(draft, 1)]
            again = _judge(answer, tried, report, notebook)
            kept = check_all(draft, again.stands, _all(report, notebook))
            judged = Judged(again.stands, tuple(map(_better, kept, again.claims)))
        for claim in judged.claims:
            self.emit(
                EventKind.CLAIM,
                claim.text,
                evidence=list(claim.evidence),
                standing=claim.standing.value,
                problems=list(claim.problems),
            )
        return judged

    def _rewritten(
        self, failing: dict[int, Claim], notebook: Notebook, limits: Limits
    ) -> dict[int, Claim]:
        """One call with only the sentences that failed; empty when there is no answer."""
        chain = self.models.for_step("repair")
        if chain is None:
            return {}
        self.emit(EventKind.STEP, f"sending {len(failing)} sentences back")
        text = prompt("repair", self.prompts)
        cited = dict.fromkeys(e for claim in failing.values() for e in claim.evidence)
        shown = [found for e in cited if (found := notebook.cited(e))]
        outcome = ask_model(
            chain,
            text.render(),
            self._failures(failing, shown),
            [],
            Repair,
            limits=limits,
            callbacks=[self.meter.with_step("repair", text.ref)],
            emit=self.emit,
            patience=self.patience,
        )
        sentences = outcome.parsed.sentences if outcome.parsed else []
        return {s.number: s.sentence().claim() for s in sentences if s.number in failing}

    def _failures(self, failing: dict[int, Claim], shown: Sequence[Evidence]) -> str:
        lines = []
        for number, claim in failing.items():
            lines.append(f"{number}. {claim.text}{words.cites(claim.evidence)}")
            lines.extend(f"   {problem}" for problem in claim.problems)
        sentences = framed("sentences", self.redactor.text("\n".join(lines)))
        evidence = "\n".join(words.evidence(one) for one in shown) or "nothing that exists"
        return f"{sentences}\n{framed('evidence', self.redactor.text(evidence))}"


def _judge(
    answer: Explanation, draft: Sequence[Claim], report: Report, notebook: Notebook
) -> Judged:
    evidence, number = _all(report, notebook), len(answer.sentences)
    reason = check_all(draft[number:], report, evidence)
    stands = ruling(report, answer, next(iter(reason), None), notebook).report
    return Judged(stands, (*check_all(draft[:number], stands, evidence), *reason))


def _signed(
    explained: Report,
    outcome: Outcome[Explanation],
    meter: Meter,
    notebook: Notebook,
    used: PromptRef,
) -> Report:
    """With who wrote it and what it took; the merge knows what was overruled."""
    narration = Narration(
        model=outcome.model,
        prompt=used,
        usage=meter.usage,
        tools=outcome.tools,
        ended=outcome.ended,
        retrieved=tuple(one.id for one in notebook.found()),
    )
    if known := explained.narration:
        narration = replace(
            narration,
            overrules=known.overrules,
            engine_verdict=known.engine_verdict,
            engine_suspect=known.engine_suspect,
        )
    return replace(explained, narration=narration)


def _all(report: Report, notebook: Notebook) -> Sequence[Evidence]:
    return (*report.evidence, *notebook.found())


def _better(first: Claim, second: Claim) -> Claim:
    return second if second.standing is Standing.VERIFIED else first
