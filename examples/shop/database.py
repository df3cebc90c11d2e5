"""The shop's database: SQLite, with the waiting of a server that is shared and far away.

A statement takes a base time plus a time per step of SQLite's virtual machine, so a query that
reads a whole table is slow because it really does. Writes take one lock, as SQLite has it.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable, Collection, Mapping
from typing import Any

STEPS_COUNTED = 20  # SQLite calls back once in so many steps
BUSY_TIMEOUT_S = 5.0
WRITES = ("INSERT", "UPDATE", "DELETE")


class Database:
    """`base_s` and `step_s` are the costs of a statement and of one step; `slowdown` multiplies
    both (a noisy neighbour, a failing disk)."""

    def __init__(
        self,
        path: str = ":memory:",
        *,
        chance: random.Random | None = None,
        base_s: float = 0.004,
        step_s: float = 0.00002,
        parallel: int = 8,
    ) -> None:
        self.file = sqlite3.connect(path, isolation_level=None)
        self.file.row_factory = sqlite3.Row
        self.file.execute("PRAGMA synchronous = OFF")
        self.file.set_progress_handler(self._count, STEPS_COUNTED)
        self.chance = chance or random.Random()
        self.base_s = base_s
        self.step_s = step_s
        self.slowdown = 1.0
        self.steps = 0
        self.busy_s = 0.0
        self.applied: set[str] = set()
        self._parallel = asyncio.Semaphore(parallel)
        self._writer = asyncio.Lock()

    def _count(self) -> int:
        self.steps += STEPS_COUNTED
        return 0

    def migrate(self, migrations: Mapping[str, str]) -> list[str]:
        """Runs those not run before, by name; returns their names."""
        new = [name for name in sorted(migrations) if name not in self.applied]
        for name in new:
            self.file.executescript(migrations[name])
            self.applied.add(name)
        return new

    def limit(self, full: bool) -> None:
        """A full disk: no page more than there are now."""
        pages = self.file.execute("PRAGMA page_count").fetchone()[0]
        self.file.execute(f"PRAGMA max_page_count = {pages if full else 1_000_000}")

    async def run(
        self, session: Session, sql: str, values: tuple[Any, ...]
    ) -> list[dict[str, Any]]:
        if sql.startswith("BEGIN"):
            await self._lock(session)
            return []
        if sql in ("COMMIT", "ROLLBACK"):
            await self._spend(0)
            session.unlock()
            return []
        alone = sql.startswith(WRITES) and not session.writing
        if alone:
            await self._lock(session)
        try:
            return await self._statement(sql, values)
        finally:
            if alone:
                session.unlock()

    async def _lock(self, session: Session) -> None:
        try:
            async with asyncio.timeout(BUSY_TIMEOUT_S):
                await self._writer.acquire()
        except TimeoutError:
            raise sqlite3.OperationalError("database is locked") from None
        session.writing = True

    def unlock(self) -> None:
        self._writer.release()

    async def _statement(self, sql: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
        async with self._parallel:
            before = self.steps
            rows = [dict(row) for row in self.file.execute(sql, values)]
            await self._spend(self.steps - before)
            return rows

    async def _spend(self, steps: int) -> None:
        seconds = (self.base_s + steps * self.step_s) * self.slowdown
        seconds *= self.chance.lognormvariate(0, 0.25)
        self.busy_s += seconds
        await asyncio.sleep(seconds)


class Session:
    """One connection of a client."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.writing = False

    async def run(self, sql: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
        return await self.database.run(self, sql, values)

    def unlock(self) -> None:
        if self.writing:
            self.writing = False
            self.database.unlock()

    def close(self) -> None:
        self.unlock()


CATEGORIES = ("books", "garden", "kitchen", "music", "tools", "toys")


def sku(number: int) -> str:
    """Identifiers hold no word of the shop's, so that renaming the shop leaves them alone."""
    return f"a-{number:04d}"


def fill(
    database: Database,
    *,
    products: int = 300,
    history: int = 3000,
    promotions: int = 4500,
    scarce: Collection[int] = (),
    rename: Callable[[str], str] = str,
) -> None:
    """Products with prices and stock, promotions, and orders of the past. Those whose
    numbers are in `scarce` are sold out. `rename` puts statements into another shop's words."""
    chance = database.chance
    skus = [sku(number) for number in range(products)]
    placed = [(f"old-{n}", "", f"u-{n % 500}", 1000 + n % 900, 0.0) for n in range(history)]
    held = [(chance.choice(skus), 1, f"old-{n}", 1e12) for n in range(history)]
    reduced = [
        (CATEGORIES[n % 6], chance.randint(0, 30), int(n % 40 == 0)) for n in range(promotions)
    ]

    def many(sql: str, rows: list[tuple[Any, ...]]) -> None:
        database.file.executemany(rename(sql), rows)

    many("INSERT INTO prices VALUES (?, ?, ?)",
         [(s, CATEGORIES[n % 6], 500 + 37 * n) for n, s in enumerate(skus)])  # fmt: skip
    many("INSERT INTO promotions (category, percent, active) VALUES (?, ?, ?)",
         reduced)  # fmt: skip
    many(
        "INSERT INTO stock VALUES (?, ?)",
        [(s, 0 if n in scarce else 100_000) for n, s in enumerate(skus)],
    )
    many("INSERT INTO reservations (sku, quantity, order_id, expires_at) VALUES (?, ?, ?, ?)", held)
    many("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", placed)
