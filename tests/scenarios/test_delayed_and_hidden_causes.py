"""Causes that are not where, or when, the trouble shows."""

from __future__ import annotations

import pytest

from assistant.domain.report import Verdict
from tests.builders import a_config, a_flag, at
from tests.builders.system import System, Trouble, a_change

SHOP = {"web": ["cart"], "cart": ["stock"], "stock": ["db"]}
DB = frozenset({"db"})


def _shop(**changes: object) -> System:
    shop = System(SHOP, inferred=DB, **changes)  # type: ignore[arg-type]
    shop.deploys("web", -25, a_change("Font", "font = 'a'", "font = 'b'", "web/page.py"))
    return shop


def _guilty(shop: System) -> str:
    report = shop.investigate("web")
    return report.guilty.id if report.guilty else f"none: {report.verdict}"


def test_a_leak_shows_half_an_hour_after_its_deployment() -> None:
    shop = _shop(
        start=-90, troubles=[Trouble("stock", 0, slower=30, fails=0.6, message="out of memory")]
    )
    shop.gauge("stock", "process.memory.usage", lambda m: 2e8 + max(0, m + 40) * 2e7, unit="By")
    shop.logs("stock", "java.lang.OutOfMemoryError: Java heap space", 0, severity_number=17)
    leak = a_change(
        "Remember items",
        "cache = LruCache(maxsize=500)",
        "cache = {}  # memory is cheap",
        "stock/cache.py",
    )
    shop.deploys("stock", -40, leak)

    assert _guilty(shop) == leak.hash


def test_a_timeout_below_what_the_callee_needs() -> None:
    """cart gives up first: stock is as fast as ever."""
    shop = _shop(troubles=[Trouble("cart", 0, fails=0.6, message="deadline exceeded after 5ms")])
    shop.logs("cart", "call to stock: deadline exceeded after 5ms", 0, severity_number=17)
    lower = a_change("Fail fast", "timeout_ms = 500", "timeout_ms = 5", "cart/client.py")
    shop.deploys("cart", -1, lower)

    report = shop.investigate("web")

    assert report.guilty is not None
    assert report.guilty.id == lower.hash
    assert report.first_failing_service == "cart"
    assert "stock" not in report.impact.services


def test_a_query_in_a_loop() -> None:
    shop = _shop(repeats=lambda caller, callee, minute: 25 if callee == "db" and minute >= 0 else 1)
    loop = a_change(
        "Load prices of items",
        "rows = db.query('SELECT price FROM items WHERE id IN (%s)', ids)",
        "for item in items:\n    row = db.query('SELECT price FROM items WHERE id = %s', item)",
        "stock/prices.py",
    )
    shop.deploys("stock", -1, loop)

    report = shop.investigate("web")

    assert report.guilty is not None
    assert report.guilty.id == loop.hash
    assert report.hypotheses[0].kind != "traffic_surge"


def test_a_storm_of_retries_began_with_the_failure_behind_it() -> None:
    """Three calls for one: the traffic of stock rises, and it is no visitor's doing."""
    shop = _shop(retries={"cart": 3})
    guilty = shop.breaks("stock", -1, fails=0.8)

    report = shop.investigate("web")

    assert report.guilty is not None
    assert report.guilty.id == guilty.hash
    assert report.first_failing_service == "stock"
    assert report.hypotheses[0].kind != "traffic_surge"


def test_a_configuration_key_was_changed_without_a_deployment() -> None:
    shop = _shop(troubles=[Trouble("stock", 0, slower=40, fails=0.4, message="pool exhausted")])
    shop.gauge("stock", "db.pool.max", lambda m: 40 if m < -1 else 4)
    shop.gauge("stock", "db.pool.in_use", lambda m: 4 if m >= 0 else 3 + m % 2)
    shop.logs("stock", "no free connection in pool after {n}ms", 0, severity_number=17)
    shop.changes.append(a_config("db.pool.max", -1, service="stock", before="40", after="4"))

    report = shop.investigate("web")

    assert report.suspects[0].kind == "config"
    assert report.suspects[0].title.startswith("db.pool.max")


def test_a_dependency_was_raised_by_a_major_version() -> None:
    shop = _shop(troubles=[Trouble("stock", 0, fails=0.9, message="no attribute 'dict'")])
    shop.logs(
        "stock",
        "AttributeError: 'Item' object has no attribute 'dict' (pydantic 3.0.1)",
        0,
        severity_number=17,
    )
    bump = a_change(
        "Bump pydantic", "pydantic==2.11.7", "pydantic==3.0.1", "stock/requirements.txt"
    )
    shop.deploys("stock", -1, bump)

    assert _guilty(shop) == bump.hash


def test_the_cause_lies_before_the_window() -> None:
    """Deployed a day and a half ago: beyond what is read, so nothing near it may be blamed."""
    shop = _shop(troubles=[Trouble("stock", 0, slower=30, fails=0.5, message="disk is slow")])
    shop.deploys("stock", -36 * 60, a_change("Log", "level = 1", "level = 9", "stock/log.py"))

    report = shop.investigate("web")

    assert report.verdict is not Verdict.CHANGE_GUILTY
    assert report.first_failing_service == "stock"
    assert report.impact.since is not None
    assert abs((report.impact.since - at(0)).total_seconds()) <= 120


def _two_faults() -> tuple[System, str]:
    """search breaks by itself while stock is broken by a commit."""
    shop = System({"web": ["cart", "search"], "cart": ["stock"], "stock": [], "search": ["index"],
                   "index": []})  # fmt: skip
    shop.troubles.append(Trouble("index", 1, slower=40, fails=0.5, message="segment is corrupt"))
    shop.logs("index", "segment is corrupt: checksum {n} differs", 1, severity_number=17)
    return shop, shop.breaks("stock", -1, fails=0.8).hash


def test_two_faults_at_once_each_have_their_own_first_service() -> None:
    shop, guilty = _two_faults()

    about_cart = shop.investigate("cart")

    assert about_cart.guilty is not None
    assert about_cart.guilty.id == guilty
    assert shop.investigate("search").first_failing_service == "index"


@pytest.mark.xfail(
    strict=True, reason="a suspect is weighed by all symptoms of the scene, also those of a sibling"
)
def test_of_two_faults_the_commit_is_blamed_for_its_own_only() -> None:
    shop, _ = _two_faults()

    assert shop.investigate("search").guilty is None


def test_a_red_herring_beside_the_failing_service_is_ruled_out() -> None:
    """Deployed one minute before the onset, and nothing on the failing path runs through it."""
    shop = System({"web": ["cart", "banner"], "cart": ["stock"], "stock": [], "banner": []})
    guilty = shop.breaks("stock", -6)
    herring = a_change("Retry less", "retries = 3", "retries = 0", "banner/client.py")
    shop.deploys("banner", -6, herring)

    report = shop.investigate("web", minutes=0)

    assert report.guilty is not None
    assert report.guilty.id == guilty.hash
    assert any("Retry less" in r.title for r in report.ruled_out)


def test_a_flag_and_a_commit_at_the_same_minute() -> None:
    """Only the commit's line stands in the stack."""
    shop = _shop()
    guilty = shop.breaks("stock", -1)
    shop.changes.append(a_flag("dark-mode", -1, service="web", after="on"))

    assert _guilty(shop) == guilty.hash
