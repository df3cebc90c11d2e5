"""A small cache in the process: entries live for a while, the oldest go first."""

from collections.abc import Awaitable, Callable

import ttlstore


class Cache:
    def __init__(self, runtime, ttl_s: float, max_entries: int) -> None:
        self.telemetry = runtime.telemetry
        self.entries = ttlstore.Store(ttl=ttl_s, capacity=max_entries, clock=runtime.now)
        self.telemetry.gauge("cache.entries", lambda: len(self.entries), "{entry}")

    async def get(self, key: tuple, load: Callable[[], Awaitable[object]]) -> object:
        """The value under `key`; asks `load` for it when there is none."""
        found = self.entries.get(key)
        result = "hit" if found is not None else "miss"
        self.telemetry.count("cache.requests", 1, "{request}", {"cache.result": result})
        if found is None:
            found = await load()
            self.entries.put(key, found)
        return found
