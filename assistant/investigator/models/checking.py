"""Whether a configured model can do what an investigation asks of it, in plain words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.investigator.models import ConfiguredModel
from assistant.investigator.models.probes import TOOL, Probe, Told, probe
from assistant.investigator.models.troubles import Trouble, printable, trouble
from assistant.llmops.prices import Prices, Tokens

_MILLION = 1_000_000


class Standing(StrEnum):
    WORKS = "works"
    FAILS = "fails"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and its answer. `todo` says what to do about it; `needed` whether the settings
    rely on it; `seconds` is how long the call took, None without one."""

    question: str
    standing: Standing
    told: str
    todo: str = ""
    needed: bool = True
    seconds: float | None = None
    passing: bool = False  # it may work later: busy, or not reachable now


@dataclass(frozen=True, slots=True)
class Checked:
    """`cost_usd` is what this check itself cost, None when the price is unknown."""

    name: str
    provider: str
    model: str
    findings: tuple[Finding, ...]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.needed and f.standing is Standing.FAILS)


class _Report(BaseModel):
    """What the check of the schema asks for."""

    model_config = ConfigDict(extra="forbid", strict=True, title="report")

    service: str
    verdict: Literal["change", "load", "unknown"]
    minutes: int


def checked(model: ConfiguredModel, at: datetime) -> Checked:
    """Ask the model four small things. Raises InvalidSettings when it cannot be set up."""
    prices = Prices([model.settings])
    check = _Check(model, probe(model))
    findings = [*check.findings(), _price(model, prices, at)]
    tokens = Tokens(input=check.input_tokens, output=check.output_tokens)
    cost = prices.cost(model.model, model.provider, tokens, at) if check.input_tokens else 0.0
    return Checked(
        name=model.name,
        provider=model.provider,
        model=model.model,
        findings=tuple(findings),
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cost_usd=cost,
    )


class _Check:
    """The calls of one check; it sums up their tokens."""

    def __init__(self, model: ConfiguredModel, asked: Probe) -> None:
        self._model = model
        self._probe = asked
        self.input_tokens = 0
        self.output_tokens = 0
        self._silent = False  # whether a call told no usage

    def findings(self) -> Iterator[Finding]:
        first = self._asked("answers", self._probe.answer, _answers)
        yield first
        if first.standing is Standing.FAILS:
            return
        yield self._asked("streams", self._probe.stream, _streams)
        yield self._asked(
            "calls tools",
            self._probe.tool,
            _calls,
            todo='Set tools = "no" for this model: it then explains without tools.',
            needed=self._model.supports_tools,
        )
        yield self._asked(
            "obeys a JSON schema",
            lambda: self._probe.schema(_Report.model_json_schema()),
            _obeys,
            todo='Set structured = "tool" for this model, or "prompt" if it calls no tools.',
            needed=self._model.structured == "json_schema",
        )
        yield self._usage()

    def _asked(
        self,
        question: str,
        call: Callable[[], Told],
        judge: Callable[[Told], str | None],
        *,
        todo: str = "",
        needed: bool = True,
    ) -> Finding:
        """`judge` tells what is good about an answer, or None with what it is not."""
        begun = time.monotonic()
        try:
            told = call()
        except Exception as error:  # noqa: BLE001  whatever a server does is a finding
            found = trouble(error, self._model, self._probe.listed)
            return _failed(question, found, todo, needed)
        seconds = time.monotonic() - begun
        if told.usage is None:
            self._silent = True
        else:
            self.input_tokens += told.usage[0]
            self.output_tokens += told.usage[1]
        good = judge(told)
        if good is None:
            cut = "; it was cut off by its limit of tokens" if told.cut_off else ""
            said = f"it answered {_short(told)}{cut}"
            return Finding(question, Standing.FAILS, said, todo, needed, seconds)
        return Finding(question, Standing.WORKS, good, "", needed, seconds)

    def _usage(self) -> Finding:
        if not self._silent:
            said = f"{self.input_tokens} tokens in, {self.output_tokens} out in this check"
            return Finding("tells its usage", Standing.WORKS, said, needed=False)
        said = "at least one answer came without its tokens; Causeway then counts them itself"
        return Finding("tells its usage", Standing.FAILS, said, needed=False)


def _failed(question: str, found: Trouble, todo: str, needed: bool) -> Finding:
    what = todo if found.refused and todo else found.todo
    return Finding(question, Standing.FAILS, found.told, what, needed, passing=found.passing)


def _answers(told: Told) -> str | None:
    return f"“{_short(told)}”" if told.text.strip() else None


def _streams(told: Told) -> str | None:
    if told.pieces == 0:
        return None
    first = f"first piece after {told.first_s:.2f} s"
    return f"{first}, {told.pieces} pieces" if told.pieces > 1 else f"{first}, all in one"


def _calls(told: Told) -> str | None:
    good = told.tool == TOOL and told.arguments is not None and "service" in told.arguments
    return "it asked for the tool with arguments that fit" if good else None


def _obeys(told: Told) -> str | None:
    try:
        _Report.model_validate_json(told.text)
    except ValidationError:
        return None
    return "its answer fits the schema"


def _short(told: Told) -> str:
    if told.tool:
        return printable(f"with the tool call {told.tool}({dict(told.arguments or {})})", 100)
    return printable(told.text, 60) or "nothing"


def _price(model: ConfiguredModel, prices: Prices, at: datetime) -> Finding:
    read = prices.cost(model.model, model.provider, Tokens(input=_MILLION), at)
    written = prices.cost(model.model, model.provider, Tokens(output=_MILLION), at)
    if read is None or written is None:
        todo = "Set input_usd and output_usd (dollars per million tokens) for this model."
        said = "unknown: budget_usd cannot stop it, the other budgets do"
        return Finding("has a known price", Standing.UNKNOWN, said, todo, needed=False)
    origin = "settings" if model.settings.input_usd is not None else "genai-prices"
    said = f"${read:g} in, ${written:g} out per million tokens ({origin})"
    return Finding("has a known price", Standing.WORKS, said, needed=False)
