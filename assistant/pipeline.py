"""The straight line: ingest → store → anomaly windows → correlate → evidence → ranked hypotheses
→ explanation. Everything here speaks to ports; `wiring` decides what stands behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.domain.changes import RecordedChange
from assistant.domain.ports import ChangeLog, Redactor, TelemetryWriter
from assistant.domain.signals import SignalBatch


@dataclass(frozen=True, slots=True)
class Intake:
    """What ingest needs: `learn` is told of each stored batch and must return at once."""

    telemetry: TelemetryWriter
    changes: ChangeLog
    redactor: Redactor
    learn: Callable[[SignalBatch], None]


def ingest(intake: Intake, batch: SignalBatch, changes: Sequence[RecordedChange] = ()) -> None:
    """Redact and store; what returns without an error is durable. Learning follows later."""
    clean = intake.redactor.batch(batch)
    if changes:
        intake.changes.record(changes)
    if len(clean):
        intake.telemetry.append(clean)
        intake.learn(clean)
