"""A sentence, read once: its quotes, times, numbers, names, identifiers and cue words. Every check
works on this and none reads the text again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import snowballstemmer

from assistant.investigator.gate.clock import Clock, Day, clocks, days
from assistant.investigator.gate.cues import Cue, cues
from assistant.investigator.gate.denials import Denial, denials
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.causes import HEDGES
from assistant.investigator.gate.names import mentions
from assistant.investigator.gate.quantities import Quantity, quantities

_QUOTE = re.compile(r"“([^”]*)”|\"([^\"]*)\"|`([^`]*)`|«([^»]*)»")
_HASH = re.compile(r"(?<![\w-])[0-9a-fA-F]{7,40}(?![\w-])")
_VERSION = re.compile(
    r"(?<![\w.])v?\d+(?:\.\d+){1,3}(?:-\w+(?:\.\w+)*)?(?![\w.]*\d)|(?<!\w)v\d[\w.-]*\w"
)
_IDENTIFIER = re.compile(
    r"(?<![\w/])/?[A-Za-z][\w]*(?:[._/:=-]+[\w{}<>*]+)+|(?<!\w)(?:[a-z]+|[A-Z][a-z]+)[A-Z]\w*|(?<!\w)[pP]\d{2,3}\b"
    r"|(?<!\w)/[\w/{}.-]+|\b(?:SELECT|INSERT|UPDATE|DELETE|GET|POST|PUT|PATCH|HEAD)(?=s?\b)"
)
_EVIDENCE_ID = re.compile(r"[\[(](?:E\d+(?:, ?| and )?)+[\])]|\bE\d+\b")
_CLAUSE = re.compile(r"[;:—]|, |\b(?:and|but|while|whereas|so|then|which|when|where|because)\b")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*|~|≈")
_SENTENCE_WORDS = frozenset(
    "first-failing root-cause follow-up knock-on read-only well-known long-running no-one and/or "
    "i.e e.g vs. co-occur up-to-date roll-back run-time real-time high-level low-level end-to-end "
    "opentelemetry postgresql mysql dynamodb github gitlab javascript typescript mongodb graphql "
    "devops openapi rabbitmq nodejs "
    "time-out non-zero so-called on-call in-flight sub-second".split()
)
_VERBATIM = 24
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Token:
    """A word at [start, end), in lower case and by its stem."""

    start: int
    end: int
    word: str
    stem: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody spoken of: a service by its name."""

    start: int
    end: int
    name: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """`plain` is the text with quotes, citations and passages taken over word for word blanked
    out, position by position; `clauses` are its parts as (start, end)."""

    text: str
    plain: str
    quoted: tuple[Mention, ...]
    clocks: tuple[Clock, ...]
    days: tuple[Day, ...]
    quantities: tuple[Quantity, ...]
    hashes: tuple[Mention, ...]
    versions: tuple[Mention, ...]
    identifiers: tuple[Mention, ...]
    services: tuple[Mention, ...]
    tokens: tuple[Token, ...]
    clauses: tuple[tuple[int, int], ...]
    denials: tuple[Denial, ...]
    borrowed: bool  # a passage of the analysis is taken over word for word

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(m.name for m in self.quoted)

    @property
    def hedged(self) -> bool:
        return any(t.word in HEDGES for t in self.tokens)

    def clause(self, position: int) -> tuple[int, int]:
        return next((c for c in self.clauses if c[0] <= position < c[1]), (0, len(self.text)))

    def cues(self, phrases: tuple[str, ...]) -> tuple[Cue, ...]:
        return cues(self.plain, phrases)

    def said(self, phrases: tuple[str, ...], start: int = 0, end: int | None = None) -> bool:
        """Whether one of the phrases stands in a part of the text."""
        last = len(self.text) if end is None else end
        return any(start <= c.start < last for c in self.cues(phrases))

    def negated(self, position: int) -> bool:
        """An odd number of negations reaches the position. 'Without' is none of a verb."""
        covering = [d for d in self.denials if d.covers(position) and d.word != "without"]
        return len(covering) % 2 == 1

    def denied(self, start: int, end: int) -> list[Denial]:
        """The negations in a part of the text."""
        return [d for d in self.denials if start <= d.start < end]

    def within(self, start: int, end: int) -> Iterator[Token]:
        return (t for t in self.tokens if start <= t.start < end)

    def names_in(self, start: int, end: int) -> list[str]:
        """Services, hashes, versions and identifiers."""
        named = (*self.services, *self.hashes, *self.versions, *self.identifiers)
        return [m.name for m in named if start <= m.start < end]

    def services_in(self, start: int, end: int) -> list[str]:
        return [m.name for m in self.services if start <= m.start < end]


def read(text: str, grounds: Grounds) -> Reading:
    text = text if len(text.lower()) == len(text) else text.lower()
    text = text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ").replace("\n", " ")
    own = _without_passages(text, grounds)
    plain = _blank(own, _EVIDENCE_ID.finditer(text))
    quoted = [
        Mention(m.start(), m.end(), q) for m in _QUOTE.finditer(plain) if (q := _inner(m).strip())
    ]
    plain = _blank(plain, _QUOTE.finditer(plain))
    times = clocks(plain)
    rest = _blank(plain, times)
    dates = days(rest)
    rest = _blank(rest, dates)
    services = [Mention(*m) for m in mentions(rest, grounds.services)]
    rest = _blank(rest, [m for m in services if m.exact])
    hashes = [m for m in _found(_HASH, rest) if _hexlike(m.name)]
    rest = _blank(rest, hashes)
    versions = [m for m in _found(_VERSION, rest) if m.name[0] in "vV" or m.name.count(".") > 1]
    rest = _blank(rest, versions)
    identifiers = [m for m in _found(_IDENTIFIER, rest) if m.name.lower() not in _SENTENCE_WORDS]
    rest = _blank(rest, identifiers)
    clauses = _clauses(rest)
    return Reading(
        text, plain, tuple(quoted), times, dates, quantities(rest), tuple(hashes), tuple(versions),
        tuple(identifiers), tuple(services), _tokens(rest), clauses,
        denials(rest, clauses), own != text,
    )  # fmt: skip


def _inner(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None)


def _hexlike(text: str) -> bool:
    return any(c.isdigit() for c in text) and (any(c.isalpha() for c in text) or len(text) >= 12)


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Mention]:
    return (Mention(m.start(), m.end(), m[0]) for m in pattern.finditer(text))


def _blank(text: str, spans: Iterable[object]) -> str:
    """The text with spaces in place of the spans: all else keeps its position."""
    for span in spans:
        start, end = span.span() if isinstance(span, re.Match) else (span.start, span.end)  # type: ignore[attr-defined]
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _without_passages(text: str, grounds: Grounds) -> str:
    """What the analysis itself wrote about the things cited, taken over word for word, needs no
    second check. Lines of logs and commits are not spared: anyone may have written them."""
    for passage in sorted(grounds.derived, key=len, reverse=True):
        at = text.find(passage) if len(passage) >= _VERBATIM else -1
        if at >= 0:
            text = text[:at] + " " * len(passage) + text[at + len(passage) :]
    return text


def _tokens(text: str) -> tuple[Token, ...]:
    found = [(m.start(), m.end(), m[0].lower().replace("’", "'")) for m in _WORD.finditer(text)]
    stems = _stemmer.stemWords([word.removesuffix("'s") for _, _, word in found])
    return tuple(Token(s, e, w, st) for (s, e, w), st in zip(found, stems, strict=True))


def _clauses(text: str) -> tuple[tuple[int, int], ...]:
    cuts = [0, *(m.start() for m in _CLAUSE.finditer(text)), len(text)]
    return tuple((a, b) for a, b in itertools.pairwise(cuts) if b > a)
