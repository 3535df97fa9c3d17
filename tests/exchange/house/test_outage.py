"""What an outage does: lots freeze while the journal is gone, and get the time back; a clock that was set stops them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.house.outage import Outage
from exchange.ports import OutcomeUnknown, Unavailable
from exchange.store.clock import ManualClock
from matching_engine.terms import HOUR, MINUTE
from tests.exchange.house.running import BEGIN, LOT, bid, open_lot, opened, running, sqlite_url
from tests.services.postgres import fresh_database, own_postgres

OPENING = 160_000_000
STEP = 8_000_000


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


async def test_a_close_without_a_journal_is_not_hammered_late() -> None:
    """PostgreSQL goes away before the close and comes back after it: bids meanwhile are unavailable at once, nothing
    is hammered, and the close has moved by the outage from its beginning, and the grace."""
    server = own_postgres()
    clock = ManualClock(BEGIN)
    with fresh_database(server) as url:
        async with opened(url) as journal, running(journal, clock) as house:
            await open_lot(house, clock)
            await bid(house, "jia", OPENING)
            closes_at = house.view.lots[LOT].closes_at or 0
            clock.advance(HOUR - 10 * MINUTE)
            await asyncio.sleep(0.8)  # a sign of life at this instant
            server.crash()
            await asyncio.sleep(0.8)
            clock.advance(5 * MINUTE)
            with pytest.raises((Unavailable, OutcomeUnknown)):
                await bid(house, "yi", OPENING + STEP, "outage-bid-0001")
            clock.advance(15 * MINUTE)
            await house.gavel.strike()
            with pytest.raises(Unavailable):
                await bid(house, "yi", OPENING + 2 * STEP)
            server.restart()
            await until(lambda: (house.view.lots[LOT].closes_at or 0) > closes_at)
            assert house.view.lots[LOT].closes_at == closes_at + 20 * MINUTE + MINUTE
            assert (await bid(house, "yi", OPENING + 3 * STEP)).refusal is None
            assert house.view.lots[LOT].closed_at is None
            assert house.alive
    server.stop()


class Stepped(ManualClock):
    """A clock whose wall was set by somebody."""

    drifted = 0

    def drift(self) -> int:
        """How far, in µs."""
        return self.drifted


async def test_a_clock_that_was_set_suspends_what_runs(sqlite_path: Path) -> None:
    """The wall clock left the monotonic one by more than half a second: every open lot is suspended."""
    clock = Stepped(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        clock.drifted = 400_000
        await asyncio.sleep(0.8)
        assert not house.view.lots[LOT].suspended
        clock.drifted = 3_000_000
        await until(lambda: bool(house.view.lots[LOT].suspended))
        refused = await bid(house, "jia", OPENING)
        assert refused.refusal is not None
        assert refused.refusal.code == "LOT_SUSPENDED"


def test_an_outage_is_owed_until_it_is_given_back() -> None:
    """A second failure before the closing times are moved gives back from the first beginning on."""
    outage = Outage()
    outage.silent(100)
    outage.silent(200)
    assert outage.reckon(150) == 100
    outage.owe(["a", "b"])
    outage.paid("a")
    assert outage.reckon(500) == 100
    outage.owe(["a"])
    outage.paid("a")
    assert outage.owed_since is None
    assert outage.reckon(900) == 900
    outage.owe([])
    assert outage.owed_since is None
