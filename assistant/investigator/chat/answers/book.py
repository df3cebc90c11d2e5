"""What answers are made from: a report with its evidence, and sentences that cite it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from assistant.analysis.account.evidence import in_words
from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.catalogue import Catalogue
from assistant.domain.claim import Claim
from assistant.domain.evidence import EvidenceKind
from assistant.domain.report import Report, Suspect, TimelineMark
from assistant.domain.signals import Signal
from assistant.domain.window import to_ns
from assistant.investigator.chat.understanding import FollowUp
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting import words

_MARKS = {
    "deployment": EvidenceKind.DEPLOYMENT,
    "flag": EvidenceKind.FLAG,
    "config": EvidenceKind.CONFIG,
    "commit": EvidenceKind.COMMIT,
}


@dataclass(frozen=True)
class Book:
    """A report as answers read it. `look` finds the anomaly windows of services that the report
    does not list (nothing, where nobody can look)."""

    report: Report
    notebook: Notebook
    catalogue: Catalogue = field(default_factory=Catalogue)
    look: Callable[[Sequence[str]], Sequence[AnomalyWindow]] = lambda services: ()

    @property
    def day(self) -> datetime:
        return self.report.window.start

    @cached_property
    def _shown(self) -> dict[str, str]:
        return words.evidence_of_anomalies(self.report)

    def clock(self, moment: datetime) -> str:
        return f"{words.clock(moment, self.day)} UTC"

    def anomaly(self, found: AnomalyWindow) -> Claim:
        """Its numbers in a line, citing the evidence that shows it."""
        return Claim(f"{words.anomaly(found, self.day)}.", (self.evidence_of(found),))

    def evidence_of(self, found: AnomalyWindow) -> str:
        """The report's evidence of an anomaly window, or one kept now, of what the report says of
        it."""
        if known := self._shown.get(found.id):
            return known
        key = found.key
        is_log = key.signal is Signal.LOG_RATE
        kind = EvidenceKind.LOG if is_log else EvidenceKind.SERIES
        query = f"series service={key.service} signal={key.signal} name={key.name}"
        title = f"{key.service}: {key.name[:90]} {found.direction}"
        window = self.report.window
        data = {
            **({"template": key.name} if is_log else {}),
            "name": key.label(),
            "unit": key.unit,
            "signal": str(key.signal),
            "baseline": found.baseline,
            "peak": found.peak,
            "onset_ns": to_ns(found.onset),
            "onset_earliest_ns": to_ns(found.onset_earliest),
            "onset_latest_ns": to_ns(found.onset_latest),
        }
        return self.notebook.add(kind, title, in_words(found), query, window, key.service, data)

    def mark(self, mark: TimelineMark) -> str:
        """Evidence of a change on the time axis."""
        stamp = f"{mark.at:%Y-%m-%dT%H:%M:%SZ}"
        for known in self.report.evidence:
            same_time = known.kind is _MARKS[mark.kind] and known.excerpt.startswith(stamp)
            if same_time and (known.service == mark.service or mark.label in known.excerpt):
                return known.id
        text = f"{stamp} {mark.kind} {mark.label} ({mark.service or 'all'})"
        return self.notebook.add(
            _MARKS[mark.kind], text[:120], text, "changes", self.report.window, mark.service
        )

    def absent(self, text: str, query: str, service: str = "") -> Claim:
        """That something is not there, which is evidence of its own."""
        found = self.notebook.add(
            EvidenceKind.ABSENCE, text[:120], text, query, self.report.window, service
        )
        return Claim(text, (found,))


@dataclass(frozen=True, slots=True)
class Asked:
    """A follow-up with what it is answered from."""

    book: Book
    follow_up: FollowUp

    @property
    def report(self) -> Report:
        return self.book.report

    @property
    def services(self) -> tuple[str, ...]:
        return self.follow_up.services


def claim(text: str, *cited: Iterable[str]) -> Claim:
    """A sentence citing all of these ids, each once."""
    return Claim(text, tuple(dict.fromkeys(e for ids in cited for e in ids)))


def sentence(text: str) -> str:
    """With a full stop. Its first word stays as it is: it may be a name."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def change_name(suspect: Suspect) -> str:
    """'commit 4f1c9a7e2b6d “Simplify charge()”'."""
    short = f" {words.name_of(suspect.id)}" if suspect.kind == "commit" else ""
    return f"{suspect.kind}{short} “{suspect.title}”"


def evidence_of(suspect: Suspect) -> tuple[str, ...]:
    """Of the change itself, then of the parts of its score."""
    parts = (e for p in suspect.parts for e in p.evidence)
    return tuple(dict.fromkeys((*suspect.evidence, *parts)))
