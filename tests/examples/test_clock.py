"""Hours of virtual time pass in moments, and always in the same way."""

from __future__ import annotations

import asyncio

import pytest

from examples.shop.virtual import clock


def test_sleeping_moves_the_clock_and_nothing_else() -> None:
    async def main() -> list[tuple[str, float]]:
        now = asyncio.get_running_loop().time
        seen: list[tuple[str, float]] = []

        async def visitor(name: str, hours: float) -> None:
            await asyncio.sleep(3600 * hours)
            seen.append((name, now()))

        await asyncio.gather(visitor("late", 30), visitor("early", 2))
        return seen

    assert clock.run(main()) == [("early", 7200.0), ("late", 108000.0)]


def test_timeouts_run_on_virtual_time() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.sleep(60)
        return asyncio.get_running_loop().time()

    assert clock.run(main()) == 5.0


def test_waiting_for_something_that_cannot_happen_is_an_error_not_a_hang() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        clock.run(main())


def test_what_is_left_running_is_cancelled_at_the_end() -> None:
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(1e9)
        finally:
            ended.append("tidied up")

    async def main() -> None:
        main.task = asyncio.ensure_future(forever())  # type: ignore[attr-defined]
        await asyncio.sleep(1)

    clock.run(main())
    assert ended == ["tidied up"]
