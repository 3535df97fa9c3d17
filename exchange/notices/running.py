"""Notices while a house is served: one teller, one mailer, one sender, in the process that owns the house.

Whoever owns the house owns its notices; the cursor and the claims on mail and messages hold even where two run at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from exchange.bootstrap import Exchange
from exchange.notices.mailer import Mailer
from exchange.notices.outward import Outward
from exchange.notices.sender import Sender
from exchange.notices.teller import DAY, Teller
from exchange.registers import Registers
from exchange.registers.notices import KEPT_DAYS
from exchange.store.journal import open_journal


@asynccontextmanager
async def notifying(exchange: Exchange) -> AsyncIterator[Teller]:
    """Tell, mail and deliver as long as the house is served here."""
    house, registers, settings = exchange.own_house, exchange.registers, exchange.settings
    async with AsyncExitStack() as stack:
        journal = open_journal(settings.database_url, writable=False)
        stack.push_async_callback(journal.close)
        await journal.open()
        outward = Outward(settings.demo)
        stack.push_async_callback(outward.close)
        teller = Teller(house, journal, registers, settings)
        mailer = Mailer(registers, settings, house.clock)
        sender = Sender(registers, outward, house.clock)
        teller.listeners += [mailer.wake, sender.wake]
        for work in (teller.run(), mailer.run(), sender.run(), _forgetting(registers, exchange)):
            stack.push_async_callback(_ended, asyncio.create_task(work))
        yield teller


async def _forgetting(registers: Registers, exchange: Exchange) -> None:
    """Let go of what is old, once a day."""
    while True:
        await asyncio.sleep(3600)
        with suppress(Exception):  # what cannot be forgotten now is forgotten later
            await registers.notices.forget(exchange.house.clock.now() - KEPT_DAYS * DAY)
        await asyncio.sleep(23 * 3600)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
