"""The first half of the straight line, apart from the second so that a server can take in
telemetry without waiting for the imports of the analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.analysis.logs.shapes import fill_shapes
from assistant.domain.changes import ConfigChange, Deployment, RecordedChange
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
    fill_shapes(clean)  # of the redacted bodies: a shape must not keep what redaction took out
    if changes:
        intake.changes.record([_redacted(change, intake.redactor) for change in changes])
    if len(clean):
        intake.telemetry.append(clean)
        intake.learn(clean)


def _redacted(change: RecordedChange, redactor: Redactor) -> RecordedChange:
    """Configuration holds secrets, and a value alone does not show that it is one: its key does."""
    actor = redactor.text(change.actor)
    if isinstance(change, Deployment):
        return replace(change, actor=actor, url=redactor.text(change.url))
    key = change.key if isinstance(change, ConfigChange) else change.flag
    before, after = (
        redactor.text(f"{key}={value}").removeprefix(f"{key}=")
        for value in (change.before, change.after)
    )
    return replace(change, actor=actor, before=before, after=after)
