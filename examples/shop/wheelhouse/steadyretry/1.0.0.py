"""steadyretry 1: retries with exponential backoff and full jitter."""

import asyncio


async def call(function, *, attempts, backoff_s, retry_if, jitter):
    """The result of `function()`; `attempts` counts all tries, the first one too."""
    for attempt in range(1, attempts + 1):
        try:
            return await function()
        except Exception as error:
            if attempt == attempts or not retry_if(error):
                raise
        await asyncio.sleep(backoff_s * 2 ** (attempt - 1) * (0.5 + jitter()))
    raise ValueError("attempts must be at least 1")
