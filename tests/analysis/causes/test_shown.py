"""Whether what a change would do is what was observed, where it runs, about the same things."""

from __future__ import annotations

from typing import cast

from assistant.analysis.causes.observed import Observed
from assistant.analysis.causes.scene import Scene
from assistant.analysis.causes.shown import Shown, shown
from assistant.analysis.code.hunks import hunk_findings
from assistant.analysis.code.outcomes import Outcome
from assistant.analysis.code.words import telling_words
from assistant.analysis.traces.topology import ServiceGraph
from assistant.domain.signals import Edge
from tests.builders import a_hunk


class Calls:
    """What the match reads of a scene: web calls cart, cart calls stock."""

    graph = ServiceGraph([Edge("web", "cart", 9, 0), Edge("cart", "stock", 9, 0)])


SCENE = cast(Scene, Calls())
SLOWER = a_hunk(
    'Q = "SELECT sum(held) FROM holds WHERE sku = ?"',
    'Q = "SELECT sum(held) FROM holds WHERE upper(sku) = ?"',
)
IDF = dict.fromkeys(telling_words("select sum held holds sku promotions category"), 2.0)


def seen(service: str, about: str, outcome: Outcome = Outcome.SLOW_CALLS) -> Observed:
    return Observed(outcome, service, 1.0, frozenset(telling_words(about)), about, "A1")


def match(*observed: Observed, service: str = "stock") -> Shown:
    return shown(hunk_findings(SLOWER), service, observed, SCENE, IDF)


def test_the_statement_that_slowed_stands_in_the_hunk() -> None:
    named = match(seen("stock", "SELECT holds WHERE sku"))
    other = match(seen("stock", "SELECT promotions WHERE category"))

    assert named.value > other.value > 0
    assert named.evidence == ("A1",)
    assert "index removed" in named.reason


def test_the_farther_the_less() -> None:
    statement = "SELECT holds WHERE sku"
    here, near, far = (match(seen(s, statement)).value for s in ("stock", "cart", "web"))

    assert here > near > far


def test_another_outcome_is_none_of_its_doing() -> None:
    assert match(seen("stock", "holds", Outcome.MEMORY)).value == 0.0


def test_a_renamed_field_breaks_those_who_read_it() -> None:
    renamed = hunk_findings(a_hunk('return {"left": n}', 'return {"remaining": n}'))
    reader = shown(renamed, "stock", [seen("cart", "left", Outcome.EXCEPTIONS)], SCENE, IDF)
    caller = shown(renamed, "stock", [seen("web", "left", Outcome.EXCEPTIONS)], SCENE, IDF)

    assert reader.value > 2 * caller.value


def test_what_adds_up_is_gradual() -> None:
    leak = hunk_findings(a_hunk("", "self.recent.append(call)"))
    found = shown(leak, "stock", [seen("stock", "memory", Outcome.MEMORY)], SCENE, IDF)

    assert found.gradual
    assert not match(seen("stock", "holds")).gradual
