"""What a sentence may stand on: the evidence it cites, and the typed parts of the report which that
evidence supports. What it does not cite it cannot lean on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from assistant.domain.claim import Standing
from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import (
    Breakdown,
    Hop,
    Hypothesis,
    Origin,
    Report,
    RuledOut,
    Suspect,
    TimelineMark,
)
from assistant.investigator.gate.courses import (
    CHANGES,
    Calls,
    Course,
    Moment,
    course_in_words,
    course_of,
    moments_in,
    tells_of,
)
from assistant.investigator.gate.names import names_of

_CALLED = re.compile(r"^(\S+) called (\S+) (\d+) times in the window, (\d+) of them failed")


@dataclass(frozen=True)
class Grounds:
    """A report and the evidence that one sentence cites."""

    report: Report
    cited: tuple[Evidence, ...]
    known: Mapping[str, Evidence]

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(e.id for e in self.cited)

    def _backs(self, evidence: Sequence[str]) -> bool:
        return not self.ids.isdisjoint(evidence)

    def _covers(self, evidence: Sequence[str]) -> bool:
        return bool(evidence) and self.ids.issuperset(evidence)

    @cached_property
    def services(self) -> frozenset[str]:
        """Every name of a service that the report knows."""
        return names_of(self.report, self.known.values())

    @cached_property
    def suspects(self) -> tuple[Suspect, ...]:
        return tuple(
            s
            for s in self.report.suspects
            if self._backs(s.evidence) or any(s.id[:10] in text for text in self.texts)
        )

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        return tuple(h for h in self.report.causal_path if self._backs(h.evidence))

    @cached_property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        return tuple(b for b in self.report.breakdowns if self._backs(b.evidence))

    @cached_property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        return tuple(
            h
            for h in self.report.hypotheses
            if self._backs(h.supporting) or self._backs(h.contradicting)
        )

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        return tuple(o for o in self.report.origins if self._backs(o.evidence))

    @cached_property
    def ruled_out(self) -> tuple[RuledOut, ...]:
        return tuple(r for r in self.report.ruled_out if self._backs(r.evidence))

    @cached_property
    def marks(self) -> tuple[TimelineMark, ...]:
        """Changes on the time axis that the cited evidence tells of."""
        whole = "\n".join(self.texts)
        return tuple(m for m in self.report.timeline if m.label and m.label in whole)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All that can be quoted, one text per piece of evidence."""
        return tuple(text_of(e) for e in self.cited)

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """What the analysis says in words about the things cited."""
        parts = [p for s in self.suspects for p in s.parts]
        parts += [p for o in self.origins for p in o.parts]
        reasons = [p.reason for p in parts if not p.evidence or self._backs(p.evidence)]
        own = {s.id for s in self.suspects}
        titles = [h.title for h in self.hypotheses if not h.suspect or h.suspect in own]
        out = [t for r in self.ruled_out for t in (r.title, r.reason)]
        findings = [f.text for o in self.origins for f in o.findings if self._backs(f.evidence)]
        who = [" ".join((s.id, s.title, s.author, s.version, s.deployment)) for s in self.suspects]
        claims = (self.report.headline, *self.report.summary)
        told = [
            c.text for c in claims if c.standing is Standing.ANALYSIS and self._covers(c.evidence)
        ]
        return (*told, *reasons, *titles, *out, *findings, *who)

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        return tuple(self._courses())

    def _courses(self) -> Iterator[Course]:
        for evidence in self.cited:
            if evidence.kind not in (EvidenceKind.SERIES, EvidenceKind.LOG):
                continue
            windows = [a for a in self.report.anomalies if tells_of(evidence, a)]
            told = course_in_words(evidence)
            if windows and ("onset_ns" in evidence.data or told is None or told.direction):
                yield from (course_of(a, evidence.id) for a in windows)
            elif told is not None:
                yield told

    @cached_property
    def calls(self) -> tuple[Calls, ...]:
        found = ((e.id, _CALLED.match(e.excerpt)) for e in self.cited)
        return tuple(Calls(i, m[1], m[2], int(m[3]), int(m[4])) for i, m in found if m is not None)

    @cached_property
    def changes(self) -> tuple[Evidence, ...]:
        """The cited evidence of changes."""
        return tuple(e for e in self.cited if e.kind in CHANGES)

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        return tuple(self._moments())

    def _moments(self) -> Iterator[Moment]:
        for c in self.courses:
            if c.earliest is not None and c.latest is not None:
                yield Moment(c.earliest, c.latest, "onset", c.service, c.evidence, c.onset)
            if c.end is not None:
                slack = timedelta(seconds=60)
                yield Moment(c.end - slack, c.end + slack, "end", c.service, c.evidence)
        for s in self.suspects:
            yield Moment(s.at, s.at, "change", s.service, "")
        for m in self.marks:
            yield Moment(m.at, m.at, "change", m.service, "")
        if self._backs(self.report.impact.evidence) and self.report.impact.since is not None:
            since = self.report.impact.since
            yield Moment(since, since, "onset", "", "")
        for evidence in self.cited:
            yield from moments_in(evidence, self.report.window.start)

    def course(self, evidence_id: str) -> tuple[Course, ...]:
        return tuple(c for c in self.courses if c.evidence == evidence_id)


def text_of(evidence: Evidence) -> str:
    """Title, excerpt, query and the texts in its data: all that a reader of it sees."""
    data = evidence.data
    pieces = [evidence.title, evidence.excerpt, evidence.query, evidence.service]
    pieces += [str(data[k]) for k in ("template", "name", "hash", "repository") if k in data]
    for key in ("samples", "paths"):
        pieces += [str(piece) for piece in data.get(key) or ()][:20]
    for span in (data.get("spans") or ())[:60]:
        if isinstance(span, dict):
            pieces.append(f"{span.get('service')} {span.get('operation')} {span.get('message')}")
    return "\n".join(pieces)
