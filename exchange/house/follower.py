"""A follower: a committed view of a house in another process, kept up to date from the journal alone.

It polls by seq; a wake-up only makes it look sooner. What it has not read from the journal it does not show.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from exchange.house import codec, machine
from exchange.house.chain import link
from exchange.house.command import Recorded
from exchange.house.dispatcher import Listener
from exchange.house.state import State
from exchange.ports import Journal, Row, Unavailable
from matching_engine.errors import Broken


class Follower:
    """Reads a house's journal and lets its own view go on."""

    def __init__(self, journal: Journal, house: str, view: State) -> None:
        self.view = view
        self.epoch = 0
        self._journal = journal
        self._house = house
        self._listeners: list[Listener] = []
        self._wake = asyncio.Event()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the events of each reading, in order; the answer ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def run(self, interval: float) -> None:
        """Read for ever, at least every `interval` seconds; a journal out of reach is tried again."""
        while True:
            try:
                await self.catch_up()
            except Unavailable:
                await asyncio.sleep(interval)
            with suppress(TimeoutError):
                async with asyncio.timeout(interval):
                    await self._wake.wait()
            self._wake.clear()

    async def catch_up(self) -> None:
        """Read everything that is new and tell it on."""
        batch: list[Recorded] = []
        try:
            async for row in self._journal.read(self._house, self.view.seq):
                batch.append(self._take(row))
        finally:  # What the view took before a failure is told all the same.
            if batch:
                for listener in tuple(self._listeners):
                    listener(batch)

    def _take(self, row: Row) -> Recorded:
        """One row on; Broken when it does not follow from the one before."""
        if link(self.view.hash, row) != row.hash:
            raise Broken(f"invariant 13: the chain of house {self._house} breaks at seq {row.seq}")
        recorded = codec.recorded(row)
        machine.apply(self.view, recorded)
        self.epoch = recorded.epoch
        return recorded
