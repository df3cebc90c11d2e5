"""What is said not to exist, never to have happened or nowhere to be mentioned is not among the
evidence that is cited for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.investigator.gate.denials import Denial
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.causes import BLAME, CAUSES
from assistant.investigator.gate.lexicon.health import EXISTS, SAYS
from assistant.investigator.gate.lexicon.motion import FLAT
from assistant.investigator.gate.linking import Event, events, vocabulary
from assistant.investigator.gate.names import stem, written_in
from assistant.investigator.gate.reading import Reading

# By stem, what people call a kind of evidence of which they say that there is none.
_KINDS = {
    EvidenceKind.DEPLOYMENT: "deploy redeploy releas rollout roll version revis ship",
    EvidenceKind.COMMIT: "commit patch",
    EvidenceKind.FLAG: "flag toggl switch",
}
_CHANGES = frozenset(("chang", "anyth", "noth"))
_LOGS = frozenset(("log", "record", "line", "messag", "entri", "mention", "word", "trace", "sign"))
_PASSIVE = re.compile(r"(?:\w+n't|never|not) (?:been )?\w+(?:ed|en|ut)\b")
_OF_NOUNS = ("no", "not a", "not any", "without")
_NEAR = 6  # words from a negation to what it denies the existence of


def check_existence(reading: Reading, grounds: Grounds) -> Iterator[str]:
    for denial in reading.denials:
        if not any(denial.covers(c.start) for c in reading.cues((*BLAME, *CAUSES))):
            yield from _happened(denial, reading, grounds)
        yield from _mentioned(denial, reading, grounds)


def _happened(denial: Denial, reading: Reading, grounds: Grounds) -> Iterator[str]:
    """'No release of checkout precedes the onset', 'the flag was never switched'."""
    said = {t.stem for t in reading.within(denial.start, denial.reaches)}
    passive = _PASSIVE.match(reading.plain.lower(), denial.start)
    start, _ = reading.clause(denial.start)
    behind = list(reading.within(denial.start, denial.reaches))[:_NEAR]
    head = (
        {t.stem for t in behind} if denial.subject or passive or denial.word in _OF_NOUNS else set()
    )
    before = {t.stem for t in reading.within(start, denial.start)} if passive else set()
    if not reading.said(EXISTS, start, denial.reaches) or reading.said(FLAT):
        return
    for kind, words in _KINDS.items():
        thing = set(words.split()) & (head | before)
        meant = [e for e in grounds.cited if e.kind is kind and _of(e, denial, reading)]
        if thing and meant and not _elsewhen(meant, said, grounds):
            yield f"There is one: {meant[0].title[:80]!r}."


def _of(evidence: Evidence, denial: Denial, reading: Reading) -> bool:
    start, _ = reading.clause(denial.start)
    named = reading.services_in(start, denial.reaches)
    return not named or any(stem(n) == stem(evidence.service) for n in named)


def _elsewhen(meant: Sequence[Evidence], said: set[str], grounds: Grounds) -> bool:
    """'None came after the onset' of what came before it, and the other way round."""
    found = events(grounds)
    onsets = [e for e in found if not e.change]
    own = [e for e in found if e.evidence in meant]
    if not onsets or not own:
        return False
    if said & {"after", "sinc", "later", "follow", "during"}:
        return all(_before(e, onsets) for e in own)
    return bool(said & {"befor", "preced", "prior", "earlier"}) and not any(
        _before(e, onsets) for e in own
    )


def _before(event: Event, onsets: Sequence[Event]) -> bool:
    return event.at <= min(o.latest for o in onsets)


def _mentioned(denial: Denial, reading: Reading, grounds: Grounds) -> Iterator[str]:
    """'Nothing in its log points to checkout', 'the log never mentions a full disk'."""
    start, _ = reading.clause(denial.start)
    about = {t.stem for t in reading.within(start, denial.reaches)}
    logs = [e for e in grounds.cited if e.kind is EvidenceKind.LOG]
    if not logs or not about & _LOGS or not reading.said(SAYS, start, denial.reaches):
        return
    own = [e for e in logs if _of_log(e, reading, start, denial.reaches)]
    for evidence in own:
        named = [n for n in reading.services_in(denial.end, denial.reaches)
                 if stem(n) != stem(evidence.service)]  # fmt: skip
        text = f"{evidence.title}\n{evidence.excerpt}"
        content = _content(reading, denial) - _LOGS
        known = vocabulary(evidence, grounds)
        if (named and any(written_in(text, n) for n in named)) or (
            not named and content and content <= known
        ):
            yield f"The log cited does say so: {evidence.title[:80]!r}."


def _of_log(evidence: Evidence, reading: Reading, start: int, end: int) -> bool:
    named = reading.services_in(start, end)
    return not named or any(stem(n) == stem(evidence.service) for n in named)


def _content(reading: Reading, denial: Denial) -> set[str]:
    """The stems of what is denied, without the small words."""
    own = {t.stem for t in reading.within(denial.end, denial.reaches)
           if len(t.word) > 3 and t.word not in _SMALL}  # fmt: skip
    said = {s for c in reading.cues(SAYS) for s in (t.stem for t in reading.within(c.start, c.end))}
    names = {t.stem for m in reading.services for t in reading.within(m.start, m.end)}
    return own - said - names


_SMALL = frozenset("this that there their with from such ever kind sort single about what".split())
