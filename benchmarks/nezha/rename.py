"""A consistent renaming of a case, so that no result can rest on a name.

Services, with the words they are built on wherever these stand as words (in pods, operations,
classes and texts), what else names an operation, the hashes of pods, machines, and the prefix of
metrics change; what happened, when, and line numbers stay. Case ids never reach an investigation.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from benchmarks.nezha.cases import Case, Recording, Row, Truth, service_of

_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
_HASHED = "bcdfghjklmnpqrstvwxz2456789"  # the signs of Kubernetes' hashes
_SHORTEST = 4  # letters of a word that is not replaced by accident in the middle of another
_LETTERS = re.compile(r"[A-Za-z]+")
_PART = re.compile(r"[A-Za-z]{4,}")
_SEVERITIES = frozenset("trace debug info warn error fatal".split())
# Words that say what an operation is, not what it is called.
_PROTOCOL = frozenset("HTTP GET POST PUT DELETE PATCH SELECT INSERT UPDATE COMMIT CALL".split())


@dataclass(frozen=True, slots=True)
class Renaming:
    """Words, services, pods, machines and parts of operations by their new names; `prefix` goes
    before metrics."""

    words: dict[str, str]
    services: dict[str, str]
    pods: dict[str, str]
    nodes: dict[str, str]
    parts: dict[str, str]
    prefix: str
    tokens: dict[str, str] = field(default_factory=dict)  # those renamed so far

    @classmethod
    def of(cls, case: Case, seed: int) -> Renaming:
        """The same for the same case and seed."""
        source = random.Random(seed)
        invented = _invention(source)
        pods = sorted(_pods(case))
        services = sorted({service_of(pod) for pod in pods})
        words = {w: next(invented) for w in sorted(_words(services))}
        named = {s: f"{next(invented)}-{next(invented)}" for s in services}
        parts = {p: next(invented) for p in sorted(_parts(case)) if p.lower() not in words}
        nodes = {n: next(invented) for n in sorted(_nodes(case))}
        renamed = {p: _pod(p, named, source) for p in pods}
        return cls(words, named, renamed, nodes, parts, next(invented))

    def case(self, case: Case) -> Case:
        """The case under its new names."""
        return replace(
            case, around=self._recording(case.around), normal=self._recording(case.normal)
        )

    def truth(self, truth: Truth) -> Truth:
        """The label under the same names."""
        return replace(
            truth,
            service=self.services.get(truth.service, truth.service),
            pod=self.pods.get(truth.pod, truth.pod),
            cause=tuple(self.text(c) if "#" in c else self._metric(c) for c in truth.cause),
        )

    def text(self, text: str) -> str:
        """With every word replaced where it stands as one: alone or as humps of CamelCase."""
        return _LETTERS.sub(lambda m: self._token(m[0]), text)

    def _token(self, token: str) -> str:
        """Tokens are few and come again in every record."""
        if (known := self.tokens.get(token)) is None:
            pattern = _pattern(tuple(sorted(self.words, key=lambda w: (-len(w), w))))
            known = pattern.sub(lambda m: _cased(m[0], self.words), token)
            self.tokens[token] = known
        return known

    def _recording(self, recording: Recording) -> Recording:
        return Recording(
            logs=tuple(self._log(row) for row in recording.logs),
            spans=tuple(
                {**row, "pod": self.pods[row["pod"]], "operation": self._operation(row)}
                for row in recording.spans
            ),
            points=tuple(
                {
                    **row,
                    "entity": self.pods[row["entity"]],
                    "metric": self._metric(row["metric"]),
                }
                for row in recording.points
            ),
        )

    def _log(self, row: Row) -> Row:
        return {
            **row,
            "pod": self.pods[row["pod"]],
            "node": self.nodes.get(row["node"], row["node"]),
            "body": self.text(row["body"]),
        }

    def _operation(self, row: Row) -> str:
        return _PART.sub(lambda m: self.parts.get(m[0], m[0]), self.text(row["operation"]))

    def _metric(self, name: str) -> str:
        return f"{self.prefix}_{name}"


def _pod(pod: str, services: dict[str, str], source: random.Random) -> str:
    """The new service with hashes as long as the old ones."""
    service = service_of(pod)
    hashes = pod.removeprefix(service)
    return services[service] + "".join("-" if c == "-" else source.choice(_HASHED) for c in hashes)


def _words(services: Iterable[str]) -> set[str]:
    """What tells the services apart: words that stand in fewer than half of them."""
    services = list(services)
    counts = Counter(word for s in services for word in set(re.findall(r"[a-z]+", s.lower())))
    return {
        w for w, n in counts.items() if len(w) >= _SHORTEST and n <= len(services) / 2
    } - _SEVERITIES


def _parts(case: Case) -> set[str]:
    operations = {row["operation"] for r in (case.around, case.normal) for row in r.spans}
    return {p for o in operations for p in _PART.findall(o)} - _PROTOCOL


def _pods(case: Case) -> set[str]:
    found = {row["entity"] for r in (case.around, case.normal) for row in r.points}
    rows = (row for r in (case.around, case.normal) for row in (*r.logs, *r.spans))
    return found | {row["pod"] for row in rows}


def _nodes(case: Case) -> set[str]:
    return {row["node"] for r in (case.around, case.normal) for row in r.logs if row["node"]}


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any case of a word that no letter of the same hump continues, but for a plural."""
    forms = []
    for word in words:
        forms.append(rf"(?<![A-Za-z]){word}(?=s?(?![a-z]))")
        forms.append(rf"{word.capitalize()}(?=s?(?![a-z]))")
        forms.append(rf"(?<![A-Z]){word.upper()}(?![A-Z])")
    return re.compile("|".join(forms) or r"(?!)")


def _cased(found: str, words: dict[str, str]) -> str:
    new = words[found.lower()]
    if found.islower():
        return new
    return new.upper() if found.isupper() else new.capitalize()


def _invention(source: random.Random) -> Iterator[str]:
    """Words that mean nothing, none twice."""
    seen: set[str] = set()
    while True:
        word = "".join(source.choices(_SYLLABLES, k=3))
        if word not in seen:
            seen.add(word)
            yield word
