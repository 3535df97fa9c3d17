"""A bus with a second way: over Redis, and while that is gone over the line to the house. It never holds truth.

A command may go both ways: its id is decided once. Answers go back the way their command came.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

import structlog

from exchange.ports import Bus, OutcomeUnknown, Unavailable
from exchange.store.line import SENDER, Caller, Listener

log = structlog.get_logger()

T = TypeVar("T")

RETRY = 1.0
"""Seconds for which a bus that failed is not asked again."""


class TwoWays:
    """The bus as house and web processes see it; each has its own end of the line, or none."""

    def __init__(self, bus: Bus, listener: Listener | None = None, caller: Caller | None = None) -> None:
        self._bus = bus
        self._listener = listener
        self._caller = caller
        self._not_before = 0.0

    async def open(self) -> None:
        """Connect; a bus that is gone is done without."""
        try:
            await self._bus.open()
        except Unavailable as gone:
            log.warning("the bus is gone, the line is used", error=str(gone))

    async def send(self, house: str, sender: str, command: bytes) -> None:
        """Put a command before a house, one way or the other; Unavailable when both are gone."""
        loop, unknown = asyncio.get_running_loop(), None
        if self._caller is None or loop.time() >= self._not_before:
            try:
                await self._bus.send(house, sender, command)
                return
            except (Unavailable, OutcomeUnknown) as gone:
                if self._caller is None:
                    raise
                unknown = gone if isinstance(gone, OutcomeUnknown) else None
                self._not_before = loop.time() + RETRY
        try:
            await self._caller.send(house, command)
        except Unavailable as gone:
            raise (unknown or gone) from gone

    async def commands(self, house: str) -> AsyncIterator[tuple[str, bytes]]:
        """Commands for a house, from both ways, for ever."""
        async for one in _both(
            self._bus.commands(house), self._listener.commands() if self._listener else None
        ):
            yield one

    async def answer(self, sender: str, answer: bytes) -> None:
        """Send an answer back the way its command came."""
        if sender.startswith(SENDER) and self._listener is not None:
            self._listener.answer(sender, answer)
        else:
            await self._bus.answer(sender, answer)

    async def answers(self, sender: str) -> AsyncIterator[bytes]:
        """Answers to a sender, from both ways, for ever."""
        async for one in _both(self._bus.answers(sender), self._caller.answers() if self._caller else None):
            yield one

    async def wake(self, house: str, seq: int, epoch: int) -> bool:
        """Tell followers that a house has committed up to `seq`; without the bus they poll."""
        return await self._bus.wake(house, seq, epoch)

    def wakes(self, house: str) -> AsyncIterator[None]:
        """Wake-ups of a house, for ever."""
        return self._bus.wakes(house)

    async def close(self) -> None:
        """Let go of every connection."""
        for end in (self._listener, self._caller, self._bus):
            if end is not None:
                await end.close()


async def _both(one: AsyncIterator[T], other: AsyncIterator[T] | None) -> AsyncIterator[T]:
    """What either gives, as it comes."""
    queue: asyncio.Queue[T] = asyncio.Queue(1)

    async def pour(source: AsyncIterator[T]) -> None:
        async for thing in source:
            await queue.put(thing)

    pouring = [asyncio.create_task(pour(source)) for source in (one, other) if source is not None]
    try:
        while True:
            yield await queue.get()
    finally:
        for task in pouring:
            task.cancel()
        await asyncio.gather(*pouring, return_exceptions=True)
