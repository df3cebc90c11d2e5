"""Incidents that nobody's change made: the state of the world is named, and what to do."""

from __future__ import annotations

import pytest

from assistant.domain.report import Verdict
from tests.builders import at
from tests.builders.system import System, Trouble, a_change

SHOP = {"web": ["cart"], "cart": ["stock", "geo.example.com"], "stock": ["db"]}
OUTSIDE = frozenset({"db", "geo.example.com"})


def _shop(*troubles: Trouble, **changes: object) -> System:
    shop = System(SHOP, inferred=OUTSIDE, troubles=list(troubles), **changes)  # type: ignore[arg-type]
    shop.deploys("cart", -4, a_change("Move code", "a = 1", "a = 2", "cart/view.py"))
    return shop


@pytest.mark.parametrize(
    ("said", "kind", "action"),
    [
        ("lookup db.internal: no such host", "dns_failure", "repair_dns"),
        ("write /var/data: no space left on device", "disk_full", "free_disk_space"),
        ("x509: certificate has expired", "certificate_expired", "rotate_certificate"),
        ("dead letter: cannot parse message_id=4711", "bad_data", "purge_bad_data"),
    ],
)
def test_what_its_libraries_say(said: str, kind: str, action: str) -> None:
    shop = _shop(Trouble("stock", 0, fails=0.8, message="failed"))
    shop.logs("stock", said, 0, per_minute=8, severity_number=17)
    if kind == "disk_full":
        shop.gauge("stock", "system.filesystem.utilization", lambda m: min(1.0, 1 + m / 100))

    report = shop.investigate("web")

    assert report.verdict is Verdict.NO_CHANGE_GUILTY
    assert report.hypotheses[0].kind == kind
    assert report.remediation[0].action == action


def test_a_provider_that_answers_slowly_and_wrongly() -> None:
    shop = _shop(Trouble("geo.example.com", 0, slower=50, fails=0.5, message="504"))
    shop.logs("cart", "GET https://geo.example.com/v2/route returned 504", 0, severity_number=17)

    report = shop.investigate("web")

    assert report.verdict is Verdict.NO_CHANGE_GUILTY
    assert report.hypotheses[0].kind == "provider_outage"


def test_a_noisy_neighbour_on_the_same_machine() -> None:
    """A batch job eats the machine's processor; stock lives on it and is slow without a change."""
    shop = _shop(Trouble("stock", 0, slower=25))
    shop.gauge("batch", "system.cpu.utilization", lambda m: 0.98 if m >= 0 else 0.3, node="n1")
    shop.gauge("stock", "system.cpu.utilization", lambda m: 0.98 if m >= 0 else 0.3, node="n1")
    shop.gauge("cart", "system.cpu.utilization", lambda m: 0.3, node="n2")

    report = shop.investigate("web")

    assert report.verdict is not Verdict.CHANGE_GUILTY
    assert report.first_failing_service == "stock"
    assert any(h.kind == "node_trouble" for h in report.hypotheses)


def test_a_certificate_that_runs_out_long_after_the_last_deployment() -> None:
    shop = _shop(Trouble("stock", 0, fails=1.0, message="handshake failed"))
    shop.gauge("stock", "tls.certificate.remaining", lambda m: max(0, -m) * 60, unit="s")
    shop.logs("cart", "x509: certificate has expired or is not yet valid", 0, severity_number=17)

    report = shop.investigate("web")

    assert report.verdict is Verdict.NO_CHANGE_GUILTY
    assert report.hypotheses[0].kind == "certificate_expired"


def test_visitors_that_arrive_later_than_the_deployment() -> None:
    """The deployment of eleven o'clock is innocent: a campaign began at noon."""
    shop = _shop(
        Trouble("stock", 0, slower=12, fails=0.1, message="overloaded"),
        rate=10,
        traffic=lambda minute: 4.0 if minute >= 0 else 1.0,
    )
    shop.deploys("stock", -55, a_change("Log less", "level = 9", "level = 1", "stock/log.py"))

    report = shop.investigate("web")

    assert report.verdict is Verdict.NO_CHANGE_GUILTY
    assert report.hypotheses[0].kind == "traffic_surge"


def test_an_incident_that_ended_by_itself_is_told_with_its_end() -> None:
    shop = _shop(Trouble("stock", 0, 6, fails=0.8, message="failover of the primary"), end=25)
    shop.logs("stock", "failover of the primary", 0, 6, severity_number=17)

    report = shop.investigate("web", minutes=8)

    assert report.verdict is not Verdict.HEALTHY
    assert not report.impact.ongoing
    assert report.impact.since is not None
    assert abs((report.impact.since - at(0)).total_seconds()) <= 120


def test_a_busy_hour_that_the_system_copes_with_is_healthy() -> None:
    shop = _shop(rate=10, traffic=lambda minute: 2.0 if minute >= -20 else 1.0)

    assert shop.investigate("web").verdict is Verdict.HEALTHY
