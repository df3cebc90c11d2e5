"""Runs one incident under virtual time: the shop, its customers, its changes and its fault."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from examples.shop.database import Database, fill
from examples.shop.generator.alerts import Alert, Watch
from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.names import Names
from examples.shop.generator.topology import Topology
from examples.shop.load import Load, Mix, Shoppers
from examples.shop.virtual.loader import Program, Tree
from examples.shop.virtual.world import World

SCARCE = range(5, 9)  # products that are asked for now and then


@dataclass(slots=True)
class Acquirer:
    """Card payments, elsewhere: how slow, how often it refuses or never answers."""

    chance: random.Random
    mean_s: float = 0.2
    slowdown: float = 1.0
    fails: float = 0.0
    stalls: float = 0.0
    reference_key: str = "reference"

    async def __call__(
        self, request: Any, response: Callable[[int, Any], Any], names: Names
    ) -> Any:
        await asyncio.sleep(self.mean_s * self.slowdown * self.chance.lognormvariate(0, 0.3))
        if self.chance.random() < self.stalls:
            await asyncio.sleep(900)
        if request.body["amount"] <= 0:
            return response(422, {"error": "amount must be positive"})
        if self.chance.random() < self.fails:
            return response(503, {"error": "processor unavailable"})
        reference = f"acq-{self.chance.getrandbits(40):010x}"
        return response(200, names.keys({"charge": {self.reference_key: reference}}))


class Rollout(NamedTuple):
    """A service gets a revision, so many minutes after the start."""

    minute: float
    role: str
    tree: Tree  # rendered
    version: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about an incident that is decided before it runs."""

    seed: str
    mutation: Mutation
    topology: Topology
    names: Names
    baseline: Tree  # rendered; what every service runs at first
    rollouts: Sequence[Rollout]
    flips: Sequence[tuple[float, str, str]]  # minute, flag, role
    fault_minute: float
    minutes: int  # at most so long
    minutes_after: int  # how long the data goes on after the alert
    load: Load
    mix: Mix
    epoch_s: float
    versions: Mapping[str, str]  # role -> version at first


@dataclass(slots=True)
class Stage:
    """What an act may touch."""

    world: World
    plan: Plan
    load: Load
    acquirer: Acquirer
    database: ExposedDatabase
    chance: random.Random
    disk_used: int
    flips: list[tuple[float, str, str]] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def mutation(self) -> Mutation:
        return self.plan.mutation

    @property
    def names(self) -> Names:
        return self.plan.names

    def flip(self, flag: str, role: str) -> None:
        self.world.flags[self.names.text(flag)] = True
        self.flips.append(((self.world.now() - self.world.epoch_s) / 60, flag, role))

    def keep(self, *works: Coroutine[Any, Any, None]) -> None:
        self.tasks += [asyncio.ensure_future(work) for work in works]


class ExposedDatabase(Database):
    """A database that others use too."""

    async def occupy(self, steps: int) -> None:
        """A statement of so many steps, from somebody who is not of the shop."""
        async with self._parallel:
            await self._spend(steps)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`minutes` is how long it ran; None for the alert when no rule was broken."""

    plan: Plan
    world: World
    alert: Alert | None
    minutes: int
    flips: Sequence[tuple[float, str, str]]


async def simulate(plan: Plan) -> Outcome:
    chance = random.Random(f"{plan.seed}/stage")
    world = World(plan.seed, plan.epoch_s)
    stage = _stage(plan, world, chance)
    for role in plan.topology.roles:
        await world.deploy(role, plan.baseline, plan.versions[role])
    shoppers = Shoppers(_entrance(plan, world), plan.load, plan.mix, chance)
    stage.keep(
        world.watch(),
        shoppers.arrive(plan.minutes * 60.0),
        *(_at(rollout.minute, world.deploy, *rollout[1:]) for rollout in plan.rollouts),
        *(_at(minute, _flip, stage, flag, role) for minute, flag, role in plan.flips),
    )
    if plan.mutation.act is not None:
        stage.keep(_at(plan.fault_minute, plan.mutation.act, stage))
    watch = Watch(plan.seed, plan.mutation, plan.names, plan.fault_minute)
    alert, minute = None, 0
    while minute < plan.minutes and (alert is None or minute < alert.minute + plan.minutes_after):
        await asyncio.sleep(60)
        _raise_failures(stage.tasks)
        minute = world.minute()
        alert = alert or watch.look(world.archive, minute - 2)
    return Outcome(plan, world, alert, minute - 1, tuple(stage.flips))


def _stage(plan: Plan, world: World, chance: random.Random) -> Stage:
    ambience = plan.mutation.ambience
    database = ExposedDatabase(
        chance=random.Random(f"{plan.seed}/database"),
        step_s=0.00002 * chance.uniform(0.9, 1.3) * ambience.get("busy", 1.0),
    )
    world.databases[plan.names.text("shop")] = database
    migrations = {p: t for p, t in plan.baseline.items() if p.startswith("db/migrations/")}
    database.migrate(migrations)
    fill(database, rename=plan.names.text, scarce=SCARCE if "scarce" in ambience else ())
    if "memory" in ambience:
        world.memory_limit_bytes = ambience["memory"] * chance.uniform(0.9, 1.15)
        world.bytes_per_entry = 60_000
    acquirer = Acquirer(
        random.Random(f"{plan.seed}/acquirer"),
        mean_s=ambience.get("acquirer_s", chance.uniform(0.12, 0.35)),
        fails=ambience.get("acquirer_fails", 0.0),
        stalls=ambience.get("acquirer_stalls", 0.0),
    )
    stage = Stage(world, plan, plan.load, acquirer, database, chance, chance.randint(38, 74))
    messages = _messages(plan)

    async def acquire(request: Any) -> Any:
        return await acquirer(request, messages.Response, plan.names)

    world.externals[plan.names.text("acquirer")] = acquire
    world.packages = {plan.names.text(name): name for name in ("steadyretry", "ttlstore")}
    world.paths = {role: plan.names.words[role] for role in plan.topology.roles}
    _probe(stage)
    return stage


def _probe(stage: Stage) -> None:
    """What the machines say about themselves."""
    plan, world, database = stage.plan, stage.world, stage.database
    host = plan.names.text("shopdb")
    seen = {"busy": 0.0}

    def utilization() -> float:
        busy, seen["busy"] = database.busy_s - seen["busy"], database.busy_s
        return min(busy / 60 / 8, 1.0)

    def disk() -> float:
        return stage.disk_used / 100 + world.minute() * 0.0001

    world.probes[host, "system.filesystem.utilization"] = lambda: min(disk(), 1.0)
    world.probes[host, "system.disk.io.utilization"] = utilization
    expiry_s = stage.chance.uniform(20, 80) * 86400
    if plan.mutation.name == "certificate-expired":
        expiry_s = plan.fault_minute * 60
    now = world.minute
    world.probes[plan.names.services["payment"], "tls.certificate.remaining"] = lambda: (
        expiry_s - 60.0 * now()
    )


def _messages(plan: Plan) -> Any:
    library = plan.names.text("shoplib")
    return Program(plan.baseline).module(f"{library}.messages")


def _entrance(plan: Plan, world: World) -> Any:
    entry = plan.names.services[plan.topology.entry]
    request = _messages(plan).Request

    async def send(method: str, path: str, body: Any) -> tuple[int, Any]:
        asked = request(method, plan.names.text(path), plan.names.keys(body))
        try:
            response = await world.deliver(entry, asked)
        except OSError:
            return 503, None
        return response.status, response.body

    return send


async def _at(minute: float, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
    await asyncio.sleep(minute * 60)
    await work(*arguments)


async def _flip(stage: Stage, flag: str, role: str) -> None:
    stage.flip(flag, role)


def _raise_failures(tasks: Sequence[asyncio.Task[None]]) -> None:
    """A fault of the stage itself must not pass for one of the shop."""
    for task in tasks:
        if task.done() and (error := task.exception()) is not None:
            raise error
