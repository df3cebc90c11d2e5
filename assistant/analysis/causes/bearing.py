"""Whether the content of a change bears on this failure: by kind, words, numbers and place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.analysis.causes.candidates import Candidate
from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.symptoms import Symptoms
from assistant.analysis.code.effects import best_fit
from assistant.analysis.code.findings import Finding
from assistant.analysis.code.hunks import findings
from assistant.analysis.code.inert import is_inert, is_inert_path
from assistant.analysis.code.literals import Quantity, quantities, shared
from assistant.analysis.code.words import (
    identifiers,
    inverse_document_frequency,
    overlap,
    telling_words,
)
from assistant.analysis.logs.frames import points_into
from assistant.domain.changes import Commit, ConfigChange, Hunk, Line

# Letters and digits both: a plain number is a value.
_DIGEST = re.compile(r"(?:\w+:)?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}", re.IGNORECASE)
_VERSION = re.compile(r"v?\d+(?:\.\d+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bearing:
    """How the content of one candidate relates to the symptoms; all numbers 0..1."""

    inert: bool = False
    inert_reason: str = ""
    fit: float = 0.0
    fit_reason: str = ""
    words: float = 0.0
    common: tuple[str, ...] = ()
    likeness: float = 0.0
    numbers: tuple[str, ...] = ()
    number_share: float = 0.0
    frame: str = ""
    guilty_hunks: tuple[Hunk, ...] = ()
    found: tuple[Finding, ...] = ()
    opaque: bool = False
    idf: Mapping[str, float] = field(default_factory=dict)


def bearings_of(
    candidates: Sequence[Candidate], facts: Facts, symptoms: Symptoms
) -> dict[str, Bearing]:
    """The Bearing of each candidate id: a commit that many deployments brought has one content.
    Word weights come from the candidates themselves: a word that every change has tells none
    apart."""
    distinct = list({c.id: c for c in candidates}.values())
    hunks = [hunks_of(c, facts) for c in distinct]
    documents = [_document(c, h) for c, h in zip(distinct, hunks, strict=True)]
    idf = inverse_document_frequency(documents)
    return {
        candidate.id: _bearing(candidate, theirs, document, idf, facts, symptoms)
        for candidate, theirs, document in zip(distinct, hunks, documents, strict=True)
    }


def hunks_of(candidate: Candidate, facts: Facts) -> tuple[Hunk, ...]:
    """The readable hunks of a candidate; a configuration change reads as a one-line hunk, unless
    it tells no more than that something is another now."""
    if candidate.commit is not None:
        return tuple(h for h in candidate.commit.hunks or () if h.lines)
    if candidate.kind == "config":
        for change in facts.changes.configs:
            if change.id == candidate.id and not only_digests(change):
                return (_config_hunk(change),)
    return ()


def only_digests(change: ConfigChange) -> bool:
    """Whether the values differ in digests, besides numbers of versions: the content changed, and
    is not to be read here."""
    before, after = set(change.before.split()), set(change.after.split())
    differing = before ^ after
    digests = {word for word in differing if _DIGEST.fullmatch(word)}
    return bool(digests) and all(_VERSION.fullmatch(word) for word in differing - digests)


def _config_hunk(change: ConfigChange) -> Hunk:
    lines = (
        Line("-", 1, f"{change.key}: {change.before}"),
        Line("+", 1, f"{change.key}: {change.after}"),
    )
    return Hunk(change.id, path=change.key, lines=lines)


def _document(candidate: Candidate, hunks: Sequence[Hunk]) -> frozenset[str]:
    live = [h for h in hunks if not is_inert(h)]
    text = "\n".join(
        [
            candidate.text,
            *(f"{h.symbol} {line.text}" for h in live for line in h.lines if line.sign != " "),
        ]
    )
    return frozenset(telling_words(text)) | identifiers(text)


def _bearing(
    candidate: Candidate,
    hunks: Sequence[Hunk],
    document: frozenset[str],
    idf: Mapping[str, float],
    facts: Facts,
    symptoms: Symptoms,
) -> Bearing:
    if _is_inert(candidate, hunks):
        return Bearing(
            inert=True, inert_reason="only documentation, tests, comments or moved lines"
        )
    query = {**symptoms.words, **dict.fromkeys(symptoms.identifiers, 1.0)}
    common = sorted(
        (w for w in query if w in document),
        key=lambda w: (w not in symptoms.identifiers, -query[w] * idf.get(w, 0)),
    )
    fitting = _best(candidate, hunks)
    chosen = best_fit(fitting, symptoms.mechanisms)
    numbers, share = _numbers(fitting, symptoms.quantities)
    frame = _frame(candidate, hunks, facts, symptoms)
    return Bearing(
        fit=chosen[1] if chosen else 0.0,
        fit_reason=_say(chosen),
        words=overlap(query, document, idf),
        common=tuple(common),
        likeness=(facts.likeness or {}).get(candidate.id, 0.0),
        numbers=numbers,
        number_share=share,
        frame=frame,
        guilty_hunks=_guilty(hunks, chosen, query),
        found=tuple(fitting),
        opaque=not hunks,
        idf=idf,
    )


def _is_inert(candidate: Candidate, hunks: Sequence[Hunk]) -> bool:
    """Whether nothing of it can change what runs; where hunks cannot be read, the paths must say
    so on their own."""
    commit = candidate.commit
    if commit is None:
        return False
    if commit.hunks and all(h.lines for h in commit.hunks):
        return all(is_inert(h) for h in hunks)
    return bool(commit.paths) and all(is_inert_path(p) for p in commit.paths)


def _best(candidate: Candidate, hunks: Sequence[Hunk]) -> list[Finding]:
    if candidate.commit is not None:
        return findings(candidate.commit)
    from_config = Commit(
        repository="",
        hash=candidate.id,
        author="",
        authored_at=candidate.at,
        committed_at=candidate.at,
        message="",
        hunks=tuple(hunks),
    )
    return findings(from_config)


def _say(chosen: tuple[Finding, float] | None) -> str:
    return f"{chosen[0].kind}: {chosen[0].detail}" if chosen else ""


def _numbers(
    found: Sequence[Finding], symptoms: Sequence[Quantity]
) -> tuple[tuple[str, ...], float]:
    """Changed numbers that telemetry shows too. A new value that telemetry shows is worth most
    when the old one stood there before."""
    best: tuple[tuple[str, ...], float] = ((), 0.0)
    for finding in found:
        new = shared(_of(finding, "+"), symptoms)
        old = shared(_of(finding, "-"), symptoms)
        news = [q for q in new if q.value not in {o.value for o in _of(finding, "-")}]
        olds = [q for q in old if q.value not in {n.value for n in _of(finding, "+")}]
        share = 1.0 if news and olds else 0.6 if news else 0.0
        if share > best[1]:
            best = (tuple(dict.fromkeys(q.text for q in [*olds, *news])), share)
    return best


def _of(finding: Finding, sign: str) -> list[Quantity]:
    return [q for line in finding.lines if line.sign == sign for q in quantities(line.text)]


def _frame(candidate: Candidate, hunks: Sequence[Hunk], facts: Facts, symptoms: Symptoms) -> str:
    if (blamed := facts.blamed.get(candidate.id)) is not None:
        return f"git blame of {blamed.path}:{blamed.line}"
    for hunk in hunks:
        if (frame := points_into(symptoms.frames, hunk)) is not None:
            return f"{frame.path}:{frame.line} {frame.function}".strip()
    return ""


def _guilty(
    hunks: Sequence[Hunk], chosen: tuple[Finding, float] | None, query: Mapping[str, float]
) -> tuple[Hunk, ...]:
    """The hunks that bear on the failure, most telling first: the one the best finding stands in,
    then those that share words with the symptoms."""
    live = [h for h in hunks if not is_inert(h)]
    shown = set(chosen[0].lines) if chosen and chosen[1] > 0 else set()

    def weight(hunk: Hunk) -> tuple[bool, float]:
        changed = Counter(
            w for line in hunk.lines if line.sign != " " for w in telling_words(line.text)
        )
        return bool(shown.intersection(hunk.lines)), sum(query.get(w, 0.0) for w in changed)

    return tuple(sorted(live, key=weight, reverse=True)[:3])
