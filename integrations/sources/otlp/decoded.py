"""What one OTLP request became: columns to store, changes to record, and what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from assistant.domain.changes import RecordedChange
from assistant.domain.signals import SignalBatch
from integrations.sources.otlp.wire import RESPONSES, OtlpSignal

# What a receiver hands a request to. Returning means that it is durable; it raises Overloaded or
# StorageFull when nothing of it was kept.
Accept: TypeAlias = Callable[[SignalBatch, list[RecordedChange]], None]


@dataclass(frozen=True, slots=True)
class DecodedRequest:
    signal: OtlpSignal
    batch: SignalBatch = field(default_factory=SignalBatch)
    changes: list[RecordedChange] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)  # rows by the reason they were refused
    warnings: Counter[str] = field(default_factory=Counter)  # kept, but not as it was sent

    def response(self) -> Any:
        """The Export…ServiceResponse: `partial_success` only when something was refused (or, with
        zero rejected, when the sender should know of a repair)."""
        response = RESPONSES[self.signal]()
        notes = self.rejected + self.warnings
        if notes:
            rejected = self.rejected.total()
            partial = response.partial_success
            partial.error_message = "; ".join(f"{n} × {note}" for note, n in notes.most_common(10))
            if self.signal is OtlpSignal.TRACES:
                partial.rejected_spans = rejected
            elif self.signal is OtlpSignal.LOGS:
                partial.rejected_log_records = rejected
            else:
                partial.rejected_data_points = rejected
        return response
