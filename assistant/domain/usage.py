"""What our own model calls cost, how good their answers were, and how much may be spent."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

GROUPINGS = ("model", "provider", "step", "user", "channel", "investigation", "prompt", "day")
"""What calls and scores are grouped by; `prompt` reads name@version, `day` is UTC's."""


@dataclass(frozen=True, slots=True)
class PromptRef:
    """Which text a call was made with: `digest` is the SHA-256 of its file, shortened."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class CallContext:
    """On whose behalf a call is made; carried along, never guessed."""

    step: str  # investigate, repair, chat, compact, check, …: settings name a model per step
    investigation: str = ""
    conversation: str = ""
    user: str = ""
    channel: str = ""  # cli, api, web, slack, github, bench, …
    prompt: PromptRef | None = None


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One attempt at one call. Tokens are this call's own, never a running total; `input_tokens`
    includes those read from and written to a cache, `output_tokens` those of reasoning.
    `cost_usd` is None when the price is unknown."""

    id: str
    at: datetime
    context: CallContext
    model: str
    provider: str
    input_tokens: int
    output_tokens: int
    seconds: float
    cost_usd: float | None
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    first_chunk_s: float | None = None  # None when it did not stream
    attempt: int = 1
    outcome: str = "ok"  # or the type of the error: timeout, rate_limited, http_500, …
    estimated: bool = False  # the server told no usage: tokens were counted by us


@dataclass(frozen=True, slots=True)
class Usage:
    """A sum of calls. `cost_usd` adds up the known prices; `unpriced` counts the other calls."""

    calls: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @classmethod
    def of(cls, calls: Iterable[ModelCall]) -> Usage:
        """The sum of calls; those whose price is unknown are counted, never added as 0."""
        each = list(calls)
        return cls(
            calls=len(each),
            failed=sum(call.outcome != "ok" for call in each),
            input_tokens=sum(call.input_tokens for call in each),
            output_tokens=sum(call.output_tokens for call in each),
            cache_read_tokens=sum(call.cache_read_tokens for call in each),
            reasoning_tokens=sum(call.reasoning_tokens for call in each),
            cost_usd=math.fsum(call.cost_usd for call in each if call.cost_usd is not None),
            unpriced=sum(call.cost_usd is None for call in each),
            seconds=math.fsum(call.seconds for call in each),
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """How much an investigation may spend; None: no limit. Checked before each call."""

    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One measure of quality (an OpenTelemetry evaluation result): `value` in 0..1 unless its
    name carries a unit; `label` in words."""

    at: datetime
    name: str  # grounded_claims, semantic_hit_rate, retrieval_seconds, abstained, feedback, …
    value: float
    label: str = ""
    explanation: str = ""
    model: str = ""
    context: CallContext = field(default_factory=lambda: CallContext(step=""))


@dataclass(frozen=True, slots=True)
class SpendRow:
    """Calls that agree in the keys they were grouped by, e.g. (('model', 'm'), ('day', '…')).
    The times are those of calls that were answered: a quick refusal is no quick answer."""

    keys: tuple[tuple[str, str], ...]
    usage: Usage
    p50_s: float
    p95_s: float
    first_chunk_p50_s: float | None


@dataclass(frozen=True, slots=True)
class QualityRow:
    """Scores of one name that agree in the keys they were grouped by."""

    keys: tuple[tuple[str, str], ...]
    name: str
    count: int
    mean: float
    lowest: float
    p50: float = 0.0
    p95: float = 0.0
