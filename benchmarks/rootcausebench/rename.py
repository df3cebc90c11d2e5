"""A consistent renaming of a case, so that a result cannot rest on names seen before.

Services (with the word they are built on, wherever it stands as a word: in paths, identifiers and
texts), operations, the last part of routes, authors and the prefix of metrics change; everything
that says *what happened* stays. Case ids never reach an investigation in the first place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from benchmarks.rootcausebench.cases import Incident, Row, Truth

_ONSETS = "b br d dr f fl g gl h k kr l m n p pl r s st t tr v z".split()
_VOWELS = "a e i o u ai ou".split()
_SERVICE = re.compile(r"(?P<stem>[a-z]{4,})-?(?:service|svc|api)\Z")
_IDENTIFIER = re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b")
_SEGMENT = re.compile(r"/([a-z][a-z-]{3,})\b")


@dataclass(frozen=True, slots=True)
class Renaming:
    """Words by their new ones; `people` are whole values, `prefix` goes before metric names."""

    words: dict[str, str]
    segments: dict[str, str]
    people: dict[str, str]
    prefix: str

    @classmethod
    def of(cls, incident: Incident, seed: int) -> Renaming:
        """The same for the same incident and seed."""
        invent = _invention(random.Random(seed))
        words: dict[str, str] = {}
        for service in sorted(_services(incident)):
            match = _SERVICE.fullmatch(service)
            if match is None:
                words[service] = next(invent)
                continue
            stem = match["stem"]
            words.setdefault(stem, next(invent))
            words[service] = service.replace(stem, words[stem])
        for name in sorted(_identifiers(incident)):
            words[name] = next(invent).capitalize() + next(invent).capitalize()
        known = {w.lower() for w in words}
        segments = {s: next(invent) for s in sorted(_segments(incident)) if s not in known}
        people = {name: f"{next(invent)}.{next(invent)}" for name in sorted(_people(incident))}
        return cls(words, segments, people, next(invent))

    def incident(self, incident: Incident) -> Incident:
        """The incident under its new names."""
        renamed = {f.name: self._value(getattr(incident, f.name)) for f in fields(incident)}
        changed = Incident(**renamed)
        return replace(
            changed,
            alert=self._metric(changed.alert),
            metrics=tuple(map(self._metric, changed.metrics)),
            commits=tuple(self._person(c, "author") for c in changed.commits),
            flags=tuple(self._person(f, "actor") for f in changed.flags),
        )

    def truth(self, truth: Truth) -> Truth:
        """The labels under the same names; commits keep theirs."""
        return replace(
            truth,
            first_failing_service=self._text(truth.first_failing_service),
            blast_radius=frozenset(map(self._text, truth.blast_radius)),
        )

    def _metric(self, row: Row) -> Row:
        return {**row, "metric": f"{self.prefix}_{row['metric']}"} if row.get("metric") else row

    def _person(self, row: Row, key: str) -> Row:
        return {**row, key: self.people.get(row.get(key, ""), row.get(key, ""))}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {key: self._value(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._value(inner) for inner in value)
        return value

    def _text(self, text: str) -> str:
        text = _words(self.words).sub(lambda m: _cased(m[0], self.words), text)
        return _SEGMENT.sub(lambda m: "/" + self.segments.get(m[1], m[1]), text)


def _words(words: dict[str, str]) -> re.Pattern[str]:
    """Each word where it stands as one: alone, in snake_case or as a hump of CamelCase, maybe in
    the plural. Longest first, so that a service goes before the word it is built on."""
    forms: list[str] = []
    for word in sorted(words, key=len, reverse=True):
        escaped = re.escape(word)
        if not word.islower():
            forms.append(rf"(?<![A-Za-z]){escaped}(?![a-z])")
            continue
        forms.append(rf"(?<![A-Za-z]){escaped}(?=s?(?![a-z]))")
        forms.append(rf"(?<![A-Z]){re.escape(word.capitalize())}(?=s?(?![a-z]))")
        forms.append(rf"(?<![A-Za-z]){re.escape(word.upper())}(?![A-Za-z])")
    return re.compile("|".join(forms) or r"(?!)")


def _cased(found: str, words: dict[str, str]) -> str:
    new = words.get(found) or words[found.lower()]
    if found.islower() or found in words:
        return new
    return new.upper() if found.isupper() else new.capitalize()


def _services(incident: Incident) -> set[str]:
    rows = (*incident.logs, *incident.metrics, *incident.spans, *incident.deploys, *incident.flags)
    return {row["service"] for row in (*rows, incident.alert) if row.get("service")}


def _identifiers(incident: Incident) -> set[str]:
    return {name for row in incident.spans for name in _IDENTIFIER.findall(row["name"])}


def _segments(incident: Incident) -> set[str]:
    routes = [row["name"] for row in incident.spans]
    routes += [str(row.get("http.route", "")) for row in incident.logs]
    return {name for route in routes for name in _SEGMENT.findall(route)}


def _people(incident: Incident) -> set[str]:
    authors: Iterable[Any] = (row.get("author") for row in incident.commits)
    actors: Iterable[Any] = (row.get("actor") for row in incident.flags)
    return {name for name in (*authors, *actors) if name}


def _invention(source: random.Random) -> Iterator[str]:
    """Pronounceable words that mean nothing, none twice."""
    seen: set[str] = set()
    while True:
        word = "".join(source.choice(_ONSETS) + source.choice(_VOWELS) for _ in range(3))
        if word not in seen:
            seen.add(word)
            yield word
