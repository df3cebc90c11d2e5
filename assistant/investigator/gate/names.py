"""Names of services: which a report knows, and where a text speaks of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assistant.domain.evidence import Evidence
from assistant.domain.report import Report

_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?")
_SEPARATOR = re.compile(r"[-.]")
_GENERIC = ("services", "service", "svc", "server", "api", "srv")
_NOT_A_NAME = re.compile(r"\s")
_KINDS = frozenset(("service", "svc", "api", "pod", "pods", "deployment", "team", "instances"))
_SHORTEST = 3


def names_of(report: Report, evidence: Iterable[Evidence]) -> frozenset[str]:
    """Every service that a report names anywhere, as it is written there."""
    return frozenset(n for n in _all(report, evidence) if n and not _NOT_A_NAME.search(n))


def _all(report: Report, evidence: Iterable[Evidence]) -> Iterator[str]:
    yield report.first_failing_service
    yield report.question.service
    yield from report.impact.services
    yield from (a.service for a in report.anomalies)
    yield from (a.key.peer for a in report.anomalies)
    yield from (s.service for s in report.suspects)
    yield from (o.service for o in report.origins)
    yield from (h.service for h in report.hypotheses)
    yield from (n for h in report.causal_path for n in (h.source, h.target))
    yield from (n for e in report.graph for n in (e.caller, e.callee))
    yield from (m.service for m in report.timeline)
    yield from (b.service for b in report.breakdowns)
    for piece in evidence:
        yield piece.service
        for span in (piece.data.get("spans") or ())[:60]:
            if isinstance(span, dict):
                yield str(span.get("service", ""))


def stem(name: str) -> str:
    """'checkout' of 'checkoutservice', 'checkout-api' and 'Checkout_Service'."""
    low = name.lower()
    for generic in _GENERIC:
        if low.endswith(generic) and len(low) - len(generic) >= _SHORTEST:
            low = low.removesuffix(generic).rstrip("-_.")
            break
    return re.sub(r"[-_.]", "", low)


@lru_cache(maxsize=256)
def _index(names: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Names by themselves, and by a stem that only one of them has."""
    exact = {name.lower(): name for name in sorted(names)}
    stems: dict[str, list[str]] = {}
    for name in sorted(names):
        stems.setdefault(stem(name), []).append(name)
    return exact, {s: found[0] for s, found in stems.items() if len(found) == 1}


def mentions(text: str, names: frozenset[str]) -> list[tuple[int, int, str, bool]]:
    """(start, end, name, exact): `exact` is False where only the stem stands ('checkout' for
    'checkoutservice') and no word such as 'service' follows it."""
    exact, stems = _index(names)
    found = []
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word.endswith(("'s", "’s")):
            word = word[:-2]
        if word in exact:
            found.append((match.start(), match.end(), exact[word], True))
        elif (bare := stem(word)) in stems:
            following = text[match.end() : match.end() + 12].lstrip(" -").split(" ")[0].lower()
            sure = bare != word or following.strip(".,;:'’") in _KINDS
            found.append((match.start(), match.end(), stems[bare], sure))
    return found


def written_in(text: str, name: str) -> bool:
    """Whether a text has the name, with whatever separators ('pantry_api' for 'pantry-api'), also
    as a part of a longer name. Its bare stem is a word like any other and a part of a path is no
    service: neither counts."""
    plain = _SEPARATOR.sub("_", name.lower())
    return bool(
        re.search(
            rf"(?<![a-z0-9/]){re.escape(plain)}(?![a-z0-9])", _SEPARATOR.sub("_", text.lower())
        )
    )
