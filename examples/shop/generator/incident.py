"""Decides everything about an incident from its seed, before it runs."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from examples.shop.generator import names, topology
from examples.shop.generator.history import Commit, Conflict, Item, fixed, write
from examples.shop.generator.innocents import attempt, draw
from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.simulation import Plan, Rollout
from examples.shop.generator.topology import BASE_ROLES, Topology
from examples.shop.load import Load, Mix
from examples.shop.repository.edits import Edit, Tree, apply

FLAGS = (
    "new-header",
    "async-receipts",
    "compact-pages",
    "beta-search",
    "audit-log",
    "fast-lane",
    "warm-cache",
    "strict-mode",
    "quick-view",
    "read-replica",
    "smart-retry",
    "bulk-edit",
)


CARRIED = 0.2  # share of guilty commits that go out under a later commit's hash
CLOSEST = 1.5  # minutes between the guilty deployment and another one, at least


@dataclass(frozen=True, slots=True)
class Deployment:
    minute: float
    role: str
    commit: Commit
    version: str


@dataclass(frozen=True, slots=True)
class Incident:
    """A plan, and the changes as the records will tell them."""

    plan: Plan
    commits: Sequence[Commit]
    deployments: Sequence[Deployment]

    @property
    def guilty(self) -> Commit | None:
        return next((commit for commit in self.commits if commit.item.guilty), None)


def plan(seed: str, mutation: Mutation, healthy: Tree) -> Incident:
    """Tries surroundings until the mutation fits them."""
    for number in range(40):
        chance = random.Random(f"{seed}/plan/{number}")
        shape = topology.choose(_prepared(healthy, mutation), chance)
        if not _fits(mutation, shape.tree):
            continue
        try:
            return _planned(f"{seed}/{number}", mutation, shape, chance)
        except Conflict:
            continue
    raise RuntimeError(f"{mutation.name} fits no variant of the shop")


def _fits(mutation: Mutation, tree: Tree) -> bool:
    path, text = mutation.needs
    if text not in tree.get(path, ""):
        return False
    try:
        changes = mutation.changes(tree, random.Random(0)) if mutation.changes else ()
    except KeyError:
        return False
    return attempt(tree, changes) is not None


# Without it, a table that somebody else filled shows nowhere in the telemetry.
COUNTED_ROWS = Edit(
    "libs/shoplib/pool.py",
    """\
"client", attributes):
            rows = await self._run(sql, values)
""",
    """\
"client", attributes) as span:
            rows = await self._run(sql, values)
            span.set("db.response.returned_rows", len(rows))
""",
)


def _prepared(healthy: Tree, mutation: Mutation) -> Tree:
    """Surroundings that are part of the source: spans that count the rows of a statement, little
    room in pricing's pool, more tries with the acquirer, or, for a flag that will be flipped, the
    code behind it."""
    healthy = apply(healthy, [COUNTED_ROWS])
    if "tight" in mutation.ambience:
        tight = topology.setting(healthy, "config/pricing.toml", "database", "pool_size", 1)
        return apply(healthy, [tight])
    if "persistent" in mutation.ambience:
        tries = topology.setting(healthy, "config/payment.toml", "client.acquirer", "attempts", 4)
        return apply(healthy, [tries])
    if "flagged" not in mutation.ambience:
        return healthy
    path = "services/pricing/app.py"
    return apply(
        healthy,
        [
            Edit(
                path,
                "await connection.fetch(PROMOTIONS, category)\n",
                "await connection.fetch(\n"
                '        LIVE if service.flags.on("live-promotions") else PROMOTIONS, category\n'
                "    )\n",
            ),
            Edit(
                path,
                "\n\nasync def load_prices",
                '\nLIVE = "SELECT percent FROM promotions '
                'WHERE lower(category) = ? AND active + 0 = 1"'
                "\n\n\nasync def load_prices",
            ),
        ],
    )


def _planned(seed: str, mutation: Mutation, shape: Topology, chance: random.Random) -> Incident:
    words = names.choose(chance)
    busy = "busy" in mutation.ambience
    fault = chance.uniform(27, 36) if busy else chance.uniform(38, 68)
    items = _items(mutation, shape, fault, chance)
    commits = write(items, shape.tree, words, chance)
    start = _start(chance)
    deployments = _deployments(commits, mutation, shape, start, chance)
    rendered = words.tree(shape.tree)
    rollouts = [
        Rollout(d.minute, d.role, d.commit.tree, d.version) for d in deployments if d.minute > 0
    ]
    return Incident(
        plan=Plan(
            seed=seed,
            mutation=mutation,
            topology=shape,
            names=words,
            baseline=rendered,
            rollouts=rollouts,
            flips=_flips(mutation, shape, fault, chance),
            fault_minute=fault,
            minutes=int(fault) + (100 if "memory" in mutation.ambience else 28 if busy else 34),
            minutes_after=chance.randint(2, 6),
            load=_load(mutation, fault, chance),
            mix=_mix(mutation, chance),
            epoch_s=start.timestamp(),
            versions={role: _version(start, -60.0 - 13 * n) for n, role in enumerate(shape.roles)},
        ),
        commits=commits,
        deployments=deployments,
    )


def _items(mutation: Mutation, shape: Topology, fault: float, chance: random.Random) -> list[Item]:
    """In the order of the history; which go out, and when."""
    earliest = -chance.uniform(60, 240)
    innocents = draw(shape.tree, chance, chance.randint(10, 24))
    items = [
        Item(i.role, i.message, fixed(i), chance.uniform(earliest, fault + 10)) for i in innocents
    ]
    guilty = _guilty(mutation, fault, chance)
    for lure in mutation.lures:
        if chance.random() < 0.85:
            near = chance.uniform(-9, 12) if guilty else chance.uniform(-12, -0.5)
            merged = fault + near - chance.uniform(2, 15)
            changes = functools.partial(lure.changes, chance=chance)
            items.append(
                Item(lure.role, lure.message, changes, merged, lure=True, deployed=fault + near)
            )
    ready = [i for i in items if not i.lure and i.message[:4] not in ("test", "docs")]
    chance.shuffle(ready)
    for item in ready[: chance.randint(1, 4)]:
        out = fault + chance.uniform(-25, 14)
        item.deployed = max(out, item.minute + 2)
    if guilty is not None:
        items.append(guilty)
        _keep_apart(items, guilty, mutation)
        if chance.random() < CARRIED:
            _carry(items, guilty, chance)
    return sorted(items, key=lambda item: item.minute)


def _guilty(mutation: Mutation, fault: float, chance: random.Random) -> Item | None:
    changes = mutation.changes
    if changes is None:
        return None
    return Item(
        mutation.role,
        chance.choice(mutation.messages),
        lambda tree: changes(tree, chance),
        fault - chance.choice((2, 4, 9, 17, 40)) * chance.uniform(0.8, 1.2),
        guilty=True,
        deployed=fault,
    )


def _carry(items: Sequence[Item], guilty: Item, chance: random.Random) -> None:
    """The deployment names the commit that was merged last, not the guilty one before it."""
    assert guilty.deployed is not None
    idle = [item for item in items if item.deployed is None and not item.lure]
    if idle:
        last = chance.choice(idle)
        last.role, last.deployed, guilty.deployed = guilty.role, guilty.deployed, None
        last.minute = chance.uniform(guilty.minute, last.deployed)


def _keep_apart(items: Sequence[Item], guilty: Item, mutation: Mutation) -> None:
    """No other deployment may bring the guilty change early or take it away again: what goes out
    with the guilty service afterwards contains it, what goes out with others does not when the
    change is shared."""
    assert guilty.deployed is not None
    for item in items:
        if item is guilty or item.deployed is None:
            continue
        if abs(item.deployed - guilty.deployed) < CLOSEST:
            item.deployed += 2 * CLOSEST
        later = item.deployed >= guilty.deployed
        if item.role == guilty.role or not item.role:
            item.role = guilty.role
            wanted_after = later
        elif mutation.shared:
            wanted_after = False
        else:
            continue
        if wanted_after and item.minute <= guilty.minute:
            item.minute = (guilty.minute + item.deployed) / 2
        elif not wanted_after and item.minute >= guilty.minute:
            item.minute = guilty.minute - 1 - (item.minute - guilty.minute) / 60


def _deployments(
    commits: Sequence[Commit],
    mutation: Mutation,
    shape: Topology,
    start: datetime,
    chance: random.Random,
) -> list[Deployment]:
    found = []
    for commit in commits:
        if commit.item.deployed is not None:
            role = commit.item.role or chance.choice(shape.roles)
            minute = commit.item.deployed
            found.append(Deployment(minute, role, commit, _version(start, minute)))
    early = [commit for commit in commits if commit.item.minute < -10 and commit.item.role]
    for commit in early[: chance.randint(0, 3)]:
        if commit.item.deployed is None:
            minute = commit.item.minute + 8
            found.append(Deployment(minute, commit.item.role, commit, _version(start, minute)))
    return sorted(found, key=lambda deployment: deployment.minute)


def _flips(
    mutation: Mutation, shape: Topology, fault: float, chance: random.Random
) -> list[tuple[float, str, str]]:
    """Flags that switch nothing: one near the fault, others whenever."""
    flags = chance.sample(FLAGS, 3)
    near = (fault + chance.uniform(-4, 9), flags[0], chance.choice(BASE_ROLES))
    others = [
        (chance.uniform(4, fault - 4), flag, chance.choice(shape.roles))
        for flag in flags[1 : chance.randint(1, 3)]
    ]
    return sorted([near, *others]) if chance.random() < 0.85 else sorted(others)


def _load(mutation: Mutation, fault: float, chance: random.Random) -> Load:
    shape = chance.choice(("steady", "diurnal", "bursty"))
    rate = mutation.ambience.get("rate", chance.uniform(0.25, 0.4))
    if "busy" in mutation.ambience:
        rate = chance.uniform(0.7, 0.85)
    load = Load(rate, wave=0.05, period_s=900, phase=chance.uniform(0, 6))
    if shape == "diurnal":
        load.wave, load.period_s = chance.uniform(0.1, 0.2), chance.uniform(4, 9) * 3600
    if shape == "bursty":
        load.bursts = tuple(
            (
                60 * minute + chance.uniform(0, 200),
                chance.uniform(40, 100),
                chance.uniform(1.3, 1.7),
            )
            for minute in range(6, 170, 9)
        )
    if "bursts" in mutation.ambience:  # one that passes before the fault, one soon after it
        factor = mutation.ambience["bursts"]
        first = fault + chance.uniform(2, 7)
        load.bursts = tuple((60 * (first + n * 17), 80.0, factor) for n in (-1, 0, 1))
    return load


def _mix(mutation: Mutation, chance: random.Random) -> Mix:
    return Mix(
        pages=chance.choice((2, 3, 4)),
        buys=chance.uniform(0.45, 0.75),
        looks_back=mutation.ambience.get("looks_back", chance.uniform(0.1, 0.25)),
        coupons=chance.uniform(0.05, 0.3),
        think_s=chance.uniform(2.5, 5),
        favourites=mutation.ambience.get("favourites", 0.6),
        units=mutation.ambience.get("units", 0.9),
        unknown=mutation.ambience.get("unknown", 0.0),
    )


def _start(chance: random.Random) -> datetime:
    day = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(700))
    return day + timedelta(minutes=chance.randrange(24 * 60))


def _version(start: datetime, minute: float) -> str:
    return f"v{start + timedelta(minutes=minute):%Y.%m.%d-%H%M}"
