"""What our own model calls leave behind in OpenTelemetry: spans, metrics and events."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found"

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from opentelemetry import trace
from opentelemetry.metrics import Histogram, Meter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from assistant.domain.ports import Redactor
from assistant.domain.usage import CallContext, ModelCall, Score
from assistant.domain.window import to_ns
from assistant.llmops import names
from assistant.llmops.measures import COUNTERS, HISTOGRAMS, METRIC_OF
from assistant.telemetry import OwnTelemetry

Value: TypeAlias = str | int | float | bool | Sequence[str]


class Content(Enum):
    """Where what was said to and by a model is recorded: nowhere, unless somebody asks for it."""

    NO_CONTENT = (False, False)
    SPAN_ONLY = (True, False)
    EVENT_ONLY = (False, True)
    SPAN_AND_EVENT = (True, True)

    @property
    def in_span(self) -> bool:
        return self.value[0]

    @property
    def in_event(self) -> bool:
        return self.value[1]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Content:
        told = environment.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "")
        return cls.__members__.get(told.strip().upper(), cls.NO_CONTENT)


@dataclass(frozen=True, slots=True)
class Said:
    """Messages in the conventions' form: role and parts."""

    input: Sequence[Mapping[str, object]]
    output: Sequence[Mapping[str, object]]


class Instruments:
    """Records calls, tools, agents, retrievals and scores under the names that are asked for."""

    def __init__(
        self,
        telemetry: OwnTelemetry,
        *,
        mode: names.Mode = "current",
        redactor: Redactor | None = None,
        content: Content | None = None,
    ) -> None:
        self.telemetry = telemetry
        self.content = Content.of(os.environ) if content is None else content
        self._mode = mode
        self._redactor = redactor
        self._histograms = _histograms(telemetry.meter, mode)
        self._counters = {
            name: telemetry.meter.create_counter(name, unit=unit)
            for name, unit in COUNTERS.items()
            if mode != "v1.41" or not name.startswith(names.USED)
        }

    def start(
        self,
        operation: str,
        target: str,
        attributes: Mapping[str, Value | None],
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        start_ns: int | None = None,
    ) -> Span:
        """A span below the current one; whoever starts it ends it."""
        return self.telemetry.tracer.start_span(
            f"{operation} {target}".strip(),
            kind=kind,
            start_time=start_ns,
            attributes=names.attributes({names.OPERATION: operation, **attributes}, self._mode),
        )

    def annotate(self, span: Span, attributes: Mapping[str, Value | None]) -> None:
        span.set_attributes(names.attributes(attributes, self._mode))

    def count(self, name: str, value: float, attributes: Mapping[str, Value | None]) -> None:
        if name in self._counters:
            self._counters[name].add(value, names.attributes(attributes, self._mode))

    def observe(self, name: str, value: float, attributes: Mapping[str, Value | None]) -> None:
        told = names.attributes(attributes, self._mode)
        for histogram, more in self._histograms[name]:
            histogram.record(value, {**told, **more})

    def called(self, call: ModelCall, per_chunk_s: Sequence[float] = ()) -> None:
        """The metrics of one finished call."""
        about = about_call(call)
        failed = {names.ERROR_TYPE: None if call.outcome == "ok" else call.outcome}
        self.observe(names.DURATION, call.seconds, {**about, **failed})
        if call.first_chunk_s is not None:
            self.observe(names.FIRST_CHUNK, call.first_chunk_s, about)
        for seconds in per_chunk_s:
            self.observe(names.PER_CHUNK, seconds, about)
        if call.input_tokens or call.output_tokens:
            self.observe(names.CALL_INPUT, call.input_tokens, about)
            self.observe(names.CALL_OUTPUT, call.output_tokens, about)
        modality = {**about, names.TOKEN_MODALITY: "text"}
        for name, tokens in (
            (names.USED_INPUT, call.input_tokens),
            (names.USED_OUTPUT, call.output_tokens),
            (names.USED_CACHE_READ, call.cache_read_tokens),
            (names.USED_CACHE_WRITE, call.cache_write_tokens),
            (names.USED_REASONING, call.reasoning_tokens),
        ):
            if tokens:
                self.count(name, tokens, modality)
        if call.cost_usd:
            self.count(names.COST_TOTAL, call.cost_usd, about)

    def evaluated(self, score: Score, judged: Span | None = None) -> None:
        """A score as an event of the span it judges, and as a metric."""
        self.event(
            names.EVALUATION_RESULT,
            {
                names.EVALUATION: score.name,
                names.SCORE_VALUE: score.value,
                names.SCORE_LABEL: score.label or None,
                names.SCORE_EXPLANATION: self.clean(score.explanation) or None,
                names.REQUEST_MODEL: score.model or None,
                **about_context(score.context),
            },
            at_ns=to_ns(score.at),
            span=judged,
        )
        if (metric := METRIC_OF.get(score.name)) is not None:
            self.observe(metric, score.value, {names.EVALUATION: score.name})

    def event(
        self,
        name: str,
        attributes: Mapping[str, Value | None],
        *,
        at_ns: int,
        span: Span | None = None,
    ) -> None:
        self.telemetry.events.emit(
            timestamp=at_ns,
            context=trace.set_span_in_context(span) if span else None,
            event_name=name,
            attributes=names.attributes(attributes, self._mode),
        )

    def clean(self, text: str) -> str:
        """Redacted; without a redactor nothing that was said is recorded at all."""
        return self._redactor.text(text) if self._redactor else ""

    def messages(self, said: Said) -> dict[str, Value | None]:
        return {
            names.INPUT_MESSAGES: self.clean(json.dumps(list(said.input), ensure_ascii=False)),
            names.OUTPUT_MESSAGES: self.clean(json.dumps(list(said.output), ensure_ascii=False)),
        }


def fail(span: Span, error_type: str, description: str = "") -> None:
    span.set_attribute(names.ERROR_TYPE, error_type)
    span.set_status(Status(StatusCode.ERROR, description or error_type))


def end(span: Span, seconds: float) -> None:
    """By the clock that never jumps, counted from the start."""
    start_ns = getattr(span, "start_time", None)
    span.end(start_ns + int(seconds * 1e9) if start_ns else None)


def about_call(call: ModelCall) -> dict[str, Value | None]:
    """What tells streams of metrics apart: few values each, or the streams would not end."""
    return {
        names.OPERATION: names.CHAT,
        names.PROVIDER: names.provider(call.provider),
        names.REQUEST_MODEL: call.model,
    }


def about_context(context: CallContext) -> dict[str, Value | None]:
    """On whose behalf, as attributes of spans and events."""
    prompt = context.prompt
    return {
        names.CONVERSATION: context.conversation or None,
        names.INVESTIGATION: context.investigation or None,
        names.STEP: context.step or None,
        names.CHANNEL: context.channel or None,
        names.USER: context.user or None,
        names.PROMPT_NAME: prompt.name if prompt else None,
        names.PROMPT_VERSION: prompt.version if prompt else None,
        names.PROMPT_DIGEST: prompt.digest if prompt else None,
    }


def _histograms(
    meter: Meter, mode: names.Mode
) -> dict[str, Sequence[tuple[Histogram, Mapping[str, str]]]]:
    """The instruments behind each current name, with the attributes that an old one needs."""
    made: dict[str, Histogram] = {}

    def histogram(name: str, unit: str, bounds: Sequence[float]) -> Histogram:
        if name not in made:
            made[name] = meter.create_histogram(
                name, unit=unit, explicit_bucket_boundaries_advisory=bounds
            )
        return made[name]

    behind: dict[str, Sequence[tuple[Histogram, Mapping[str, str]]]] = {}
    for name, (unit, bounds) in HISTOGRAMS.items():
        told: list[tuple[Histogram, Mapping[str, str]]] = []
        old = names.OLD_HISTOGRAMS.get(name)
        if mode != "v1.41" or old is None:
            told.append((histogram(name, unit, bounds), {}))
        if mode != "current" and old is not None:
            kind = names.OLD_TOKEN_TYPES.get(name)
            told.append((histogram(old, unit, bounds), {names.TOKEN_TYPE: kind} if kind else {}))
        behind[name] = told
    return behind
