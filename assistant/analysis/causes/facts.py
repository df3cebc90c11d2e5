"""All that an investigation knows before it judges: the input of `diagnose`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assistant.analysis.detection.windows import Detection
from assistant.analysis.logs.stacks import Frame
from assistant.analysis.traces.course import Course
from assistant.domain.catalogue import Catalogue
from assistant.domain.changes import ChangeSet
from assistant.domain.report import Breakdown, Question
from assistant.domain.signals import Edge, LogRecord, Series, Trace
from assistant.domain.window import TimeWindow


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What telemetry shows of the window, before anything is known of changes."""

    question: Question
    window: TimeWindow
    step_ns: int
    as_of: datetime
    detection: Detection
    series: Sequence[Series]
    edges: Sequence[Edge]
    failing: Sequence[Trace]  # traces with an error, from the onset on
    ordinary: Sequence[Trace]  # traces from before the onset
    catalogue: Catalogue = field(default_factory=Catalogue)
    # service → the machines it runs on
    placement: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # (service, service.version, first ns, last ns)
    versions: Sequence[tuple[str, str, int, int]] = ()
    later: Sequence[Trace] = ()  # traces from the onset on, failing or not
    course: Course = field(default_factory=Course)  # how traces run, against a good time
    usual: Sequence[Series] = ()  # of the time the question calls good, on the same step
    # (service, template) → some records of the loudest failing templates
    samples: Mapping[tuple[str, str], Sequence[LogRecord]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """An observation with the changes that could explain it and what memory says of them."""

    observation: Observation
    changes: ChangeSet
    # commit hash → likeness of its closest hunk with the symptoms, 0..1; None while the vector
    # store answers with its lexical side only
    likeness: Mapping[str, float] | None = None
    # commit hash → a frame of a failing stack whose line that commit last wrote
    blamed: Mapping[str, Frame] = field(default_factory=dict)
    # subsets of the first failing service's requests that carry the failures or the slowness
    breakdowns: Sequence[Breakdown] = ()
