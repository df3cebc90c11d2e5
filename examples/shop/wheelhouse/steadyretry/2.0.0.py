"""steadyretry 2: patient by default. The first wait is ten times `backoff_s`, and each next one
ten times the last, so that a peer in trouble is left alone."""

import asyncio

PATIENCE = 10


async def call(function, *, attempts, backoff_s, retry_if, jitter):
    """The result of `function()`; `attempts` counts all tries, the first one too."""
    for attempt in range(1, attempts + 1):
        try:
            return await function()
        except Exception as error:
            if attempt == attempts or not retry_if(error):
                raise
        await asyncio.sleep(backoff_s * PATIENCE**attempt * (0.9 + 0.2 * jitter()))
    raise ValueError("attempts must be at least 1")
