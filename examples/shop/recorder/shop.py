"""The shop's processes: each runs from a checkout of the revision that was deployed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from examples.shop.repository.build import git
from examples.shop.virtual.loader import pins, wheel

SERVICES = ("pricing", "inventory", "cart", "payment", "checkout", "shipping", "storefront")
REPOSITORY = "shop"
REPOSITORY_URL = "https://git.shop.example/shop.git"
HOST = "node-a"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def text_of(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Running:
    process: asyncio.subprocess.Process
    revision: str
    version: str


@dataclass(slots=True)
class Shop:
    """`ports` are those of the services and of `database`, `acquirer` and `otlp`; `changes`
    collects the events that tell Causeway what was deployed and flipped."""

    repository: Path
    folder: Path
    ports: dict[str, int] = field(
        default_factory=lambda: {
            name: free_port() for name in (*SERVICES, "database", "acquirer", "otlp")
        }
    )
    running: dict[str, Running] = field(default_factory=dict)
    flags: dict[str, Any] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def flag_file(self) -> Path:
        return self.folder / "flags.json"

    def write_flags(self) -> None:
        self.flag_file.write_text(json.dumps(self.flags))

    def checkout(self, service: str, revision: str) -> Path:
        """A work tree, with the packages it pins beside it."""
        tree = self.folder / f"{service}-{revision[:10]}"
        if not tree.exists():
            git(self.repository, "worktree", "add", "--detach", str(tree), revision)
            site = tree / "site-packages"
            site.mkdir()
            for name, version in pins((tree / "requirements.txt").read_text()).items():
                if name in ("steadyretry", "ttlstore"):
                    (site / f"{name}.py").write_text(wheel(name, version))
        return tree

    def environment(self, service: str, tree: Path, revision: str, version: str) -> dict[str, str]:
        peers = {name: f"http://127.0.0.1:{port}" for name, port in self.ports.items()}
        resource = {
            "service.version": version,
            "service.namespace": "shop",
            "host.name": HOST,
            "deployment.environment.name": "production",
            "vcs.ref.head.revision": revision,
            "vcs.repository.url.full": REPOSITORY_URL,
        }
        return os.environ | {
            "PYTHONPATH": os.pathsep.join(map(str, (tree / "libs", tree, tree / "site-packages"))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SHOP_PEERS": json.dumps(peers),
            "SHOP_DATABASE": f"127.0.0.1:{self.ports['database']}",
            "SHOP_FLAGS": str(self.flag_file),
            "OTEL_EXPORTER_OTLP_ENDPOINT": peers["otlp"],
            "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{k}={v}" for k, v in resource.items()),
            "OTEL_METRIC_EXPORT_INTERVAL": "5000",
        }

    async def start(self, service: str, revision: str, version: str) -> None:
        """Starts the new process, waits until it listens, then stops the old one."""
        tree = self.checkout(service, revision)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "shoplib.http", service,
            cwd=tree, env=self.environment(service, tree, revision, version),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        async with asyncio.timeout(60):
            if await process.stdout.readline() != b"ready\n":
                raise RuntimeError(f"{service} at {revision} did not start")
        old = self.running.get(service)
        self.running[service] = Running(process, revision, version)
        if old is not None:
            await stop(old.process)

    async def deploy(self, service: str, revision: str, version: str, actor: str) -> None:
        old = self.running[service]
        event = {
            "kind": "deployment",
            "id": f"deploy-{service}-{version}",
            "service": service,
            "version": version,
            "revision": revision,
            "previous_revision": old.revision,
            "environment": "production",
            "repository": REPOSITORY,
            "actor": actor,
            "started_at": text_of(datetime.now(UTC)),
        }
        await self.start(service, revision, version)
        finished = text_of(datetime.now(UTC))
        self.changes.append(event | {"phase": "succeeded", "finished_at": finished, "at": finished})

    def flip(self, flag: str, service: str, after: bool, actor: str) -> None:
        before = bool(self.flags.get(flag, False))
        self.flags[flag] = after
        self.write_flags()
        now = text_of(datetime.now(UTC))
        words = {False: "off", True: "on"}
        self.changes.append(
            {"kind": "flag", "id": f"flag-{flag}-{now}", "flag": flag, "service": service,
             "at": now, "before": words[before], "after": words[after], "actor": actor}
        )  # fmt: skip

    async def stop(self) -> None:
        for running in reversed(self.running.values()):
            await stop(running.process)
        git(self.repository, "worktree", "prune")


async def stop(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(90):
        await process.wait()


class Customers:
    """Sends requests to the storefront over HTTP, without trace context of their own."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8))

    async def send(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        try:
            async with self.session.request(method, self.url + path, json=body) as answer:
                return answer.status, await answer.json()
        except (OSError, TimeoutError, aiohttp.ClientError):
            return 503, None
