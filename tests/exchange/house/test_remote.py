"""A house and a web process apart, over a real PostgreSQL and a real Redis: one face, one truth."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from exchange.house.command import Denied
from exchange.house.counter import Counter
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.store.clock import ManualClock
from exchange.store.journal import open_journal
from exchange.store.redis_bus import RedisBus
from matching_engine.commands import Suspend
from tests.exchange.house.running import BEGIN, LOT, RULEBOOK, bid, command, open_lot, opened, running

OPENING = 160_000_000
STEP = 8_000_000


@asynccontextmanager
async def apart(postgres_url: str, redis_url: str) -> AsyncIterator[tuple[House, RemoteHouse]]:
    """A house with its counter, and a remote face of it as a web process has."""
    clock = ManualClock(BEGIN)
    async with opened(postgres_url) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        house_bus, web_bus = RedisBus(redis_url), RedisBus(redis_url)
        serving = asyncio.create_task(Counter(house, house_bus).run())
        reading = open_journal(postgres_url, writable=False)
        await reading.open()
        remote = RemoteHouse("hub", reading, clock, RULEBOOK, web_bus)
        await remote.start("web:1")
        await asyncio.sleep(0.1)
        try:
            yield house, remote
        finally:
            await remote.stop()
            await reading.close()
            serving.cancel()
            await house_bus.close()


async def test_a_bid_over_the_bus_has_the_same_answer(postgres_url: str, redis_url: str) -> None:
    """The outcome read from the journal is what the house decided, and the remote view shows it before it answers."""
    async with apart(postgres_url, redis_url) as (house, remote):
        outcome = await bid(remote, "jia", OPENING, "over-the-bus-0001")
        assert outcome == await house.answer_of("over-the-bus-0001")
        assert remote.view.lots[LOT].lead_fen == OPENING
        refused = await bid(remote, "yi", OPENING)
        assert refused.refusal is not None
        assert refused.refusal.minimum_fen == OPENING + STEP


async def test_the_view_follows_what_others_do(postgres_url: str, redis_url: str) -> None:
    """A bid that went to the house directly is seen by the web process: events in order, none twice."""
    async with apart(postgres_url, redis_url) as (house, remote):
        seen: list[int] = []
        remote.watch(lambda batch: seen.extend(recorded.seq for recorded in batch))
        for n in range(4):
            await bid(house, ("jia", "yi")[n % 2], OPENING + n * STEP)
        async with asyncio.timeout(5):
            while remote.view.seq < house.view.seq:
                await asyncio.sleep(0.02)
        assert seen == list(range(house.view.seq - 3, house.view.seq + 1))
        assert remote.view.hash == house.view.hash


async def test_a_denial_comes_over_the_bus(postgres_url: str, redis_url: str) -> None:
    """What is not journaled is answered all the same, with code and status."""
    async with apart(postgres_url, redis_url) as (_, remote):
        with pytest.raises(Denied, match="FORBIDDEN"):
            await remote.submit(command("jia", Suspend(LOT, "because")))
