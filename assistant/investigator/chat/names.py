"""Which services a sentence speaks of, among the names that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.analysis.catalogue import near_names

_WORD = re.compile(r"[A-Za-z0-9][\w.\-/]*[A-Za-z0-9]|[A-Za-z0-9]")
_GENERIC = ("services", "service", "svc", "srv", "server", "app")
_LONGEST = 4  # words of a name that is written apart: 'product catalog service'
_SHORTEST = 3  # letters of a name that is recognised without being written as it is
# A word in one of these places is meant as a service.
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:wrong|up|happening|happened|going\s+on)\s+(?:with|to|in|on)\s+(?:the\s+)?(?P<name>[\w.\-/]+)",
        r"\b(?:errors?|failures?|timeouts?|latency|exceptions?|crashes)\s+(?:on|in|of|from|at|for)"
        r"\s+(?:the\s+)?(?P<name>[\w.\-/]+)",
        r"\b(?:is|are|was|were|does|did|has)\s+(?:the\s+)?(?P<name>[\w.\-/]+)\s+(?:so\s+)?(?:slow|"
        r"down|broken|failing|erroring|crashing|degraded|unavailable|timing|returning|throwing|fail)",
        r"\bservice\s+(?P<name>[\w.\-/]+)",
    )
)
# Words that are no service, and nouns that are one only where a service is called exactly so.
_FUNCTION_WORDS = frozenset(
    "a an any anything everything something it its that this they them things the all our my us "
    "now there what why which who not being still so very one here in on of at is are".split()
)
_NOUNS = frozenset(
    "service services system systems site website app application prod production everyone people "
    "users requests request evidence cluster platform shop".split()
)


@dataclass(frozen=True, slots=True)
class Names:
    """Services by every name they go by, as `of` builds it."""

    by_alias: Mapping[str, str]  # squeezed name or alias → service
    services: tuple[str, ...]

    @classmethod
    def of(cls, services: Mapping[str, Sequence[str]]) -> Names:
        """From each service with its aliases. A name that two services could mean is nobody's."""
        claimed: dict[str, set[str]] = {}
        for service, aliases in services.items():
            for name in (service, *aliases):
                for form in _forms(name):
                    claimed.setdefault(form, set()).add(service)
        exact = {_squeezed(service): service for service in services}
        alone = {form: next(iter(who)) for form, who in claimed.items() if len(who) == 1}
        return cls(alone | exact, tuple(sorted(services)))

    def __bool__(self) -> bool:
        return bool(self.services)


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Services in the order in which a sentence names them; `unknown` is a word that stands where
    a service is meant and is none, with its `near` names."""

    services: tuple[str, ...] = ()
    unknown: str = ""
    near: tuple[str, ...] = ()


def mentioned(text: str, names: Names) -> Mentioned:
    """Longest names first, so that 'cart-db' is not taken for 'cart'."""
    words = [(match.start(), match[0].removesuffix("'s")) for match in _WORD.finditer(text)]
    found: dict[str, None] = {}
    at = 0
    while at < len(words):
        service, length = _at(words, at, names)
        if service:
            found.setdefault(service)
        at += length
    if found:
        return Mentioned(tuple(found))
    for unknown in _meant(text):
        return Mentioned((), unknown, near_names(unknown, names.services))
    return Mentioned()


def _at(words: Sequence[tuple[int, str]], at: int, names: Names) -> tuple[str, int]:
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        joined = _squeezed("".join(word for _, word in words[at : at + length]))
        service = names.by_alias.get(joined, "")
        if service and (length > 1 or _may_name(words[at][1], service)):
            return service, length
    return "", 1


def _may_name(word: str, service: str) -> bool:
    lower = word.lower()
    return lower not in _FUNCTION_WORDS and (lower not in _NOUNS or lower == service.lower())


def _meant(text: str) -> Iterator[str]:
    for place in _PLACES:
        for match in place.finditer(text):
            name = match["name"].strip("./-")
            known_words = _FUNCTION_WORDS | _NOUNS
            if name.lower() not in known_words and not name[:1].isdigit():
                yield name


def _forms(name: str) -> Iterable[str]:
    """A name as it is, and without a word that says only 'this is a service'."""
    squeezed = _squeezed(name)
    yield squeezed
    for generic in _GENERIC:
        stem = squeezed.removesuffix(generic)
        if stem != squeezed and len(stem) >= _SHORTEST:
            yield stem
            return
    yield from (squeezed + generic for generic in _GENERIC)


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
