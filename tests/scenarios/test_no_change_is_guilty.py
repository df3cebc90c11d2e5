"""Incidents that no change caused, healthy systems, and evidence that does not suffice."""

from __future__ import annotations

import pytest

from assistant.domain.errors import InvalidWindow, UnknownService
from assistant.domain.report import Verdict
from assistant.domain.window import TimeWindow
from tests.builders import a_flag, at
from tests.builders.system import System, Trouble, a_change

SHOP = {"web": ["cart"], "cart": ["stock", "payments.example.com"], "stock": ["db"]}
OUTSIDE = frozenset({"db", "payments.example.com"})


def _shop(**changes: object) -> System:
    shop = System(SHOP, inferred=OUTSIDE, **changes)  # type: ignore[arg-type]
    innocent = a_change("Move code", "a = 1", "a = 2", "cart/view.py")
    shop.deploys("cart", -4, innocent)
    return shop


def test_a_provider_that_answers_errors() -> None:
    shop = _shop(troubles=[Trouble("payments.example.com", 0, fails=0.7, message="503")])
    shop.logs(
        "cart", "POST https://payments.example.com/v1/charge returned 503", 0, severity_number=17
    )

    report = shop.investigate("web")

    assert report.verdict is Verdict.NO_CHANGE_GUILTY
    assert report.hypotheses[0].kind == "provider_outage"
    assert report.remediation[0].action == "fail_over"


def test_an_expired_certificate_beats_a_commit_about_tls() -> None:
    shop = _shop(troubles=[Trouble("cart", 0, fails=0.8, message="handshake failed")])
    shop.logs("cart", "x509: certificate has expired or is not yet valid", 0, severity_number=17)
    shop.deploys(
        "cart", -1, a_change("Cipher list", "tls = ['a', 'b']", "tls = ['a']", "cart/tls.py")
    )

    report = shop.investigate("web")

    assert report.verdict is Verdict.NO_CHANGE_GUILTY
    assert report.hypotheses[0].kind == "certificate_expired"


def test_more_visitors_than_ever() -> None:
    shop = _shop(
        rate=10,
        traffic=lambda minute: 4.0 if minute >= 0 else 1.0,
        troubles=[Trouble("stock", 0, slower=12, fails=0.1, message="overloaded")],
    )

    report = shop.investigate("web")

    assert report.verdict is Verdict.NO_CHANGE_GUILTY
    assert report.hypotheses[0].kind == "traffic_surge"
    assert report.remediation[0].action == "scale_out"


def test_one_poisoned_record() -> None:
    shop = _shop(troubles=[Trouble("stock", 0, fails=0.6, message="validation error")])
    shop.logs(
        "stock",
        "record validation error: record_id=evt-4711 lat out of range",
        0,
        severity_number=17,
    )

    report = shop.investigate("cart")

    assert report.verdict is Verdict.NO_CHANGE_GUILTY
    assert report.hypotheses[0].kind == "bad_data"
    assert "record_id=evt-4711" in " ".join(claim.text for claim in report.summary)


def test_a_healthy_system_is_called_healthy() -> None:
    report = _shop().investigate("web", symptom="p99 latency above threshold")

    assert report.verdict is Verdict.HEALTHY
    assert report.headline.evidence
    assert report.suspects == ()


def test_an_incident_that_was_over_long_ago_is_not_this_one() -> None:
    shop = _shop(
        start=-120, troubles=[Trouble("stock", -100, -80, fails=0.9, message="boom")], end=10
    )

    assert shop.investigate("web", minutes=5).verdict is Verdict.HEALTHY


def test_trouble_without_any_known_change_or_cause() -> None:
    shop = System(SHOP, inferred=OUTSIDE, troubles=[Trouble("stock", 0, slower=20)])
    shop.changes.append(a_flag("unrelated", -50, service="elsewhere"))

    report = shop.investigate("web")

    assert report.verdict in (Verdict.NOT_ENOUGH_EVIDENCE, Verdict.NO_CHANGE_GUILTY)
    assert report.confidence <= 0.4
    assert any("deployment" in gap for gap in report.gaps)


def test_an_unknown_service_gets_near_names() -> None:
    with pytest.raises(UnknownService) as error:
        _shop().investigate("kart")

    assert "cart" in error.value.near


def test_a_window_in_the_future() -> None:
    with pytest.raises(InvalidWindow):
        _shop().investigate("web", window=TimeWindow(at(500), at(600)))


def test_a_moment_that_telemetry_does_not_cover_is_not_called_healthy() -> None:
    shop = _shop(start=-10, end=-2)

    report = shop.investigate("web", minutes=30, now=at(31))

    assert report.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert "does not cover" in report.confidence_reasons[0]
