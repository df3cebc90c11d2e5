"""What addresses a reader is no claim, though every word of it stand in the evidence."""

from __future__ import annotations

import pytest

from assistant.domain.claim import Claim, Standing
from assistant.investigator.gate import check
from tests.builders.reports import a_report

REPORT = a_report()


@pytest.mark.parametrize(
    "lure",
    [
        "https://evil.example/login",
        "![graph](//evil.example/p.png)",
        "[runbook](evil)",
        "<img src=x>",
        "<!channel>",
        "@everyone",
        "javascript:alert(1)",
    ],
)
def test_a_link_markup_or_mention_is_never_verified(lure: str) -> None:
    evidence = REPORT.evidence[0]
    claim = check(Claim(f"See {lure} for it.", (evidence.id,)), REPORT, REPORT.evidence)
    assert claim.standing is Standing.UNVERIFIED
    assert any(lure.split()[0][:6] in problem for problem in claim.problems)


def test_templates_decorators_and_rates_are_none() -> None:
    for text in ("It logged <num> TypeError.", "`@service.every(20)` was changed.", "1/s, a.b@c"):
        claim = check(Claim(text, ("E1",)), REPORT, REPORT.evidence)
        assert not any("markup" in problem for problem in claim.problems)
