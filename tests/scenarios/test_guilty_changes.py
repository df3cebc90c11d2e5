"""Incidents that a change caused: it is named, and what stands near it is not."""

from __future__ import annotations

from assistant.domain.report import Verdict
from tests.builders import a_flag, at
from tests.builders.system import System, Trouble, a_change

SHOP = {"web": ["cart"], "cart": ["stock"], "stock": ["db"]}


def _shop(**changes: object) -> System:
    return System(SHOP, inferred=frozenset({"db"}), **changes)  # type: ignore[arg-type]


def test_a_smaller_pool_in_a_shared_library_shows_minutes_later_one_service_up() -> None:
    shop = _shop(troubles=[Trouble("stock", 0, slower=40, fails=0.4, message="pool exhausted")])
    shop.gauge("stock", "db.pool.max", lambda m: 40 if m < -8 else 8)
    shop.gauge("stock", "db.pool.in_use", lambda m: 8 if m >= 0 else 5 + m % 3)
    shop.logs("stock", "no free connection in pool after {n}ms", since=0, severity_number=17)
    guilty = a_change("Tidy defaults", "POOL_MAX = 40", "POOL_MAX = 8", "lib/dbclient.py")
    shop.deploys("stock", -8, guilty)
    shop.deploys(
        "web", -1, a_change("New banner", "title = 'Shop'", "title = 'Sale'", "web/page.py")
    )
    shop.changes.append(a_flag("bigger-pictures", -2, service="web"))

    report = shop.investigate("cart", minutes=5)

    assert report.verdict is Verdict.CHANGE_GUILTY
    assert report.guilty is not None
    assert report.guilty.id == guilty.hash
    assert report.first_failing_service == "stock"
    assert report.impact.since is not None
    assert abs((report.impact.since - at(0)).total_seconds()) <= 120
    assert {"cart", "web"} <= set(report.impact.services)
    assert [hop.verified for hop in report.causal_path] == [True] * len(report.causal_path)
    assert any("New banner" in r.title for r in report.ruled_out)


def test_a_removed_check_fails_at_once() -> None:
    shop = _shop(
        troubles=[Trouble("cart", 0, fails=0.5, message="'NoneType' object is not subscriptable")]
    )
    shop.logs(
        "cart",
        "TypeError: 'NoneType' object is not subscriptable\n"
        '  File "/app/cart/coupon.py", line 11, in apply',
        since=0,
        severity_number=17,
    )
    guilty = a_change(
        "Simplify coupons",
        "if coupon is None:\n    return total",
        "return total * coupon['factor']\nreturn total",
        "cart/coupon.py",
    )
    innocent = a_change("Round prices", "round(p, 2)", "round(p, 3)", "cart/price.py")
    shop.deploys("cart", -1, innocent, guilty)

    report = shop.investigate("web")

    assert report.guilty is not None
    assert report.guilty.id == guilty.hash
    assert {"stack points into it"} <= {p.name for p in report.guilty.parts}
    assert report.first_failing_service == "cart"


def test_only_the_canary_fails() -> None:
    shop = _shop(
        versions=lambda service, minute, chance: (
            "v2" if service == "stock" and minute >= 0 and chance.random() < 0.3 else "v1"
        ),
        troubles=[Trouble("stock", 0, fails=0.9, message="bad unit", version="v2")],
    )
    shop.logs("stock", "cannot convert unit of item {n}", since=0, severity_number=17)
    guilty = a_change("Convert units", "grams = item.weight", "grams = unit(item)", "stock/unit.py")
    shop.deploys("stock", 0, guilty, version="v2")

    report = shop.investigate("cart")

    assert report.guilty is not None
    assert report.guilty.id == guilty.hash
    assert any(p.name == "only its version fails" for p in report.guilty.parts)


def test_a_flag_that_nobody_deployed() -> None:
    shop = _shop(
        troubles=[Trouble("stock", 0, slower=30, fails=0.6, message="reservation lock wait")]
    )
    shop.logs("stock", "reservation lock wait of {n}ms", since=0, severity_number=17)
    shop.changes.append(a_flag("strict-reservation-lock", -1, service="stock", after="on"))
    shop.deploys("web", -3, a_change("New font", "font = 'a'", "font = 'b'", "web/page.py"))

    report = shop.investigate("cart")

    assert report.suspects[0].kind == "flag"
    assert report.suspects[0].title.startswith("strict-reservation-lock")


def test_a_deployment_after_the_onset_is_innocent() -> None:
    shop = _shop(troubles=[Trouble("stock", 0, slower=30, fails=0.5, message="timeout")])
    shop.logs("stock", "timeout after {n}ms", since=0, severity_number=17)
    late = a_change("Lower timeout", "timeout_ms = 900", "timeout_ms = 90", "stock/http.py")
    shop.deploys("stock", 3, late)

    report = shop.investigate("cart", minutes=6)

    assert report.verdict is not Verdict.CHANGE_GUILTY
    assert any("after the onset" in r.reason for r in report.ruled_out)


def test_undoing_it_is_evidence() -> None:
    shop = _shop(
        end=30, troubles=[Trouble("stock", 0, 10, slower=30, fails=0.5, message="query too slow")]
    )
    shop.logs("stock", "query took {n}ms", since=0, until=10, severity_number=13)
    guilty = a_change(
        "Read all", "q = 'SELECT id FROM s WHERE a'", "q = 'SELECT * FROM s'", "stock/q.py"
    )
    first = shop.deploys("stock", -1, guilty)
    shop.changes.append(
        type(first)(
            id="back",
            service="stock",
            at=at(10),
            revision=first.previous_revision,
            phase=first.phase,
        )
    )

    report = shop.investigate("cart", minutes=12)

    assert report.guilty is not None
    assert any(p.name == "ended when undone" for p in report.guilty.parts)
    assert not report.impact.ongoing
