"""Work beside the house that is done as it comes, for ever: what goes wrong with it is said, and the market goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from exchange.ports import Unavailable

log = structlog.get_logger()

EVERY = 2.0
"""Seconds between two looks when nobody calls."""
PATIENCE = 15
"""So many looks later what failed for an unknown reason is tried again."""


async def working(
    step: Callable[[], Awaitable[object]], wake: asyncio.Event, failed: str, every: float = EVERY
) -> None:
    """Take the step again and again, at the latest after `every` seconds; `failed` says in the log what was not done."""
    while True:
        try:
            await step()
        except Unavailable as error:
            log.warning(failed, error=str(error))
        except Exception:
            log.exception(failed)
            await asyncio.sleep(PATIENCE * every)
        with suppress(TimeoutError):
            async with asyncio.timeout(every):
                await wake.wait()
        wake.clear()
