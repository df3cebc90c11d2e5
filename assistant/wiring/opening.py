"""Which concrete parts stand behind the ports: opened in order, closed in the other."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.ports import (
    Compute,
    TelemetryStore,
)
from assistant.intake import Intake
from assistant.settings import Settings
from assistant.work.background import Timer
from assistant.work.commits import IndexingChangeLog
from assistant.work.compute import ProcessCompute
from assistant.work.learning import Learner
from assistant.work.observatory import Observatory
from assistant.work.runbooks import Runbooks
from retrievers.catalogue import FileCatalogue
from retrievers.code import GitHistory
from retrievers.knowledge import ChromaKnowledge
from retrievers.knowledge.bundled import bundled_embedder
from retrievers.knowledge.embedding import Embedder
from retrievers.memory import run_inline
from retrievers.ownership import own
from retrievers.telemetry import DuckDbTelemetry
from retrievers.wrappers.group_commit import GroupCommit
from retrievers.wrappers.late import LateRecords
from retrievers.wrappers.redacted import RedactedHistory
from retrievers.wrappers.traced import TracedEmbedder, TracedKnowledge

if TYPE_CHECKING:
    from assistant.llmops.instruments import Instruments
    from retrievers.records import (
        SqlChangeLog,
        SqlConversations,
        SqlFeedback,
        SqlLedger,
        SqlReportStore,
    )

from assistant.wiring.causeway import Causeway

_MIB = 1024 * 1024
_TRIM_EVERY_S = 15 * 60.0


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_causeway(
    settings: Settings, *, long_running: bool, clock: Callable[[], datetime] = now
) -> Iterator[Causeway]:
    """Own the data directory, open every store, and close them in the right order at the end.

    `long_running` adds what only a server needs: processes for the analysis, and retention on a
    timer. Raises StoreInUse, InvalidSettings, StorageFull."""
    with ExitStack() as stack:
        directory = stack.enter_context(own(settings.data_dir))
        store = DuckDbTelemetry(
            settings.data_dir / "telemetry.duckdb",
            memory_limit_mb=settings.telemetry_memory_mib,
            threads=settings.telemetry_threads,
        )
        stack.callback(store.close)
        records = LateRecords(lambda: _open_records(settings))
        stack.callback(records.close)

        def instruments() -> Instruments:
            return observatory.instruments

        knowledge = TracedKnowledge(
            ChromaKnowledge(
                settings.data_dir / "knowledge",
                TracedEmbedder(_embedder(settings), instruments),
                chroma_url=settings.chroma_url,
            ),
            instruments,
        )
        stack.callback(knowledge.close)
        compute = _compute(settings, stack, long_running=long_running)
        redactor = RuleRedactor(_redaction_key(settings.data_dir))
        code = RedactedHistory(GitHistory(settings.repositories), redactor)
        catalogue = FileCatalogue(settings.catalogue)
        changes = IndexingChangeLog(records.changes, code, knowledge, catalogue)
        stack.callback(changes.close)
        learner = Learner(knowledge)
        stack.callback(learner.close)
        writer = GroupCommit(store)
        stack.callback(writer.close)
        intake = Intake(writer, changes, redactor, learner)
        observatory = Observatory(
            settings, intake, records.ledger, clock, long_running=long_running
        )
        stack.callback(observatory.close)
        if long_running:
            stack.callback(_retention(settings, store, clock).close)
        causeway = Causeway(
            settings=settings,
            directory=directory,
            telemetry=store,
            changes=changes,
            reports=records.reports,
            ledger=records.ledger,
            conversations=records.conversations,
            feedback=records.feedback,
            knowledge=knowledge,
            catalogue=catalogue,
            code=code,
            compute=compute,
            clock=clock,
            intake=intake,
            learner=learner,
            runbooks=Runbooks(settings.runbooks, knowledge, redactor),
            own=observatory,
            open_records=records.open,
        )
        stack.callback(causeway.close)
        yield causeway


class _SqlRecords(NamedTuple):
    changes: SqlChangeLog
    reports: SqlReportStore
    ledger: SqlLedger
    conversations: SqlConversations
    feedback: SqlFeedback
    close: Callable[[], None]


def _open_records(settings: Settings) -> _SqlRecords:
    from retrievers.records import (
        SqlChangeLog,
        SqlConversations,
        SqlFeedback,
        SqlLedger,
        SqlReportStore,
        open_records,
    )

    engine = open_records(
        settings.records_url or f"sqlite:///{settings.data_dir / 'records.sqlite3'}"
    )
    return _SqlRecords(
        SqlChangeLog(engine),
        SqlReportStore(engine),
        SqlLedger(engine),
        SqlConversations(engine),
        SqlFeedback(engine),
        engine.dispose,
    )


def _redaction_key(directory: Path) -> bytes:
    """Of this installation alone: without it, whoever guesses a value could check the guess."""
    file = directory / "redaction.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(32))
    return file.read_bytes()


def _compute(settings: Settings, stack: ExitStack, *, long_running: bool) -> Compute:
    if not long_running or settings.compute_workers == 0:
        return run_inline
    pool = ProcessCompute(settings.compute_workers)
    stack.callback(pool.close)
    return pool


def _embedder(settings: Settings) -> Embedder:
    if settings.embedding == "bundled":
        return bundled_embedder(settings.data_dir / "models")
    from retrievers.knowledge.openai_endpoint import OpenAiEndpoint

    return OpenAiEndpoint(
        settings.embedding_url,
        settings.embedding_model,
        api_key=settings.embedding_api_key.get_secret_value(),
    )


def _retention(settings: Settings, store: TelemetryStore, clock: Callable[[], datetime]) -> Timer:
    age = timedelta(days=settings.retention_days)
    max_bytes = int(settings.retention_gib * 1024 * _MIB)

    def trim() -> None:
        store.trim(before=clock() - age, max_bytes=max_bytes)

    return Timer("retention", trim, interval_s=_TRIM_EVERY_S)
