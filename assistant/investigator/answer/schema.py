"""What a model answers with: a small typed report. Lenient where models are sloppy (lists written
as text, code fences, missing fields), strict where meaning is at stake (verdict, guilty change,
what a sentence asserts)."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from assistant.domain.claim import Assertion, AssertionKind, Claim
from assistant.domain.report import Verdict
from assistant.investigator.answer.reading import compact, enum_like, many, one_line, share

_EVIDENCE_ID = re.compile(r"\bE\d+\b", re.IGNORECASE)
_NOTHING = {"", "none", "null", "no", "no change", "n/a", "-"}
_KINDS = {
    "trend": "direction",
    "sequence": "order",
    "time": "order",
    "causation": "cause",
    "causal": "cause",
    "negation": "absence",
    "number": "magnitude",
    "size": "magnitude",
}


def _evidence_ids(value: Any) -> list[str]:
    """['E1', 'E4'] from those, from '[E1], E4', or from 'see e1'; each once, in order."""
    found = (match.upper() for match in _EVIDENCE_ID.findall(" ".join(map(str, many(value)))))
    return list(dict.fromkeys(found))


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("write a sentence")
    return text


def _change_id(value: Any) -> str:
    text = one_line(value)
    return "" if text.lower() in _NOTHING else text


Line: TypeAlias = Annotated[str, BeforeValidator(one_line)]
Words: TypeAlias = Annotated[str, BeforeValidator(one_line), AfterValidator(_not_empty)]
Lines: TypeAlias = Annotated[list[Line], BeforeValidator(many)]
EvidenceIds: TypeAlias = Annotated[list[str], BeforeValidator(_evidence_ids)]
ChangeId: TypeAlias = Annotated[str, BeforeValidator(_change_id)]
Share: TypeAlias = Annotated[float | None, BeforeValidator(share)]


class Part(BaseModel):
    """A part of an answer; unknown fields are left out, missing ones empty."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Without titles, defaults and descriptions: the schema is paid for with every call."""
        return compact(super().model_json_schema(*args, **kwargs))


class Said(Part):
    """A domain Assertion as a model writes it."""

    kind: Annotated[
        AssertionKind, BeforeValidator(lambda value: enum_like(value, AssertionKind, _KINDS))
    ]
    subject: Line
    value: Line
    object: Line = ""

    def assertion(self) -> Assertion:
        return Assertion(self.kind, self.subject, self.value, self.object)


class Sentence(Part):
    """One sentence with what it rests on. Plain text stands for a sentence without evidence."""

    text: Words
    evidence: EvidenceIds = []
    asserts: Annotated[list[Said], BeforeValidator(many)] = []

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"text": value, "evidence": value} if isinstance(value, str) else value

    def claim(self) -> Claim:
        """Not checked yet: the gate gives it its standing."""
        asserts = tuple(said.assertion() for said in self.asserts)
        return Claim(self.text, tuple(self.evidence), asserts)


class Ranked(Part):
    """A hypothesis in the model's order. `ref` (H1, H2, …) is one of the evidence pack's; without
    it `title`, `kind` and `service` describe a new one."""

    ref: Line = ""
    title: Line = ""
    kind: Line = ""
    service: Line = ""
    suspect: ChangeId = ""
    confidence: Share = None
    supporting: EvidenceIds = []
    contradicting: EvidenceIds = []

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        known = re.match(r"\s*(H\d+)\b", value, re.IGNORECASE)
        return {"ref": known[1].upper()} if known else {"title": value}


class Step(Part):
    """A hop of the causal path."""

    source: Line
    target: Line
    relation: Line = ""
    evidence: EvidenceIds = []


class Excluded(Part):
    title: Line
    reason: Line = ""
    evidence: EvidenceIds = []


class Act(Part):
    """What to do about it, in words: commands come from the analysis only."""

    action: Line
    text: Line = ""
    evidence: EvidenceIds = []


class Reason(Part):
    """Why the analysis is overruled: a sentence that asserts nothing further."""

    text: Words
    evidence: EvidenceIds = []

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"text": value, "evidence": value} if isinstance(value, str) else value

    def claim(self) -> Claim:
        return Claim(self.text, tuple(self.evidence))


class Explanation(Part):
    """The explanation of the incident."""

    verdict: Annotated[Verdict, BeforeValidator(lambda value: enum_like(value, Verdict, {}))]
    guilty: ChangeId = ""
    confidence: Share = None
    sentences: Annotated[list[Sentence], BeforeValidator(many), Field(min_length=1)]
    hypotheses: Annotated[list[Ranked], BeforeValidator(many)] = []
    path: Annotated[list[Step], BeforeValidator(many)] = []
    ruled_out: Annotated[list[Excluded], BeforeValidator(many)] = []
    gaps: Lines = []
    next_checks: Lines = []
    remediation: Annotated[list[Act], BeforeValidator(many)] = []
    overrules: Reason | None = None

    @property
    def headline(self) -> Sentence:
        return self.sentences[0]

    @property
    def summary(self) -> list[Sentence]:
        return self.sentences[1:]

    def claims(self) -> tuple[Claim, ...]:
        """What the gate checks: the sentences in order, then the reason for overruling, if any."""
        reason = [self.overrules.claim()] if self.overrules else []
        return (*(sentence.claim() for sentence in self.sentences), *reason)

    @model_validator(mode="before")
    @classmethod
    def _headline_apart(cls, value: Any) -> Any:
        """Models like to write the headline, or the summary, as fields of their own."""
        if not isinstance(value, dict) or "sentences" in value:
            return value
        apart = [*many(value.get("headline")), *many(value.get("summary"))]
        return {**value, "sentences": apart} if apart else value

    @model_validator(mode="after")
    def _guilt_fits(self) -> Explanation:
        """A verdict and a guilty change that contradict each other are nobody's to guess."""
        if (self.verdict is Verdict.CHANGE_GUILTY) != bool(self.guilty):
            raise ValueError("guilty names a change exactly when verdict is change_guilty")
        return self


class Rewritten(Part):
    """A failing sentence in a better form; `number` is the one it was sent with."""

    number: int
    text: Words
    evidence: EvidenceIds = []
    asserts: Annotated[list[Said], BeforeValidator(many)] = []

    def sentence(self) -> Sentence:
        return Sentence(text=self.text, evidence=self.evidence, asserts=self.asserts)


class Repair(Part):
    """The corrected sentences."""

    sentences: Annotated[list[Rewritten], BeforeValidator(many)] = []


def problems_of(errors: list[Any]) -> str:
    """pydantic's errors in a line a model can act on: 'verdict: …; summary.0.text: …'."""
    parts = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors[:6]]
    return "; ".join(part.removeprefix(": ") for part in parts)
