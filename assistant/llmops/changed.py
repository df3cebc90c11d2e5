"""A new prompt or another model is a change like any other: it may be to blame for what follows."""

from __future__ import annotations

import threading

from assistant.domain.changes import ConfigChange
from assistant.domain.ports import ChangeLog, Ledger
from assistant.domain.usage import ModelCall, PromptRef
from assistant.telemetry import SERVICE_NAME


class ChangeWatch:
    """Compares each call with the one before it, of the same step and prompt, and records what
    changed as configuration of service `causeway`."""

    def __init__(self, ledger: Ledger, changes: ChangeLog) -> None:
        self._ledger = ledger
        self._changes = changes
        self._last: dict[tuple[str, str], ModelCall | None] = {}
        self._lock = threading.Lock()

    def saw(self, call: ModelCall) -> None:
        """To be told before the call enters the ledger. Further attempts may be at another model
        and say nothing of the settings."""
        if call.attempt != 1 or call.context.prompt is None:
            return
        step, prompt = call.context.step, call.context.prompt
        with self._lock:
            key = step, prompt.name
            if key not in self._last:
                self._last[key] = self._ledger.latest(step, prompt.name)
            before, self._last[key] = self._last[key], call
        if before is None or before.context.prompt is None:
            return
        found = []
        if before.context.prompt != prompt:
            was = _version(before.context.prompt)
            found.append(_change(call, f"prompt {prompt.name}", was, _version(prompt)))
        if before.model != call.model:
            found.append(_change(call, f"model of {step}", before.model, call.model))
        if found:
            self._changes.record(found)


def _change(call: ModelCall, key: str, before: str, after: str) -> ConfigChange:
    return ConfigChange(
        id=f"{key} {call.id}".replace(" ", "-"),
        key=key,
        at=call.at,
        service=SERVICE_NAME,
        before=before,
        after=after,
    )


def _version(prompt: PromptRef) -> str:
    return f"v{prompt.version} {prompt.digest}"
