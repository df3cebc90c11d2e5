"""The recorded incidents: what happens when, and what is asked and expected afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from examples.shop.recorder.infrastructure import Acquirer
from examples.shop.recorder.shop import Shop


@dataclass(slots=True)
class Stage:
    """What a scenario may touch; `hashes` are those of the keyed commits of the history."""

    shop: Shop
    acquirer: Acquirer
    hashes: dict[str, str]

    async def deploy(self, service: str, key: str, version: str, actor: str) -> None:
        await self.shop.deploy(service, self.hashes[key], version, actor)

    async def flip(self, flag: str, service: str, actor: str) -> None:
        self.shop.flip(flag, service, True, actor)

    async def break_acquirer(self, failing: float, slow_s: float) -> None:
        self.acquirer.failing = failing
        self.acquirer.slow_s = slow_s


@dataclass(frozen=True, slots=True)
class Event:
    """At so many seconds after the start, call this method of the stage."""

    at_s: float
    method: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    seconds: int
    rate: float  # sessions per second
    events: tuple[Event, ...]
    alert_s: int  # when the alert fires, after the start
    service: str
    symptom: str
    expected: dict[str, Any] = field(default_factory=dict)


GUILTY = Scenario(
    name="guilty-commit",
    seconds=600,
    rate=0.6,
    events=(
        Event(90, "deploy", ("storefront", "storefront-words", "2026.11.24-1", "jonas")),
        Event(200, "deploy", ("cart", "cart", "2026.11.24-2", "jonas")),
        Event(360, "deploy", ("pricing", "pricing", "2026.11.24-3", "ines")),
        Event(378, "flip", ("express-checkout", "checkout", "leo")),
    ),
    alert_s=520,
    service="storefront",
    symptom="storefront: p95 of GET /products/{sku} above 600 ms for 1 minute; first 502s",
    expected={
        "verdict": "change_guilty",
        "guilty": "guilty",
        "guilty_service": "cart",
        "first_failing_service": "pricing",
        "remediation": "rollback",
        "innocent": ["pricing", "storefront-words", "express-checkout"],
    },
)

OPERATIONAL = Scenario(
    name="operational",
    seconds=510,
    rate=0.6,
    events=(
        Event(120, "deploy", ("shipping", "shipping-batch", "2026.11.24-1", "leo")),
        Event(245, "deploy", ("payment", "payment", "2026.11.24-2", "priya")),
        Event(270, "flip", ("express-checkout", "checkout", "leo")),
        Event(285, "break_acquirer", (0.35, 0.5)),
        Event(330, "break_acquirer", (0.75, 1.2)),
    ),
    alert_s=410,
    service="checkout",
    symptom="checkout: more than 10% of POST /orders answered 5xx for 1 minute",
    expected={
        "verdict": "no_change_guilty",
        "guilty": "",
        "first_failing_service": "payment",
        "external": "acquirer",
        "remediation": "failover",
        "innocent": ["payment", "shipping-batch", "express-checkout"],
    },
)

FALSE_ALARM = Scenario(
    name="false-alarm",
    seconds=480,
    rate=0.6,
    events=(
        Event(140, "deploy", ("shipping", "shipping-batch", "2026.11.24-1", "leo")),
        Event(260, "deploy", ("checkout", "checkout", "2026.11.24-2", "leo")),
        Event(300, "flip", ("express-checkout", "checkout", "leo")),
    ),
    alert_s=390,
    service="checkout",
    symptom="checkout: POST /orders p95 above 250 ms",
    expected={
        "verdict": "healthy",
        "guilty": "",
        "innocent": ["checkout", "shipping-batch", "express-checkout"],
    },
)

SCENARIOS = {scenario.name: scenario for scenario in (GUILTY, OPERATIONAL, FALSE_ALARM)}
