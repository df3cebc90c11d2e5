"""A database that became slow for everyone, and one that a single statement made slow."""

from __future__ import annotations

from assistant.domain.signals import Trace
from tests.analysis.causes.operational.incident import a_call, causes, facts, often

STATEMENTS = (("web", "SELECT carts", 5), ("web", "INSERT carts", 4), ("stock", "SELECT items", 80))


def queries(slower: dict[str, tuple[float, float]]) -> list[Trace]:
    """`slower` gives factor and added milliseconds after noon, by statement ('' for all)."""
    found: list[Trace] = []
    for caller, statement, usual in STATEMENTS:
        factor, added = slower.get(statement, slower.get("", (1.0, 0.0)))

        def query(
            minute: float,
            jitter: float,
            caller: str = caller,
            statement: str = statement,
            before: float = usual,
            after: float = usual * factor + added,
        ) -> Trace:
            ms = (after if minute >= 0 else before) * jitter
            text = {"db.system.name": "postgresql", "db.query.text": statement}
            return a_call(minute, caller, "maindb", operation=statement, ms=ms, attributes=text)

        found += often(query)
    return found


def test_all_statements_slow_down_by_one_factor() -> None:
    cause = causes(facts(queries({"": (3.0, 0.0)})))["noisy_neighbour"]

    assert (cause.service, cause.action) == ("maindb", "reschedule")
    assert cause.score > 0.9


def test_all_statements_wait_equally_long() -> None:
    assert causes(facts(queries({"": (1.0, 900.0)})))["foreign_load"].action == "stop_job"


def test_one_statement_stands_out() -> None:
    """Its own cost is the reason; the others wait behind it."""
    found = causes(facts(queries({"": (1.0, 8.0), "SELECT items": (1.0, 900.0)})))

    assert not {k for k in ("noisy_neighbour", "foreign_load") if k in found and found[k].decisive}
    assert all(found[k].score < 0.8 for k in ("noisy_neighbour", "foreign_load") if k in found)


def test_one_slow_statement_alone_says_nothing_of_the_store() -> None:
    found = causes(facts(queries({"SELECT items": (5.0, 0.0)})))

    assert all(found[k].score < 0.1 for k in ("noisy_neighbour", "foreign_load") if k in found)
