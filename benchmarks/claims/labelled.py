"""Reading the labelled claims: `{half}.jsonl`, a sentence per line, beside the reports they
speak of, `reports/{half}/{report}.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.domain.claim import Assertion, AssertionKind, Claim
from assistant.domain.report import Report
from assistant.schema import report_from_json

HALVES = ("dev", "test")
FLIPS = ("direction", "order", "causation", "negation")
KINDS = (
    *FLIPS,
    "magnitude",
    "swapped_service",
    "shifted_time",
    "wrong_unit",
    "wrong_hash",
    "invented_number",
    "wrong_evidence",  # right by itself, but not by what it cites
    "misquote",
)
_DATA = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim about `report`; `wrong` is its kind of error, '' when it is right. The asserts of a
    wrong claim may still be right: then only its text is wrong."""

    id: str
    claim: Claim
    report: Report
    wrong: str


def labelled(half: str) -> list[Labelled]:
    """In the order of the file. Raises FileNotFoundError for a half that does not exist."""
    lines = (_DATA / f"{half}.jsonl").read_text("utf-8").splitlines()
    return [
        Labelled(row["id"], _claim(row), _report(half, row["report"]), row["wrong"])
        for row in map(json.loads, lines)
    ]


def _claim(row: dict[str, object]) -> Claim:
    asserts = row["asserts"]
    evidence = row["evidence"]
    assert isinstance(asserts, list)
    assert isinstance(evidence, list)
    return Claim(
        text=str(row["text"]),
        evidence=tuple(evidence),
        asserts=tuple(
            Assertion(AssertionKind(a["kind"]), a["subject"], a["value"], a.get("object", ""))
            for a in asserts
        ),
    )


@cache
def _report(half: str, name: str) -> Report:
    return report_from_json((_DATA / "reports" / half / f"{name}.json").read_bytes())
