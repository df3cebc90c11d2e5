"""Work that travels through a queue: the consumer's trace is another, joined by a link."""

from __future__ import annotations

import random
from dataclasses import replace

from assistant.domain.report import Report
from assistant.domain.signals import Span, SpanKind, SpanStatus
from tests.builders import a_batch, at_ns
from tests.builders.system import System

_MS = 1_000_000


def _orders(shop: System, failing_since: float, slow_since: float = 1e9) -> list[Span]:
    """web hands each order to a queue; mailer takes it up a second later, in a trace of its own."""
    chance = random.Random(3)
    spans = []
    for i in range(int((shop.end - shop.start) * 12)):
        minute = shop.start + i / 12
        order = Span(
            trace_id=f"{chance.getrandbits(128):032x}",
            span_id=f"{chance.getrandbits(64):016x}",
            service="web",
            operation="orders publish",
            start_ns=at_ns(minute),
            duration_ns=3 * _MS,
            kind=SpanKind.PRODUCER,
            peer="orders",
        )
        failed = minute >= failing_since and chance.random() < 0.7
        slow = 60 if minute >= slow_since else 1
        taken = replace(
            order,
            trace_id=f"{chance.getrandbits(128):032x}",
            span_id=f"{chance.getrandbits(64):016x}",
            service="mailer",
            operation="orders process",
            start_ns=order.start_ns + 1000 * _MS,
            duration_ns=int(slow * chance.uniform(8, 12)) * _MS,
            kind=SpanKind.CONSUMER,
            peer="",
            status=SpanStatus.ERROR if failed else SpanStatus.UNSET,
            links=({"trace_id": order.trace_id, "span_id": order.span_id, "attributes": {}},),
        )
        spans += [order, taken]
    return spans


def _report(shop: System, spans: list[Span], service: str) -> Report:
    telemetry = shop.store()
    telemetry.append(a_batch(*spans))
    return shop.investigate(service, telemetry=telemetry)


def test_a_consumer_that_fails_is_found_by_its_own_spans() -> None:
    shop = System({"web": ["cart"], "cart": []})
    shop.logs("mailer", "'NoneType' object has no attribute 'address'", 0, severity_number=17)

    report = _report(shop, _orders(shop, failing_since=0), "mailer")

    assert report.first_failing_service == "mailer"
    assert "web" not in report.impact.services
    assert report.impact.failed_requests > 0


def test_a_consumer_that_falls_behind() -> None:
    shop = System({"web": ["cart"], "cart": []})
    shop.gauge("mailer", "queue.depth", lambda m: 5 + max(0.0, m) * 300)

    report = _report(shop, _orders(shop, 1e9, slow_since=0), "mailer")

    assert report.first_failing_service == "mailer"
    assert {a.key.name for a in report.anomalies} & {"queue.depth", "orders process", "requests"}
