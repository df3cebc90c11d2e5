"""What the services say about themselves under virtual time, kept whole in memory."""

from __future__ import annotations

import contextvars
import random
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

Labels = tuple[tuple[str, str], ...]
CURRENT: contextvars.ContextVar[Span | None] = contextvars.ContextVar("span", default=None)


class Span:
    """A span, and the context manager that times it."""

    __slots__ = (
        "attributes", "end_s", "kind", "message", "name", "ok", "parent_id", "process", "service",
        "span_id", "start_s", "token", "trace_id", "version",
    )  # fmt: skip

    def __init__(self, process: Telemetry, name: str, kind: str, attributes: Mapping[str, Any]):
        self.process = process
        self.service = process.service
        self.version = process.version
        self.name = name
        self.kind = kind
        self.attributes = dict(attributes)
        self.ok = True
        self.message = ""
        self.trace_id = ""
        self.parent_id = ""
        self.span_id = f"{process.archive.ids.getrandbits(64):016x}"
        self.start_s = process.now()
        self.end_s = self.start_s

    def set(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def fail(self, message: str) -> None:
        self.ok = False
        self.message = message

    def __enter__(self) -> Self:
        self.token = CURRENT.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        CURRENT.reset(self.token)
        if error is not None and self.ok:
            self.fail(f"{type(error).__name__}: {error}")
        self.end_s = self.process.now()
        self.process.archive.spans.append(self)


@dataclass(slots=True)
class Log:
    service: str
    at_s: float
    level: str
    message: str
    fields: dict[str, Any]
    trace_id: str
    span_id: str
    version: str


@dataclass(slots=True)
class Archive:
    """Everything recorded. Histograms and counters are kept by minute, gauges as samples."""

    ids: random.Random
    spans: list[Span] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)
    histograms: dict[tuple[str, str, Labels], dict[int, list[float]]] = field(default_factory=dict)
    counters: dict[tuple[str, str, Labels], dict[int, float]] = field(default_factory=dict)
    gauges: dict[tuple[str, str, Labels], dict[int, float]] = field(default_factory=dict)

    def sample(self, service: str, name: str, labels: Labels, minute: int, value: float) -> None:
        self.gauges.setdefault((service, name, labels), {})[minute] = value


class Telemetry:
    """What one process sees of the archive; the same calls as shoplib's own telemetry."""

    def __init__(
        self, archive: Archive, service: str, version: str, now: Callable[[], float], epoch_s: float
    ) -> None:
        self.archive = archive
        self.service = service
        self.version = version
        self.now = now
        self.epoch_s = epoch_s
        self.gauges: dict[tuple[str, Labels], Callable[[], float]] = {}

    def span(
        self,
        name: str,
        kind: str,
        attributes: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> Span:
        span = Span(self, name, kind, attributes)
        parent = CURRENT.get()
        if headers is not None:
            span.trace_id, span.parent_id = _context(headers) or (self._trace_id(), "")
        elif parent is not None and kind != "consumer":
            span.trace_id, span.parent_id = parent.trace_id, parent.span_id
        else:
            span.trace_id, span.parent_id = self._trace_id(), ""
        return span

    def _trace_id(self) -> str:
        return f"{self.archive.ids.getrandbits(128):032x}"

    def inject(self) -> dict[str, str]:
        span = CURRENT.get()
        return {} if span is None else {"traceparent": f"00-{span.trace_id}-{span.span_id}-01"}

    def _minute(self) -> int:
        return int((self.now() - self.epoch_s) // 60)

    def record(self, name: str, value: float, unit: str, attributes: Mapping[str, Any]) -> None:
        key = (self.service, name, _labels(attributes))
        minutes = self.archive.histograms.get(key)
        if minutes is None:
            minutes = self.archive.histograms[key] = defaultdict(list)
        minutes[self._minute()].append(value)

    def count(
        self, name: str, amount: float, unit: str, attributes: Mapping[str, Any] | None = None
    ) -> None:
        key = (self.service, name, _labels(attributes or {}))
        minutes = self.archive.counters.setdefault(key, defaultdict(float))
        minutes[self._minute()] += amount

    def gauge(
        self,
        name: str,
        read: Callable[[], float],
        unit: str,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        self.gauges[name, _labels(attributes or {})] = read

    def log(
        self,
        level: str,
        message: str,
        fields: Mapping[str, Any],
        error: BaseException | None = None,
    ) -> None:
        span = CURRENT.get()
        extra = dict(fields)
        if error is not None:
            message = f"{message}: {type(error).__name__}: {error}"
            extra["exception.type"] = type(error).__name__
            extra["exception.message"] = str(error)
            extra["exception.stacktrace"] = stack(error)
        self.archive.logs.append(
            Log(self.service, self.now(), level, message, extra,
                span.trace_id if span else "", span.span_id if span else "", self.version)
        )  # fmt: skip


def _labels(attributes: Mapping[str, Any]) -> Labels:
    return tuple((key, str(value)) for key, value in attributes.items())


def _context(headers: Mapping[str, str]) -> tuple[str, str] | None:
    if "traceparent" not in headers:
        return None
    _, trace_id, span_id, _ = headers["traceparent"].split("-")
    return trace_id, span_id


def stack(error: BaseException) -> str:
    """The stack trace as text: only frames of the shop, without this machine's paths."""
    frames = [
        f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("/")
    ]
    lines = ["Traceback (most recent call last):", *frames, f"{type(error).__name__}: {error}"]
    return "\n".join(lines)
