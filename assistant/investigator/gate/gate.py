"""Checks claims: what a sentence says, and what it asserts in typed form, against the evidence it
cites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.domain.claim import Claim, Standing
from assistant.domain.evidence import Evidence
from assistant.domain.report import Report
from assistant.investigator.gate.checks.absences import check_absences
from assistant.investigator.gate.checks.asserts import check_asserts
from assistant.investigator.gate.checks.calm import check_calm
from assistant.investigator.gate.checks.causes import check_causes
from assistant.investigator.gate.checks.directions import check_directions
from assistant.investigator.gate.checks.edits import check_edits
from assistant.investigator.gate.checks.existence import check_existence
from assistant.investigator.gate.checks.lures import check_lures
from assistant.investigator.gate.checks.names import check_names
from assistant.investigator.gate.checks.numbers import check_numbers
from assistant.investigator.gate.checks.order import check_order
from assistant.investigator.gate.checks.parties import check_parties
from assistant.investigator.gate.checks.proportions import check_proportions
from assistant.investigator.gate.checks.quotes import check_quotes
from assistant.investigator.gate.checks.times import check_times
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.reading import Reading, read

_LONGEST = 1200  # characters of one sentence

_CHECKS: Sequence[Callable[[Reading, Grounds], Iterator[str]]] = (
    check_quotes,
    check_numbers,
    check_proportions,
    check_times,
    check_names,
    check_directions,
    check_order,
    check_causes,
    check_absences,
    check_existence,
    check_calm,
    check_lures,
    check_edits,
    check_parties,
)


def check(claim: Claim, report: Report, evidence: Sequence[Evidence]) -> Claim:
    """The claim with its standing: VERIFIED when everything in it that can be checked holds,
    UNVERIFIED with `problems` otherwise. `evidence` is the report's and what tools found."""
    problems = tuple(dict.fromkeys(_problems(claim, report, {e.id: e for e in evidence})))
    standing = Standing.UNVERIFIED if problems else Standing.VERIFIED
    return replace(claim, standing=standing, problems=problems)


def check_all(
    claims: Iterable[Claim], report: Report, evidence: Sequence[Evidence]
) -> tuple[Claim, ...]:
    return tuple(check(claim, report, evidence) for claim in claims)


def _problems(claim: Claim, report: Report, known: dict[str, Evidence]) -> Iterator[str]:
    if not claim.evidence:
        yield "It cites no evidence: name the ids it rests on."
    if missing := [i for i in claim.evidence if i not in known]:
        yield f"There is no evidence {', '.join(missing)}."
    if len(claim.text) > _LONGEST:
        yield f"It is longer than {_LONGEST} characters: say it in several sentences."
        return
    cited = tuple(known[i] for i in dict.fromkeys(claim.evidence) if i in known)
    if not cited:
        return
    grounds = Grounds(report, cited, known)
    reading = read(claim.text, grounds)
    for one in _CHECKS:
        yield from one(reading, grounds)
    yield from check_asserts(claim.asserts, reading, grounds)
