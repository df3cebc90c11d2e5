"""What is put otherwise and does the same."""

from __future__ import annotations

import pytest

from assistant.analysis.code.inert import is_inert
from assistant.analysis.code.sameness import says_the_same
from tests.builders import a_hunk

SAME = [
    ("return rows[0] if rows else None", "first = rows[0] if rows else None\nreturn first"),
    (
        'await db.fetch(CLEAR, request.parameters["id"])\nreturn request.parameters["id"]',
        'cart = request.parameters["id"]\nawait db.fetch(CLEAR, cart)\nreturn cart',
    ),
    ("if known:\n    return known[0]", "if len(known) > 0:\n    one = known[0]\n    return one"),
    ("self.size = size", "self.size: int = size"),
    ("run(job)  # once", "run(job)  # only once"),
    ('raise Refused("too many items")', 'raise Refused("an order holds fewer items")'),
    ("a = 1\nb = 2", "b = 2\na = 1"),
]
OTHER = [
    ("transfer(source, target)", "transfer(target, source)"),
    ("commit(order)\nsend(order)", "send(order)\ncommit(order)"),
    ("if stock < wanted:", "if stock <= wanted:"),
    ("timeout = 30", "timeout = 3"),
    ('return {"cents": total}', 'return {"total": total}'),
    ("with pool.connection() as c:\n    run(c)", "c = pool.acquire()\nrun(c)"),
    ('Q = "SELECT a FROM t WHERE b = 1"', 'Q = "SELECT a FROM t WHERE c = 1"'),
    ("for order in orders:\n    send(order)", "send(orders)"),
]


@pytest.mark.parametrize(("removed", "added"), SAME)
def test_the_same_put_otherwise_cannot_fail(removed: str, added: str) -> None:
    assert is_inert(a_hunk(removed, added))


@pytest.mark.parametrize(("removed", "added"), OTHER)
def test_something_else_may_fail(removed: str, added: str) -> None:
    assert not is_inert(a_hunk(removed, added))


def test_lines_that_differ_in_words_only() -> None:
    assert says_the_same('log("order placed")', 'log("order accepted now")')
    assert not says_the_same('state = "new"', 'state = "old"')
