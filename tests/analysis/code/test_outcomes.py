"""What a kind of change does to what can be observed."""

from __future__ import annotations

import pytest

from assistant.analysis.code.hunks import hunk_findings
from assistant.analysis.code.outcomes import Outcome, outcomes_of
from tests.builders import a_hunk


@pytest.mark.parametrize(
    ("removed", "added", "outcome", "never"),
    [
        ("timeout_s = 2", "timeout_s = 0.1", Outcome.GIVING_UP, Outcome.ENDLESS),
        ("timeout_s = 2", "timeout_s = 300", Outcome.ENDLESS, Outcome.GIVING_UP),
        ("pool_size = 20", "pool_size = 1", Outcome.POOL, Outcome.MEMORY),
        ("ttl_s = 30", "ttl_s = 0.01", Outcome.CACHE_MISSES, Outcome.MEMORY),
        ("ttl_s = 30", "ttl_s = 86400", Outcome.MEMORY, Outcome.CACHE_MISSES),
        ("@every(3)", "@every(60)", Outcome.BACKLOG, Outcome.MORE_CALLS),
        ("@every(60)", "@every(3)", Outcome.MORE_CALLS, Outcome.BACKLOG),
        ("max_items = 25", "max_items = 4", Outcome.REJECTIONS, Outcome.MEMORY),
        ("level: info  # log", "level: debug  # log", Outcome.CHATTER, Outcome.POOL),
        ("", "self.recent.append(call)", Outcome.MEMORY, Outcome.POOL),
    ],
)
def test_direction_and_subject_decide(
    removed: str, added: str, outcome: Outcome, never: Outcome
) -> None:
    expected = {o for f in hunk_findings(a_hunk(removed, added)) for o in outcomes_of(f)}

    assert outcome in expected
    assert never not in expected
