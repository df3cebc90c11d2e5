"""steadyretry 2: persistent by default. `attempts` counts rounds of four quick tries each."""

import asyncio

TRIES_PER_ROUND = 4


async def call(function, *, attempts, backoff_s, retry_if, jitter):
    """The result of `function()`; waits between rounds only."""
    tries = attempts * TRIES_PER_ROUND
    for attempt in range(1, tries + 1):
        try:
            return await function()
        except Exception as error:
            if attempt == tries or not retry_if(error):
                raise
        if attempt % TRIES_PER_ROUND == 0:
            await asyncio.sleep(backoff_s * (0.5 + jitter()))
    raise ValueError("attempts must be at least 1")
