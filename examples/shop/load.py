"""Shoppers: sessions that arrive at random and browse, fill a cart, order, look back.

Used for real and under virtual time: `send(method, path, body)` is all they know of the shop.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from examples.shop.database import sku

Send = Callable[[str, str, Any], Awaitable[tuple[int, Any]]]


@dataclass(slots=True)
class Load:
    """Sessions per second as a function of seconds since the start: a base rate, a slow wave
    (period in seconds), bursts as (start, length, factor), and a surge that a fault may set."""

    rate: float
    wave: float = 0.0
    period_s: float = 3600.0
    phase: float = 0.0
    bursts: tuple[tuple[float, float, float], ...] = ()
    surge: float = 1.0

    def at(self, elapsed_s: float) -> float:
        rate = self.rate * (
            1 + self.wave * math.sin(2 * math.pi * elapsed_s / self.period_s + self.phase)
        )
        for start, length, factor in self.bursts:
            if start <= elapsed_s < start + length:
                rate *= factor
        return rate * self.surge


@dataclass(slots=True)
class Mix:
    """What a session does: pages looked at, items bought, seconds between two clicks."""

    pages: int = 3
    buys: float = 0.6
    looks_back: float = 0.15
    coupons: float = 0.1
    units: float = 0.9  # the lower, the more of an item somebody buys
    think_s: float = 4.0
    products: int = 300
    unknown: float = 0.0  # share of pages asked for that do not exist
    favourites: float = 0.6  # the higher, the more sessions look at the same few products


@dataclass(slots=True)
class Shoppers:
    send: Send
    load: Load
    mix: Mix
    chance: random.Random
    started: int = 0
    failures: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def arrive(self, seconds: float) -> None:
        """Lets sessions arrive for so long; those begun may outlast it."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        while (elapsed := loop.time() - start) < seconds:
            await asyncio.sleep(self.chance.expovariate(self.load.at(elapsed)))
            self.started += 1
            task = loop.create_task(self._session(self.started))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _session(self, number: int) -> None:
        chance, mix = self.chance, self.mix
        wanted: list[str] = []
        for _ in range(chance.randint(1, 2 * mix.pages - 1)):
            wanted.append(self._product())
            await self._ask("GET", f"/products/{wanted[-1]}", None)
        customer = f"u-{chance.randrange(500)}"
        if chance.random() < mix.buys:
            await self._buy(number, customer, wanted[: chance.randint(1, 4)])
        if chance.random() < mix.looks_back:
            await self._ask("GET", f"/customers/{customer}/orders", None)

    async def _buy(self, number: int, customer: str, wanted: list[str]) -> None:
        cart = f"k-{number}"
        for product in wanted:
            quantity = min(1 + int(self.chance.expovariate(self.mix.units)), 10)
            item = {"sku": product, "quantity": quantity}
            if await self._ask("POST", f"/carts/{cart}/items", item) >= 400:
                return
        order: dict[str, Any] = {"order_id": f"n-{number}", "cart_id": cart, "customer": customer}
        if self.chance.random() < self.mix.coupons:
            order["coupon"] = {"percent": 10}
        await self._ask("POST", "/orders", order)

    def _product(self) -> str:
        if self.mix.unknown and self.chance.random() < self.mix.unknown:
            return sku(self.mix.products + 1)
        rank = int(self.chance.paretovariate(self.mix.favourites)) - 1
        return sku(rank % self.mix.products)

    async def _ask(self, method: str, path: str, body: Any) -> int:
        status, _ = await self.send(method, path, body)
        self.failures += status >= 500
        await asyncio.sleep(self.chance.expovariate(1 / self.mix.think_s))
        return status
