"""The gavel: it strikes what is due, when it is due, and nothing that time has overtaken."""

import asyncio
from pathlib import Path

from exchange.ports import Unavailable
from exchange.store.clock import ManualClock, SystemClock
from matching_engine.lot import LifecycleState
from matching_engine.terms import HOUR, MINUTE, SECOND
from tests.exchange.house.running import (
    BEGIN,
    LOT,
    FaultyJournal,
    bid,
    open_lot,
    opened,
    running,
    sqlite_url,
)

OPENING = 160_000_000


async def test_an_extended_lot_is_struck_at_its_new_close(sqlite_path: Path) -> None:
    """A bid in the last minutes moves the close: at the old one nothing happens, at the new one the hammer falls."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        clock.advance(HOUR - MINUTE)
        await bid(house, "jia", OPENING)
        entries = len(house.gavel._heap)
        for step, login in enumerate(("yi", "jia", "yi"), 1):
            await bid(house, login, OPENING + step * 20_000_000)
        assert len(house.gavel._heap) == entries, "bids that move no close leave nothing in the heap"
        clock.advance(MINUTE)
        await house.gavel.strike()
        assert house.view.lots[LOT].state is LifecycleState.OPEN
        clock.advance(4 * MINUTE)
        await house.gavel.strike()
        assert house.view.lots[LOT].state is LifecycleState.HAMMERED


async def test_a_stroke_that_could_not_be_written_is_struck_again(sqlite_path: Path) -> None:
    """The journal was away at the close: the gavel keeps the lot in mind and comes back to it."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as real:
        journal = FaultyJournal(real)
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            clock.advance(HOUR)
            journal.before.append(Unavailable("database gone"))
            await house.gavel.strike()
            assert house.view.lots[LOT].closed_at is None
            await house.gavel.strike()
            assert house.view.lots[LOT].state is LifecycleState.PASSED


async def test_the_gavel_falls_by_itself(sqlite_path: Path) -> None:
    """On a clock that runs, a lot opens and closes without anybody's help."""
    clock = ManualClock(SystemClock().now() - HOUR * 24 * 9)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock, length=2 * SECOND)
        clock.advance(2 * SECOND)
        async with asyncio.timeout(5):
            while house.view.lots[LOT].closed_at is None:
                await asyncio.sleep(0.02)
        assert house.view.lots[LOT].state is LifecycleState.PASSED
