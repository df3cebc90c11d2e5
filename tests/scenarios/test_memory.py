"""A past incident that was like it is offered, and moves nothing else."""

from __future__ import annotations

from dataclasses import replace

from assistant.investigator.memory import Memory
from retrievers.memory import MemoryFeedback, MemoryKnowledge, MemoryReports
from tests.builders import at
from tests.builders.system import System, Trouble, a_change


def test_the_report_with_and_without_memory_differs_only_in_what_is_similar() -> None:
    shop = System(
        {"web": ["cart"], "cart": ["stock"]},
        troubles=[Trouble("cart", 0, fails=0.5, message="'NoneType' object is not subscriptable")],
    )
    guilty = a_change(
        "Simplify coupons",
        "if coupon is None:\n    return total",
        "return total * coupon['factor']\nreturn total",
        "cart/coupon.py",
    )
    shop.deploys("cart", -1, guilty)
    memory = Memory(MemoryKnowledge(), MemoryReports(), MemoryFeedback())

    alone = shop.investigate("web")
    past = replace(alone, id="past", impact=replace(alone.impact, since=at(-20_000)))
    memory.reports.save(past)
    memory.remember(past)
    with_memory = shop.investigate("web", memory=memory)

    assert [s.report_id for s in with_memory.similar] == ["past"]
    assert replace(with_memory, similar=(), id=alone.id, seconds={}) == replace(alone, seconds={})
