"""States of the world that programs and exporters name themselves: see `marks`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.analysis.causes.marks import MARKS, Marks
from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, measured, said
from assistant.analysis.causes.repetition import repeated_subject
from assistant.analysis.logs.templates import LogTemplate

_FIRST_HAND = 0.5
_ONE_SUBJECT = 2.5  # log-odds that one bad record adds


def marked(clues: Clues) -> Iterator[OperationalCause]:
    """One cause for each kind of mark that logs or metrics bear."""
    for marks in MARKS:
        if (cause := _marked(marks, clues)) is not None:
            yield cause


def _marked(marks: Marks, clues: Clues) -> OperationalCause | None:
    scene = clues.scene
    told = [t for t in clues.templates if marks.said.search(t.exemplar.body)]
    shown = [
        a for a in scene.anomalies if marks.measured and marks.measured.search(a.window.key.name)
    ]
    if not told and not shown:
        return None
    parts = []
    subject = _subject(told, clues) if marks.about_one_subject else ""
    if subject:
        reason = f"nearly every failure is about {subject}"
        parts.append(part("all about one record", _ONE_SUBJECT, reason))
    if told:
        ids = scene.ids_of_templates(told)
        parts.append(part("logs name it", marks.said_weight, said(told[0]), ids))
        parts += [part("logs name it", 0.0, said(t)) for t in told[1:2]]
    if any(t.service == scene.first_failing for t in told):
        reason = f"{scene.first_failing}, which failed first, says so"
        parts.append(part("first hand", _FIRST_HAND, reason))
    if shown:
        ids = [a.window.id for a in shown]
        parts.append(part("metrics show it", marks.measured_weight, measured(shown[0]), ids))
    return weigh(
        Profile(marks.kind, marks.action, marks.mechanisms),
        marks.title,
        told[0].service if told else shown[0].window.service,
        parts,
        decisive=marks.decisive or bool(subject),
    )


def _subject(told: Sequence[LogTemplate], clues: Clues) -> str:
    samples = clues.observation.samples
    found = (repeated_subject(samples.get((t.service, t.template), ())) for t in told)
    return next((subject for subject in found if subject), "")
