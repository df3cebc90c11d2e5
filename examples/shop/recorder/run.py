"""Plays a scenario on the real shop and writes the recording."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from examples.shop.load import Load, Mix, Shoppers
from examples.shop.recorder.infrastructure import Acquirer, DatabaseServer, watch_host
from examples.shop.recorder.otlp import Recorder
from examples.shop.recorder.scenarios import SCENARIOS, Scenario, Stage
from examples.shop.recorder.shop import HOST, REPOSITORY, SERVICES, Customers, Shop, text_of
from examples.shop.repository.build import build, bundle
from examples.shop.repository.edits import read_source

RECORDINGS = Path(__file__).resolve().parent.parent / "recordings"
BASELINE = "baseline"  # key of the commit that ran before the recording began
DEPLOYED_BEFORE = timedelta(days=4)


async def record(scenario: Scenario, target: Path, folder: Path) -> None:
    """Builds the repository in `folder`, runs everything, writes the recording to `target`."""
    repository = folder / "shop.git"
    hashes = build(repository)
    shop = Shop(repository, folder)
    shop.write_flags()
    recorder = Recorder(target)
    migrations = {p: t for p, t in read_source().items() if p.startswith("db/migrations/")}
    database = await DatabaseServer(migrations).start(shop.ports["database"])
    acquirer = Acquirer()
    sites = [await acquirer.start(shop.ports["acquirer"]), await recorder.start(shop.ports["otlp"])]
    host = watch_host(f"http://127.0.0.1:{shop.ports['otlp']}", HOST)
    try:
        await asyncio.gather(
            *(shop.start(name, hashes[BASELINE], "2026.11.20-1") for name in SERVICES)
        )
        began = await perform(scenario, Stage(shop, acquirer, hashes))
    finally:
        await shop.stop()
        await asyncio.to_thread(host.shutdown)
        database.close()
        for site in sites:
            await site.cleanup()
        recorder.close()
    ended = datetime.now(UTC)
    print(f"  {recorder.requests} requests, {recorder.bytes / 1e6:.1f} MB before compression")
    bundle(repository, target.parent / "shop.bundle")
    write(target, scenario, shop, hashes, began, ended)


async def perform(scenario: Scenario, stage: Stage) -> datetime:
    customers = Customers(stage.shop.ports["storefront"])
    load = Load(scenario.rate, wave=0.1, period_s=1200)
    shoppers = Shoppers(customers.send, load, Mix(products=300), random.Random(scenario.name))
    began = datetime.now(UTC)
    arriving = asyncio.create_task(shoppers.arrive(scenario.seconds))
    clock = asyncio.get_running_loop().time
    start = clock()
    for event in scenario.events:
        await asyncio.sleep(event.at_s - (clock() - start))
        await getattr(stage, event.method)(*event.arguments)
        print(f"  {clock() - start:5.0f} s  {event.method} {' '.join(map(str, event.arguments))}")
    await arriving
    for task in list(shoppers.tasks):
        task.cancel()
    await customers.session.close()
    print(f"  {shoppers.started} sessions, {shoppers.failures} failed requests")
    return began


def write(
    target: Path,
    scenario: Scenario,
    shop: Shop,
    hashes: dict[str, str],
    began: datetime,
    ended: datetime,
) -> None:
    before: list[dict[str, Any]] = [
        {"kind": "deployment", "id": f"deploy-{name}-2026.11.20-1", "service": name,
         "at": text_of(began - DEPLOYED_BEFORE), "version": "2026.11.20-1",
         "revision": hashes[BASELINE], "phase": "succeeded", "environment": "production",
         "repository": REPOSITORY, "actor": "mara"}
        for name in SERVICES
    ]  # fmt: skip
    incident = {
        "name": scenario.name,
        "service": scenario.service,
        "at": text_of(began + timedelta(seconds=scenario.alert_s)),
        "symptom": scenario.symptom,
        "window": {"start": text_of(began), "end": text_of(ended)},
        "telemetry": [f"{signal}.otlp.gz" for signal in ("traces", "metrics", "logs")],
        "changes": "changes.json",
        "repository": {"name": REPOSITORY, "bundle": "../shop.bundle"},
    }
    expected = scenario.expected | {
        "guilty": hashes.get(str(scenario.expected["guilty"]), ""),
        "innocent": [hashes.get(key, key) for key in scenario.expected["innocent"]],
    }
    for name, value in (
        ("changes.json", before + shop.changes),
        ("incident.json", incident),
        ("expected.json", expected),
    ):
        (target / name).write_text(json.dumps(value, indent=2) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="record",
        description="Run the shop for real and record its telemetry over OTLP. Each incident "
        "takes eight to ten minutes.",
    )
    parser.add_argument("incidents", nargs="*", metavar="INCIDENT", help=", ".join(SCENARIOS))
    parser.add_argument("--into", type=Path, default=RECORDINGS, help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.incidents if name not in SCENARIOS]
    if unknown:
        print(f"no such incident: {', '.join(unknown)}", file=sys.stderr)
        return 2
    for name in chosen.incidents or SCENARIOS:
        print(f"{name}: {SCENARIOS[name].seconds} s", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(record(SCENARIOS[name], chosen.into / name, Path(folder)))
    size = sum(file.stat().st_size for file in chosen.into.rglob("*") if file.is_file())
    print(f"{size / 1e6:.2f} MB in {chosen.into}")
    return 0
