"""The shop's monitoring: rules over minute values; the first that stays broken raises the alert."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from examples.shop.generator.metrics import Key, at_minute
from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.names import Names
from examples.shop.virtual.telemetry import Archive

MINIMUM_RPS = 0.08  # thinner minutes say nothing
WARM_UP = 5  # minutes that no baseline contains


@dataclass(frozen=True, slots=True)
class Rule:
    """Broken when the value is above `floor`, above `times` the usual and `extra` more than it;
    with `below`, when it is under `times` the usual."""

    kind: str
    metric: str
    floor: float
    times: float
    extra: float = 0.0
    below: bool = False

    def threshold(self, usual: float) -> float:
        if self.below:
            return usual * self.times
        return max(self.floor, usual * self.times, usual + self.extra)

    def broken(self, value: float, usual: float) -> bool:
        if self.below:
            return usual > self.floor and value < self.threshold(usual)
        return value > self.threshold(usual)


RULES = (
    Rule("errors", "errors_5xx", 0.04, 2.5, 0.03),
    Rule("rejections", "errors_4xx", 0.08, 2.5, 0.08),
    Rule("rejections", "route_4xx", 0.12, 2.5, 0.12),
    Rule("latency", "latency_p95", 0.1, 1.7, 0.08),
    Rule("latency", "latency_p99", 0.15, 1.9, 0.15),
    Rule("latency", "route_p50", 0.03, 1.6, 0.05),
    Rule("latency", "route_p95", 0.1, 1.8, 0.1),
    Rule("upstream", "upstream_errors", 0.08, 3.0, 0.06),
    Rule("pool", "pool_wait_p95", 0.1, 3.0, 0.1),
    Rule("memory", "memory", 1e8, 1.45),
    Rule("restarts", "restarts", 0.5, 1.0, 0.5),
    Rule("queue", "queue_depth", 25, 4.0, 20),
    Rule("chores", "chore_failures", 2.5, 3.0, 2.0),
    Rule("cache", "cache_hits", 0.25, 0.55, below=True),
    Rule("active", "active", 8, 4.0, 6),
    Rule("disk", "disk_used", 0.95, 1.02),
)
# What shows whether a service is hurt, for the blast radius.
HURT = ("errors", "latency", "queue", "restarts")


@dataclass(frozen=True, slots=True)
class Alert:
    minute: int
    key: Key
    kind: str
    threshold: float
    observed: float


class Watch:
    """Looks at one minute after the other. An alert needs `patience` broken minutes in a row;
    which of several broken rules pages somebody is drawn, those that suit the fault first."""

    def __init__(self, seed: str, mutation: Mutation, names: Names, fault_minute: float) -> None:
        self.chance = random.Random(f"{seed}/watch")
        self.mutation = mutation
        self.names = names
        self.fault_minute = int(fault_minute)
        self.history: dict[Key, dict[int, float]] = defaultdict(dict)
        self.streaks: dict[tuple[Key, Rule], int] = defaultdict(int)
        self.patience = self.chance.choice((2, 3, 3, 4))
        self.delay = self.chance.choice((0, 0, 1, 2, 4))
        self.alarm_minute = self.fault_minute + self.chance.randint(6, 25)
        self.waited = 0
        self.pending: Alert | None = None
        self.usual: dict[Key, float] = {}

    def look(self, archive: Archive, minute: int) -> Alert | None:
        if minute < WARM_UP:
            return None
        values = at_minute(archive, minute)
        if minute < self.fault_minute:
            for key, value in values.items():
                self.history[key][minute] = value
            return None
        if not self.usual:
            self.usual = usual(self.history)
        if self.mutation.name == "tight-threshold":
            return self._false_alarm(values, minute)
        return self._first(values, minute)

    def _first(self, values: Mapping[Key, float], minute: int) -> Alert | None:
        firing = [
            (key, rule)
            for key, rule in broken(values, self.usual)
            if self._streak(key, rule, minute) >= self.patience
        ]
        suited = [found for found in firing if found[1].kind in self.mutation.monitors]
        if suited:
            key, rule = self.chance.choice(suited + suited + firing)
            threshold = rule.threshold(self.usual.get(key, 0.0))
            self.pending = Alert(minute, key, rule.kind, threshold, values[key])
            self.waited += 1
        # Some pagers are slow, but none forgets because the trouble has passed meanwhile.
        return self.pending if self.waited > self.delay or not suited else None

    def _streak(self, key: Key, rule: Rule, minute: int) -> int:
        """Minutes in a row up to this one; remembers the minute it was last broken."""
        last = self.streaks[key, rule]
        length = last % 1000 + 1 if last // 1000 == minute - 1 else 1
        self.streaks[key, rule] = minute * 1000 + length
        return length

    def _false_alarm(self, values: Mapping[Key, float], minute: int) -> Alert | None:
        """A threshold that somebody set too near the usual."""
        if minute < self.alarm_minute:
            return None
        metrics = ("latency_p95", "latency_p99", "cpu", "rps")
        near = [
            key
            for key, value in sorted(values.items())
            if key.metric in metrics and self.usual.get(key, 1e9) * 0.8 < value
        ]
        if not near:
            return None
        key = self.chance.choice(near)
        return Alert(
            minute, key, "latency", values[key] * self.chance.uniform(0.8, 0.97), values[key]
        )


def usual(history: Mapping[Key, Mapping[int, float]]) -> dict[Key, float]:
    """The 90th percentile of each series before the fault."""
    return {
        key: float(np.percentile(list(minutes.values()), 90)) for key, minutes in history.items()
    }


def broken(values: Mapping[Key, float], usual: Mapping[Key, float]) -> list[tuple[Key, Rule]]:
    """Every series that breaks a rule in this minute."""
    found = []
    for rule in RULES:
        for key in sorted(values):
            if key.metric != rule.metric:
                continue
            rate = values.get(Key(key.service, "rps"))
            thin = rate is not None and rate < MINIMUM_RPS
            known = usual.get(key, 1.0 if rule.below else 0.0)
            if not thin and rule.broken(values[key], known):
                found.append((key, rule))
    return found
