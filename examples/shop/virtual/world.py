"""The machines under virtual time: processes, the network between them, databases, providers."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from examples.shop.database import Database, Session
from examples.shop.virtual.loader import Program, Tree
from examples.shop.virtual.telemetry import Archive, Telemetry

BYTES_PER_ENTRY = 24_000  # what one entry of a growing container stands for
RESTART_S = 25.0
External = Callable[[Any], Awaitable[Any]]


@dataclass(slots=True)
class Host:
    name: str
    slowdown: float = 1.0
    busy_s: float = 0.0
    steal: float = 0.0  # share of the processor that a neighbour takes


@dataclass(slots=True)
class Network:
    """`broken` says for (caller, peer), or ('', peer), which error a connection meets; `delay_s`
    is one way; `slow` adds seconds for a peer; `loss` is the share of packets lost to it."""

    chance: random.Random
    delay_s: float = 0.0008
    broken: dict[tuple[str, str], OSError] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    loss: dict[str, float] = field(default_factory=dict)

    async def cross(self, caller: str, peer: str) -> None:
        error = self.broken.get((caller, peer)) or self.broken.get(("", peer))
        seconds = self.delay_s * self.chance.lognormvariate(0, 0.4) + self.slow.get(peer, 0.0)
        while self.chance.random() < self.loss.get(peer, 0.0):
            seconds += 0.4  # a retransmission
        await asyncio.sleep(seconds)
        if error is not None:
            raise type(error)(*error.args)


class Process:
    """One running revision of one service."""

    def __init__(self, world: World, role: str, tree: Tree, version: str, host: Host) -> None:
        self.world = world
        self.host = host
        self.program = Program(tree, world.packages)
        self.tree = tree
        self.folder = world.paths.get(role, role)
        self.service = self.program.module(f"services.{self.folder}.app").service
        self.name: str = self.service.name
        self.role = role
        self.version = version
        self.random = random.Random(f"{world.seed}/{role}/{version}")
        self.flags = world.flags
        self.telemetry = Telemetry(world.archive, self.name, version, self.now, world.epoch_s)
        self.free_at_s = 0.0
        self.busy_s = 0.0
        self.cpu_s = 0.002
        self.up = False
        self.requests: set[asyncio.Task[Any]] = set()
        self.response = self.program.module(
            self.service.__class__.__module__.rsplit(".", 1)[0] + ".messages"
        )

    def now(self) -> float:
        return self.world.now()

    async def start(self) -> None:
        library = self.service.__class__.__module__.rsplit(".", 1)[0]
        config = self.program.module(f"{library}.config")
        await self.service.start(self, config.load(self.tree[f"config/{self.folder}.toml"]))
        self.up = True

    def connect(self, name: str) -> Session:
        return Session(self.world.database(name))

    async def send(self, peer: str, request: Any) -> Any:
        await self.world.network.cross(self.name, peer)
        return await self.world.deliver(peer, request)

    async def serve(self, request: Any) -> Any:
        """Runs on when the caller has given up, as a server does."""
        task = asyncio.get_running_loop().create_task(self._work(request))
        self.requests.add(task)
        task.add_done_callback(self.requests.discard)
        answer = await asyncio.shield(task)
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def _work(self, request: Any) -> Any:
        try:
            await self._compute()
            return await self.service.handle(request)
        except asyncio.CancelledError:
            return ConnectionResetError(f"connection reset by {self.name}")

    async def _compute(self) -> None:
        """The processor works on one request at a time."""
        seconds = self.cpu_s * self.random.lognormvariate(0, 0.3) * self.host.slowdown
        start = max(self.now(), self.free_at_s)
        self.free_at_s = start + seconds
        self.busy_s += seconds
        await asyncio.sleep(self.free_at_s - self.now())

    def stop(self) -> None:
        """Ends what runs beside the requests, in the order it began: sets have none."""
        self.up = False
        for task in sorted(self.service.tasks, key=_age):
            task.cancel()

    def kill(self) -> None:
        self.stop()
        for task in sorted(self.requests, key=_age):
            task.cancel()

    def entries(self) -> int:
        """How much the process holds on to: entries of all containers that live on."""
        roots = [vars(module) for module in self.program.modules.values()]
        return sum(len(container) for container in _containers(roots, set(self.program.modules)))


def _age(task: asyncio.Task[Any]) -> int:
    """asyncio numbers its tasks as they are made: Task-1, Task-2, …"""
    return int(task.get_name().rpartition("-")[2])


def _containers(roots: list[dict[str, Any]], modules: set[str]) -> Iterator[Any]:
    """Containers reachable from the roots through objects whose class the program defines."""
    seen: set[int] = set()
    waiting: deque[Any] = deque(value for root in roots for value in root.values())
    while waiting:
        value = waiting.popleft()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, (dict, list, set, deque)):
            yield value
            if isinstance(value, dict) and len(value) < 50 and "__builtins__" not in value:
                waiting.extend(value.values())
        elif type(value).__module__ in modules and hasattr(value, "__dict__"):
            waiting.extend(vars(value).values())


class World:
    """`epoch_s` is when virtual time begins, in seconds since 1970. Made inside a running loop."""

    def __init__(self, seed: str, epoch_s: float) -> None:
        self.seed = seed
        self.epoch_s = epoch_s
        self.elapsed_s = asyncio.get_running_loop().time
        self.archive = Archive(random.Random(f"{seed}/ids"))
        self.network = Network(random.Random(f"{seed}/network"))
        self.hosts: dict[str, Host] = {}
        self.databases: dict[str, Database] = {}
        self.processes: dict[str, Process] = {}
        self.externals: dict[str, External] = {}
        self.flags: dict[str, Any] = {}
        self.restarts: dict[str, int] = {}
        self.memory: dict[str, float] = {}
        self.memory_limit_bytes = 512e6
        self.bytes_per_entry = BYTES_PER_ENTRY
        self.packages: dict[str, str] = {}  # local name -> name in the wheelhouse
        self.paths: dict[str, str] = {}  # role -> its folder in the repository
        self.probes: dict[tuple[str, str], Callable[[], float]] = {}

    def now(self) -> float:
        return self.epoch_s + self.elapsed_s()

    def minute(self) -> int:
        return int(self.elapsed_s() // 60)

    def database(self, name: str) -> Database:
        return self.databases[name]

    def host(self, role: str) -> Host:
        return self.hosts.setdefault(role, Host(f"node-{len(self.hosts) + 1}"))

    async def deploy(self, role: str, tree: Tree, version: str) -> None:
        """The new process takes over; the old one finishes what it has begun."""
        migrations = {
            path: text for path, text in tree.items() if path.startswith("db/migrations/")
        }
        process = Process(self, role, tree, version, self.host(role))
        for database in self.databases.values():
            database.migrate(migrations)
        await process.start()
        old = self.processes.get(process.name)
        self.processes[process.name] = process
        if old is not None:
            old.stop()

    async def restart(self, process: Process) -> None:
        """Killed, and started again from the same revision after a while."""
        process.kill()
        self.restarts[process.name] = self.restarts.get(process.name, 0) + 1
        await asyncio.sleep(RESTART_S)
        if self.processes[process.name] is process:
            await self.deploy(process.role, process.tree, process.version)

    async def deliver(self, peer: str, request: Any) -> Any:
        if peer in self.externals:
            return await self.externals[peer](request)
        process = self.processes.get(peer)
        if process is None or not process.up:
            raise ConnectionRefusedError(f"connection refused by {peer}")
        return await process.serve(request)

    async def watch(self) -> None:
        """Samples gauges once a minute, and kills what uses too much memory."""
        busy: dict[str, float] = {}
        restarting: set[asyncio.Task[None]] = set()
        while True:
            await asyncio.sleep(60)
            minute = self.minute() - 1
            for name, process in list(self.processes.items()):
                for (gauge, labels), read in process.telemetry.gauges.items():
                    self.archive.sample(name, gauge, labels, minute, float(read()))
                cpu = process.busy_s - busy.get(name, 0.0)
                busy[name] = process.busy_s
                self._sample_process(process, minute, max(cpu, 0.0) / 60)
                if self.memory[name] > self.memory_limit_bytes and process.up:
                    process.telemetry.log("FATAL", "out of memory: killed by the kernel", {})
                    task = asyncio.ensure_future(self.restart(process))
                    restarting.add(task)
                    task.add_done_callback(restarting.discard)
            for (name, gauge), read in self.probes.items():
                self.archive.sample(name, gauge, (), minute, read())

    def _sample_process(self, process: Process, minute: int, cpu: float) -> None:
        base = 70e6 + 3e6 * (len(process.name) % 7)
        noise = process.random.gauss(0, 0.01)
        memory = (base + process.entries() * self.bytes_per_entry) * (1 + noise)
        self.memory[process.name] = memory
        gauges = {
            "process.memory.usage": memory if process.up else 0.0,
            "process.cpu.utilization": cpu + process.host.steal,
            "k8s.container.restarts": float(self.restarts.get(process.name, 0)),
            "k8s.pod.ready": float(process.up),
        }
        for name, value in gauges.items():
            self.archive.sample(process.name, name, (), minute, value)
