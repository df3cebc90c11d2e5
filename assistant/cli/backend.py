"""Where commands get their answers: from the server that owns the stores, or from the stores.

One process owns a data directory. While `causeway serve` runs, the other commands ask it over its
API (`Remote`); otherwise they open the stores themselves for as long as they run (`Local`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.domain.conversation import Event, EventKind
from assistant.domain.errors import StoreInUse

if TYPE_CHECKING:
    from assistant.domain.changes import RecordedChange
    from assistant.domain.conversation import Conversation, Feedback
    from assistant.domain.report import Question, Report
    from assistant.domain.signals import Series
    from assistant.domain.usage import QualityRow, SpendRow, Usage
    from assistant.domain.window import TimeWindow
    from assistant.settings import Settings


class Backend(Protocol):
    """What commands need; failures are CausewayErrors, the same from both sides."""

    def investigate(
        self,
        question: Question,
        progress: Callable[[str], None],
        *,
        model: str = "",
        hear: Callable[[Event], None] = lambda event: None,
    ) -> Report:
        """`progress` may hear of each step, `hear` of everything a model does. `model` names one
        of the configured; 'none' asks for the analysis alone."""
        ...

    def changes(self, window: TimeWindow, services: Sequence[str]) -> Sequence[RecordedChange]: ...

    def record_changes(self, payload: bytes) -> Sequence[str]:
        """Record documented change JSON; returns the ids."""
        ...

    def services(self, window: TimeWindow | None) -> Sequence[dict[str, object]]: ...

    def series(self, window: TimeWindow, step_ns: int, services: Sequence[str]) -> Sequence[Series]:
        """Metrics and requests on a grid of at most 1,000 steps (whole seconds)."""
        ...

    def ingest_lines(
        self, form: str, lines: Sequence[str], *, service: str, first_line: int
    ) -> int:
        """Whole lines of ndjson or CSV; how many signals they were. Durable on return."""
        ...

    def ingest_otlp(self, signal: str, body: bytes, *, json: bool) -> None:
        """One OTLP request body (signal: traces, metrics or logs). Durable on return."""
        ...

    def start_chat(self, *, user: str, report_id: str) -> Conversation:
        """A new conversation, about a report if one is named. Raises NotFound."""
        ...

    def conversation(self, chat_id: str) -> Conversation:
        """With all its turns. Raises NotFound."""
        ...

    def conversations(self, limit: int) -> Sequence[Conversation]:
        """Without turns, newest first."""
        ...

    def say(self, chat_id: str, message: str) -> Iterator[Event]:
        """The events of the answer as they come, up to its last one."""
        ...

    def stop(self, chat_id: str) -> None:
        """End the answer that is being written."""
        ...

    def report(self, report_id: str) -> Report:
        """Raises NotFound."""
        ...

    def give_feedback(self, feedback: Feedback) -> None:
        """Raises NotFound without that report."""
        ...

    def costs(self, window: TimeWindow, by: Sequence[str]) -> tuple[Sequence[SpendRow], Usage]:
        """Calls of models by those keys, and their sum. Raises InvalidPayload for another key."""
        ...

    def quality(self, window: TimeWindow, by: Sequence[str]) -> Sequence[QualityRow]:
        """Scores by name and those keys. Raises InvalidPayload for another key."""
        ...

    def repository(self, path: Path) -> str:
        """The name under which an investigation can read the repository at `path`."""
        ...


@contextmanager
def connected(
    settings: Settings,
    *,
    patience: timedelta = timedelta(minutes=5),
    hear: Callable[[Event], None] = lambda event: None,
) -> Iterator[Backend]:
    """The right backend for the data directory; `hear` hears the steps before the first of an
    answer, numbered 0. Raises StoreInUse when its owner is a command that answers nobody,
    Unreachable when the server does not respond."""
    from retrievers.ownership import owner_of

    owner = owner_of(settings.data_dir)
    if owner is None:
        hear(_step("opening the stores"))
        from assistant.cli.local import Local
        from assistant.wiring import open_causeway

        with open_causeway(settings, long_running=False) as causeway:
            yield Local(causeway)
        return
    if not owner.address:
        raise StoreInUse(
            f"Another causeway command (process {owner.pid}) is using {settings.data_dir}.",
            hint="Wait until it is done, or set CAUSEWAY_DATA_DIR to another folder.",
        )
    hear(_step("asking the server"))
    from assistant.cli.remote import Remote

    remote = Remote(owner.address, patience)
    try:
        yield remote
    finally:
        remote.close()


def _step(text: str) -> Event:
    return Event(0, datetime.now(UTC), EventKind.STEP, text)
