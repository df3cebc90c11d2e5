"""Which symptoms a kind of change can cause."""

from __future__ import annotations

import pytest

from assistant.analysis.code.effects import best_fit
from assistant.analysis.code.hunks import hunk_findings
from assistant.analysis.code.mechanisms import mechanisms_of
from tests.builders import a_hunk


def _fit(removed: str, added: str, symptom: str, path: str = "shop/pay.py") -> float:
    counts = mechanisms_of(symptom)
    shares = {m: n / sum(counts.values()) for m, n in counts.items()}
    chosen = best_fit(hunk_findings(a_hunk(removed, added, path=path)), shares)
    return chosen[1] if chosen else 0.0


@pytest.mark.parametrize(
    ("symptom", "guilty", "innocent"),
    [
        (
            "pool exhausted: no connection within 5s",
            ("max_connections = 50", "max_connections = 5"),
            ("max_connections = 5", "max_connections = 50"),
        ),
        (
            "context deadline exceeded",
            ("timeout = 2s", "timeout = 200ms"),
            ("title = 'Pay'", "title = 'Pay now'"),
        ),
        (
            "OOMKilled: heap keeps growing",
            ("", "self.history.append(order)"),
            ("timeout = 2s", "timeout = 1s"),
        ),
        (
            "no space left on device",
            ("log_level: info", "log_level: debug"),
            ("if token.expired:", "if not token.expired:"),
        ),
        (
            "AttributeError: NoneType has no attribute",
            ("if card is None: return", ""),
            ("max_connections = 50", "max_connections = 5"),
        ),
    ],
)
def test_the_guilty_change_fits_better(
    symptom: str, guilty: tuple[str, str], innocent: tuple[str, str]
) -> None:
    assert _fit(*guilty, symptom) > _fit(*innocent, symptom)
