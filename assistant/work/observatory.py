"""Our own model calls under observation: meters, and where their telemetry goes."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found"

from __future__ import annotations

import ipaddress
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.domain.conversation import Feedback
from assistant.domain.ports import Ledger
from assistant.domain.report import Report
from assistant.domain.usage import CallContext, Score
from assistant.intake import Intake, ingest
from assistant.llmops.quality import score_of_feedback, scores_of
from assistant.settings import Settings
from assistant.telemetry import OwnTelemetry
from assistant.work.bookkeeping import Bookkeeper

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from assistant.llmops.export import Exported
    from assistant.llmops.instruments import Instruments
    from assistant.llmops.meter import Meter
    from assistant.llmops.prices import Prices

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_SIGNALS = ("traces", "metrics", "logs")


class Observatory:
    """Set up at its first use: without a model, and without an endpoint in the environment, it
    imports nothing and says nothing."""

    def __init__(
        self,
        settings: Settings,
        intake: Intake,
        ledger: Ledger,
        clock: Callable[[], datetime],
        *,
        long_running: bool,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._ledger = ledger
        self._clock = clock
        self._into_store = bool(settings.model_table)
        self._to_endpoint = signals_to_endpoint(
            environment,
            ports=(settings.api_port, settings.otlp_http_port),
            to_itself=long_running and not self._into_store,
        )
        self._lock = threading.Lock()
        self._exported: Exported | None = None
        self._silent = OwnTelemetry()
        self._parts: _Parts | None = None

    @property
    def telemetry(self) -> OwnTelemetry:
        if not (self._into_store or self._to_endpoint):
            return self._silent
        with self._lock:
            if self._exported is None:
                from assistant.llmops.export import exported

                deliver = self._deliver if self._into_store else None
                self._exported = exported(deliver, to_endpoint=self._to_endpoint)
            return self._exported.telemetry

    @property
    def instruments(self) -> Instruments:
        return self._made().instruments

    @property
    def prices(self) -> Prices:
        return self._made().prices

    def meter(self, context: CallContext) -> Meter:
        """For one investigation, chat or check."""
        from assistant.llmops.meter import Meter

        parts = self._made()
        return Meter(parts.books, context, parts.prices, self._clock, instruments=parts.instruments)

    def judge(self, scores: Sequence[Score], judged: Span | None = None) -> None:
        """Keep scores in the ledger, and tell them as evaluations of the span they judge."""
        parts = self._made()
        parts.books.judge(scores)
        for score in scores:
            parts.instruments.evaluated(score, judged)

    def judge_report(self, report: Report, meter: Meter) -> None:
        """The scores of a report that a model took part in; on return they and its calls are in
        the ledger."""
        prompt = report.narration.prompt if report.narration else None
        context = replace(meter.context, step="investigate", prompt=prompt)
        scores = scores_of(report, context, self._clock(), meter.retrievals)
        self.judge(scores, meter.judged)
        self._made().books.settle()

    def judge_feedback(self, feedback: Feedback, report: Report) -> None:
        """What a person thinks of it is a score as well."""
        self.judge([score_of_feedback(feedback, report)])

    def flush(self) -> None:
        """Everything said so far is stored, or sent, on return."""
        if self._parts:
            self._parts.books.settle()
        if self._exported:
            self._exported.flush()

    def close(self) -> None:
        if self._parts:
            self._parts.books.close()
        if self._exported:
            self._exported.close()

    def _made(self) -> _Parts:
        telemetry = self.telemetry
        with self._lock:
            if self._parts is None:
                self._parts = _Parts(telemetry, self._settings, self._intake, self._ledger)
            return self._parts

    def _deliver(self, signal: str, body: bytes) -> None:
        """As if it had come over the network: there is one reading of OTLP only."""
        from integrations.sources.otlp.mapping import decode
        from integrations.sources.otlp.wire import OtlpSignal

        decoded = decode(OtlpSignal(signal), body, received_ns=time.time_ns())
        ingest(self._intake, decoded.batch, decoded.changes)


class _Parts:
    """What meters share."""

    instruments: Instruments
    prices: Prices
    books: Bookkeeper

    def __init__(
        self, telemetry: OwnTelemetry, settings: Settings, intake: Intake, ledger: Ledger
    ) -> None:
        from assistant.llmops import names
        from assistant.llmops.changed import ChangeWatch
        from assistant.llmops.instruments import Instruments
        from assistant.llmops.prices import Prices

        self.instruments = Instruments(
            telemetry, mode=settings.genai_names, redactor=intake.redactor
        )
        self.prices = Prices(settings.model_table.values())
        failures = partial(self.instruments.count, names.LEDGER_FAILURES, 1, {})
        self.books = Bookkeeper(ledger, ChangeWatch(ledger, intake.changes), failures)


def signals_to_endpoint(
    environment: Mapping[str, str], *, ports: Sequence[int], to_itself: bool
) -> frozenset[str]:
    """The signals for which the environment names an endpoint. One that is this very server is
    left out unless `to_itself`: what goes into the store directly must not arrive twice."""
    named = {
        signal: environment.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT")
        or environment.get(_ENDPOINT, "")
        for signal in _SIGNALS
    }
    return frozenset(
        signal for signal, url in named.items() if url and (to_itself or not _is_here(url, ports))
    )


def _is_here(url: str, ports: Sequence[int]) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
        return loopback and parts.port in ports
    except ValueError:
        return False
