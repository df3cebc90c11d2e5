"""Database connections, a fixed number of them, lent out one user at a time."""

import asyncio
from collections import deque
from contextlib import asynccontextmanager

from shoplib.errors import PoolTimeout


class Pool:
    def __init__(self, runtime, name: str, pool_size: int, acquire_timeout_s: float) -> None:
        self.runtime = runtime
        self.telemetry = runtime.telemetry
        self.name = name
        self.size = pool_size
        self.acquire_timeout_s = acquire_timeout_s
        self.idle: deque = deque()
        self.open = 0
        self.free = asyncio.Semaphore(pool_size)
        self.waiting = 0
        used = {"db.client.connection.pool.name": name, "db.client.connection.state": "used"}
        pool = {"db.client.connection.pool.name": name}
        gauge = self.telemetry.gauge
        gauge("db.client.connection.count", lambda: self.used, "{connection}", used)
        gauge("db.client.connection.max", lambda: self.size, "{connection}", pool)
        gauge("db.client.connection.pending_requests", lambda: self.waiting, "{request}", pool)

    @property
    def used(self) -> int:
        return self.open - len(self.idle)

    async def acquire(self) -> "Connection":
        """A connection, to be given back with `release`. Raises PoolTimeout."""
        started = self.runtime.now()
        self.waiting += 1
        try:
            async with asyncio.timeout(self.acquire_timeout_s):
                await self.free.acquire()
        except TimeoutError:
            self.telemetry.count("db.client.connection.timeouts", 1, "{timeout}")
            raise PoolTimeout(
                f"no connection to {self.name} within {self.acquire_timeout_s} s "
                f"({self.used} of {self.size} in use, {self.waiting} waiting)"
            ) from None
        finally:
            self.waiting -= 1
            elapsed = self.runtime.now() - started
            self.telemetry.record("db.client.connection.wait_time", elapsed, "s", {})
        if self.idle:
            return self.idle.pop()
        self.open += 1
        return Connection(self.runtime, self.name)

    def release(self, connection: "Connection") -> None:
        if connection.broken:
            self.open -= 1
        else:
            self.idle.append(connection)
        self.free.release()

    @asynccontextmanager
    async def connection(self):
        connection = await self.acquire()
        try:
            yield connection
        finally:
            self.release(connection)

    async def fetch(self, sql: str, *values) -> list[dict]:
        """One statement on a connection of its own."""
        async with self.connection() as connection:
            return await connection.fetch(sql, *values)


BEFORE_TABLE = {"SELECT": "FROM", "UPDATE": "UPDATE", "INSERT": "INTO", "DELETE": "FROM"}


def statement(sql: str) -> tuple[str, str]:
    """The operation of a statement and the first table it names."""
    words = sql.split()
    return words[0], words[words.index(BEFORE_TABLE[words[0]]) + 1]


class Connection:
    def __init__(self, runtime, name: str) -> None:
        self.runtime = runtime
        self.name = name
        self.session = runtime.connect(name)
        self.broken = False

    async def fetch(self, sql: str, *values) -> list[dict]:
        """The rows of one statement, as dicts; [] for one that returns none."""
        operation, table = statement(sql)
        attributes = {
            "db.system.name": "sqlite",
            "db.namespace": self.name,
            "db.operation.name": operation,
            "db.collection.name": table,
            "db.query.text": sql,
            "server.address": "shopdb",
        }
        started = self.runtime.now()
        with self.runtime.telemetry.span(f"{operation} {table}", "client", attributes):
            rows = await self._run(sql, values)
        elapsed = self.runtime.now() - started
        labels = {"db.operation.name": operation, "db.collection.name": table}
        self.runtime.telemetry.record("db.client.operation.duration", elapsed, "s", labels)
        return rows

    @asynccontextmanager
    async def transaction(self):
        """All or nothing; holds the database's one write lock from here to the end."""
        await self._run("BEGIN IMMEDIATE", ())
        try:
            yield self
        except BaseException:
            await self._run("ROLLBACK", ())
            raise
        await self._run("COMMIT", ())

    async def _run(self, sql: str, values: tuple) -> list[dict]:
        try:
            return await self.session.run(sql, values)
        except (asyncio.CancelledError, ConnectionError):
            self.broken = True
            self.session.close()
            raise
