"""Incidents that hit some requests only: the subset is named, with counts."""

from __future__ import annotations

import random
from collections.abc import Mapping

from assistant.domain.report import Verdict
from tests.builders import a_flag
from tests.builders.system import System, Trouble, a_change

SHOP = {"web": ["cart"], "cart": ["stock"], "stock": []}


def _who(chance: random.Random) -> Mapping[str, str]:
    return {
        "cloud.region": chance.choice(["eu-west", "us-east", "ap-south"]),
        "tenant": f"t{chance.randrange(12)}",
        "new-checkout": chance.choice(["on", "off"]),
    }


def _shop(trouble: Trouble, **changes: object) -> System:
    return System(SHOP, start=-40, rate=24, carried=_who, troubles=[trouble], **changes)  # type: ignore[arg-type]


def test_one_region() -> None:
    shop = _shop(Trouble("stock", 0, fails=0.9, carrying={"cloud.region": "eu-west"}))

    [found] = shop.investigate("web").breakdowns

    assert (found.service, found.measure) == ("stock", "failed")
    assert found.subset == (("cloud.region", "eu-west"),)
    assert found.events == found.total_events
    assert 0.2 < found.requests / found.total_requests < 0.5


def test_a_new_version_in_one_region_is_told_in_a_sentence_that_cites_its_counts() -> None:
    shop = _shop(
        Trouble("cart", 0, fails=0.9, version="v2", carrying={"cloud.region": "ap-south"}),
        versions=lambda service, minute, chance: (
            "v2" if service == "cart" and minute >= -1 and chance.random() < 0.5 else "v1"
        ),
    )

    report = shop.investigate("web")

    assert set(report.breakdowns[0].subset) == {
        ("cloud.region", "ap-south"),
        ("service.version", "v2"),
    }
    [sentence] = [c for c in report.summary if "service.version=v2" in c.text]
    evidence = report.cited(sentence.evidence[0])
    assert evidence is not None
    counts = f"{report.breakdowns[0].events} of {report.breakdowns[0].total_events}"
    assert counts in sentence.text
    assert counts in evidence.excerpt


def test_one_tenant_is_slow() -> None:
    shop = _shop(Trouble("stock", 0, slower=60, carrying={"tenant": "t7"}))

    report = shop.investigate("stock")

    assert [(b.measure, b.subset) for b in report.breakdowns] == [("slow", (("tenant", "t7"),))]


def test_requests_with_the_flag_fail_and_the_flag_is_blamed() -> None:
    shop = _shop(
        Trouble("cart", 0, fails=0.8, message="bad total", carrying={"new-checkout": "on"})
    )
    shop.logs("cart", "new checkout: bad total for order {n}", since=0, severity_number=17)
    shop.changes.append(a_flag("new-checkout", -1, service="cart", before="off", after="on"))
    shop.deploys("web", -3, a_change("Font", "font = 'a'", "font = 'b'", "web/page.py"))

    report = shop.investigate("web")

    assert report.breakdowns[0].subset == (("new-checkout", "on"),)
    assert report.suspects[0].title.startswith("new-checkout")


def test_everybody_fails_alike() -> None:
    report = _shop(Trouble("stock", 0, fails=0.5)).investigate("web")

    assert report.first_failing_service == "stock"
    assert report.breakdowns == ()


def test_a_healthy_system_has_no_breakdown() -> None:
    report = System(SHOP, start=-40, rate=24, carried=_who).investigate("web")

    assert report.verdict is Verdict.HEALTHY
    assert report.breakdowns == ()
