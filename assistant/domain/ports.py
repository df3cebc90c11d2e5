"""The ports: small Protocols whose docstrings are contracts. `retrievers.memory` implements every
one of them in memory; `tests/conformance` holds one suite per port.

Common to all: methods are safe to call from several threads; nothing found is an empty result,
never None or an error, unless a contract says otherwise; results belong to the caller; every
failure is a `CausewayError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from assistant.domain.breakdown import AttributeUse, Crosstab
from assistant.domain.catalogue import Catalogue
from assistant.domain.changes import BlameLine, Commit
from assistant.domain.knowledge import Document, DocumentKind, Hit
from assistant.domain.records import ChangeLog, Conversations, FeedbackLog, Ledger, ReportStore
from assistant.domain.signals import Edge, LogRecord, LogShape, Series, SignalBatch, Trace
from assistant.domain.window import TimeWindow

Result = TypeVar("Result")

__all__ = [
    "CatalogueSource",
    "ChangeLog",
    "CodeHistory",
    "Compute",
    "Conversations",
    "FeedbackLog",
    "Knowledge",
    "Ledger",
    "LogReader",
    "MetricReader",
    "Redactor",
    "ReportStore",
    "TelemetryStore",
    "TelemetryWriter",
    "TraceReader",
]


class TelemetryWriter(Protocol):
    """Where ingested signals go."""

    def append(self, batch: SignalBatch) -> None:
        """Store a batch. On return it is durable (survives kill -9); on an error nothing of it
        is stored. A delivery repeated byte by byte may be stored twice.
        Raises Overloaded (queue full), StorageFull."""
        ...


class MetricReader(Protocol):
    def series(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        """One Series per stream and statistic, on the grid that starts at the window's start,
        ordered by key; `services` empty means all.

        gauges: mean per step. Cumulative monotonic sums: rate per second, a drop counts as a
        reset. Delta sums: rate per second. Non-monotonic sums: mean. Histograms: `rate`
        (observations per second), `p50` and `p95` estimated by linear interpolation in buckets.
        Streams of one service that differ only in instance stay apart (key.instance).
        Times come in seconds, whatever their unit was. NaN and infinite points never reach a
        Series. At most 2,000 streams per metric and service; raises InvalidWindow for a grid of
        more than 86,400 steps."""
        ...


class TraceReader(Protocol):
    def red(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        """RED per service and operation from server, consumer and root spans: signals TRAFFIC
        (statistic rate), ERRORS (ratio), LATENCY (p50 and p95, seconds), plus TRAFFIC, ERRORS and
        LATENCY p95 of calls from client/producer spans to a peer or a callee (key.peer set).
        The series of a whole service have operation ''. Weights are span counts. The busiest 300
        operations and 300 peers of each service."""
        ...

    def edges(self, window: TimeWindow) -> Sequence[Edge]:
        """Who calls whom: parent and child spans of different services, and client spans whose
        peer sent no spans (inferred). By calls, most first."""
        ...

    def traces(
        self,
        window: TimeWindow,
        service: str = "",
        *,
        errors_only: bool = False,
        limit: int = 20,
    ) -> Sequence[Trace]:
        """Whole traces with a span of `service` that starts in the window, spread evenly over
        the window by start; failing ones only if asked. At most `limit`."""
        ...

    def attributes(
        self, window: TimeWindow, service: str, *, calls: bool = False
    ) -> Sequence[AttributeUse]:
        """What the requests of a service (its server, consumer and root spans) carry, from a
        sample over the window: attributes of spans and resources that are text, numbers or
        truths, besides `operation`, `service.version` and `service.instance.id`; by name. With
        `calls`: the client and producer spans that have the service as their peer."""
        ...

    def breakdown(
        self,
        before: TimeWindow,
        after: TimeWindow,
        service: str,
        attributes: Sequence[str],
        *,
        calls: bool = False,
    ) -> Crosstab:
        """The same requests counted by the values of the attributes, as text; rows by code. Of
        each attribute the 1,000 busiest values are told apart, the rest is OTHER; in all at most
        50,000 rows, the busiest. A store may count a share of the traces only, and says so."""
        ...


class LogReader(Protocol):
    def shapes(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[LogShape]:
        """Records counted by service and shape, most frequent first; at most 20,000 shapes."""
        ...

    def records(
        self,
        window: TimeWindow,
        service: str = "",
        *,
        shape: str = "",
        trace_id: str = "",
        limit: int = 100,
    ) -> Sequence[LogRecord]:
        """Records in time order that match every given filter; at most `limit`."""
        ...

    def logged_in(
        self, window: TimeWindow, traces: Sequence[str], *, limit: int = 20_000
    ) -> Sequence[LogRecord]:
        """Records of the window that were written inside a span of one of the traces, in time
        order; at most `limit`."""
        ...


class TelemetryStore(TelemetryWriter, MetricReader, TraceReader, LogReader, Protocol):
    """The whole store of signals, as one owner holds it."""

    def extent(self, window: TimeWindow) -> TimeWindow | None:
        """From the first to the last signal inside the window (whole microseconds, half open)."""
        ...

    def services(self, window: TimeWindow) -> Mapping[str, Mapping[str, str]]:
        """Each service seen, with what its resource says of it: keys among version, instance,
        node, repository (vcs.repository.url.full), k8s_name, namespace."""
        ...

    def versions(self, window: TimeWindow) -> Sequence[tuple[str, str, int, int]]:
        """(service, service.version, first ns, last ns), by service then first; '' is left out."""
        ...

    def trim(self, *, before: datetime | None = None, max_bytes: int | None = None) -> int:
        """Forget signals older than `before`, then the oldest until the store is under
        `max_bytes`. Returns how many rows went."""
        ...

    def close(self) -> None: ...


class CodeHistory(Protocol):
    """Git, read only. `repository` is a configured name; raises NotFound for another,
    RepositoryError for one that cannot be read, InvalidRevision for a bad revision."""

    def repositories(self) -> Sequence[str]: ...

    def delivered(
        self, repository: str, last_good: str, current: str, *, limit: int = 500
    ) -> Sequence[Commit]:
        """Commits reachable from `current` but not from `last_good`, newest first, with hunks,
        whatever their dates. With an empty `last_good`: `current` alone with its first-parent
        predecessors of the last 24 hours. Merge commits carry only what they changed against
        their first parent when they are not plain merges."""
        ...

    def commits(
        self, repository: str, window: TimeWindow, *, limit: int = 2000
    ) -> Sequence[Commit]:
        """All branches, by commit time, newest first, with hunks."""
        ...

    def blame(self, repository: str, revision: str, path: str, line: int) -> BlameLine | None: ...

    def paths(self, repository: str, revision: str) -> Sequence[str]:
        """Every file of a revision, sorted."""
        ...

    def resolve(self, repository: str, revision: str) -> str:
        """The full hash, also for tags and abbreviations. Raises InvalidRevision."""
        ...


class Knowledge(Protocol):
    """The vector store: hybrid search over small texts."""

    def remember(self, documents: Sequence[Document]) -> None:
        """Idempotent by id. Returns once the texts can be found lexically; embedding follows in
        the background, once per distinct text."""
        ...

    def search(
        self,
        query: str,
        *,
        kinds: Sequence[DocumentKind] = (),
        services: Sequence[str] = (),
        window: TimeWindow | None = None,
        references: Sequence[str] = (),
        limit: int = 10,
    ) -> Sequence[Hit]:
        """Closest first. Filters: any of the kinds, services and references; last_ns ≥ window
        start and first_ns < window end."""
        ...

    def ready(self) -> bool:
        """Whether everything remembered so far is embedded."""
        ...

    def settle(self, timeout_s: float) -> bool:
        """Wait until ready; False when the time ran out."""
        ...

    def close(self) -> None: ...


class Redactor(Protocol):
    """Removes secrets and personal data, leaving stable pseudonyms."""

    def text(self, text: str) -> str: ...

    def batch(self, batch: SignalBatch) -> SignalBatch:
        """May change the columns in place and return the same batch."""
        ...


class CatalogueSource(Protocol):
    def catalogue(self) -> Catalogue: ...


class Compute(Protocol):
    """Where pure analysis runs: in place, or in a process of its own."""

    def __call__(self, function: Callable[..., Result], /, *arguments: object) -> Result: ...
