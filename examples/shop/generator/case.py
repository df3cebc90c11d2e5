"""An incident that ran, with what decides how it is written down."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime

from examples.shop.generator.alerts import Alert
from examples.shop.generator.incident import Incident
from examples.shop.generator.metrics import Style, style
from examples.shop.generator.simulation import Outcome


@dataclass(frozen=True, slots=True)
class Gap:
    """Signals that were not recorded: of this service, of this kind, from this minute on."""

    service: str = ""
    kind: str = ""  # traces, logs, metrics
    minute: int = 0

    def hides(self, service: str, kind: str, minute: float) -> bool:
        return self.service == service and self.kind == kind and minute >= self.minute


@dataclass(slots=True)
class Case:
    incident: Incident
    outcome: Outcome
    alert: Alert
    style: Style
    gap: Gap
    chance: random.Random

    def time(self, minute: float) -> str:
        return self.stamp(self.outcome.plan.epoch_s + minute * 60)

    def stamp(self, seconds: float) -> str:
        moment = datetime.fromtimestamp(seconds, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def service(self, role: str) -> str:
        names = self.outcome.plan.names
        if role == "database":
            return names.text("shopdb")
        return names.services.get(role, "none")


def case(incident: Incident, outcome: Outcome, alert: Alert) -> Case:
    chance = random.Random(f"{outcome.plan.seed}/writing")
    gap = Gap()
    if chance.random() < 0.35:
        services = [outcome.plan.names.services[role] for role in outcome.plan.topology.roles]
        others = [name for name in services if name != alert.key.service]
        kind = chance.choice(("traces", "logs", "metrics"))
        gap = Gap(
            chance.choice(others), kind, chance.choice((0, 0, int(outcome.plan.fault_minute)))
        )
    return Case(incident, outcome, alert, style(chance), gap, chance)
