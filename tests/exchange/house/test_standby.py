"""Standing by, in one process: the seat, the lease that ends, and what the successor brings along."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from exchange.house.house import House
from exchange.house.standby import Standby, Warm, claim
from exchange.ports import Fenced, HouseJournal, Lease, Taken
from exchange.store import migrate
from exchange.store.clock import ManualClock
from exchange.store.journal import open_journal
from matching_engine.errors import Broken
from tests.exchange.house.running import BEGIN, LOT, RULEBOOK, bid, open_lot, sqlite_url
from tests.exchange.store.rows import rows

OPENING = 160_000_000
STEP = 8_000_000
LEASE = 0.5


@asynccontextmanager
async def seated(url: str, lease_seconds: float = LEASE) -> AsyncIterator[HouseJournal]:
    """A journal as a process that may own a house has it."""
    await migrate.upgrade(url)
    journal = open_journal(url, lease_seconds=lease_seconds)
    try:
        await journal.open()
        yield journal
    finally:
        await journal.close()


async def held(journal: HouseJournal, name: str = "holder") -> Lease:
    """The hub, owned, with a lease that runs from now."""
    await claim(journal, "hub")
    lease = await journal.acquire("hub", name, BEGIN)
    await journal.renew(lease, BEGIN)
    return lease


async def standing_by(journal: HouseJournal) -> "asyncio.Task[Warm]":
    """A standby that waits already."""
    standby = Standby("hub", journal, RULEBOOK, LEASE)
    await standby.warm_up()
    waiting = asyncio.create_task(standby.wait())
    await asyncio.sleep(0.1)
    assert not waiting.done()
    return waiting


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return sqlite_url(sqlite_path)
    return str(request.getfixturevalue("postgres_url"))


async def test_a_house_has_one_seat(url: str) -> None:
    """While the holder lives another is told who that is; when it left, the next one sits."""
    async with seated(url, 60) as one, seated(url, 60) as two:
        await held(one, "machine-1:7")
        with pytest.raises(Taken, match="house hub has a holder: machine-1:7, epoch 1"):
            await claim(two, "hub")
        await one.leave("hub")
        assert (await held(two)).epoch == 2


async def test_the_lease_tells_who_and_where(url: str) -> None:
    """Holder, epoch, what the lease has left and the address; a new holder has no address until it enters one."""
    async with seated(url) as journal:
        assert await journal.standing("hub") is None
        lease = await held(journal, "machine-1:7")
        await journal.register(lease, "machine-1:7100")
        standing = await journal.standing("hub")
        assert standing is not None
        assert (standing.holder, standing.epoch, standing.address) == ("machine-1:7", 1, "machine-1:7100")
        assert 0 < standing.remaining_us <= LEASE * 1_000_000
        await journal.acquire("hub", "machine-2:8", BEGIN)
        with pytest.raises(Fenced):
            await journal.register(lease, "machine-1:7100")
        after = await journal.standing("hub")
        assert after is not None
        assert (after.address, after.alive_at) == ("", BEGIN)


async def test_a_holder_that_hangs_is_replaced_at_the_start(postgres_url: str) -> None:
    """Its lease is over: who starts anew fences it, and it can neither write nor renew."""
    async with seated(postgres_url) as one, seated(postgres_url) as two:
        hung = await held(one)
        await asyncio.sleep(LEASE + 0.1)
        lease = await held(two)
        assert lease.epoch > hung.epoch
        await two.append(lease, rows(lease, 1, 1))
        with pytest.raises(Fenced):
            await one.append(hung, rows(hung, 2, 1))


async def test_who_sat_since_the_lease_ended_is_left_alone(postgres_url: str) -> None:
    """The holder is gone and another has the seat already, but no lease yet: a third, who ends the old lease in that
    moment, ends no connection, and the second begins."""
    async with seated(postgres_url) as two, seated(postgres_url) as three:
        async with seated(postgres_url) as one:
            await held(one)
            await asyncio.sleep(LEASE + 0.1)
        await two.queue("hub")
        standing = await three.standing("hub")
        assert standing is not None
        assert standing.remaining_us <= 0
        assert await three.fence(standing)
        lease = await two.acquire("hub", "second", BEGIN)
        await two.append(lease, rows(lease, 1, 1))


async def test_who_has_the_seat_and_never_begins_loses_it(postgres_url: str) -> None:
    """It hangs between seat and lease: after the length of a lease it is fenced in its turn, and the seat is free."""
    async with seated(postgres_url) as two, seated(postgres_url) as three:
        async with seated(postgres_url) as one:
            await held(one)
            await asyncio.sleep(LEASE + 0.1)
        await two.queue("hub")
        for is_free in (False, True):
            standing = await three.standing("hub")
            assert standing is not None
            assert await three.fence(standing)
            await asyncio.sleep(LEASE + 0.1)
            assert await three.sit("hub") == is_free


async def test_of_several_one_takes_over_from_a_holder_that_hangs(postgres_url: str) -> None:
    """Two stand by and both see the lease end: one gets the seat, the other goes on waiting, and is next."""
    async with seated(postgres_url) as one, seated(postgres_url) as two, seated(postgres_url) as three:
        hung = await held(one)
        waiting = {await standing_by(two): two, await standing_by(three): three}
        done, left = await asyncio.wait(waiting, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1
        winner = waiting[done.pop()]
        lease = await winner.acquire("hub", "winner", BEGIN)
        await asyncio.sleep(LEASE)
        assert all(not task.done() for task in left)
        with pytest.raises(Fenced):
            await one.append(hung, rows(hung, 1, 1))
        await winner.renew(lease, BEGIN)
        await winner.close()
        async with asyncio.timeout(10):
            assert (await left.pop()).view.seq == 0


async def test_what_was_followed_is_not_read_again(postgres_url: str) -> None:
    """The standby's state is the new holder's own, up to the last bid before the holder's connection ended; the old id
    has its old answer, and lots close when they were to close."""
    clock = ManualClock(BEGIN)
    async with seated(postgres_url, 60) as one, seated(postgres_url, 60) as two:
        await claim(one, "hub")
        first = House("hub", one, clock, RULEBOOK)
        await first.start("first")
        standby = Standby("hub", two, RULEBOOK, 60)
        await standby.warm_up()
        waiting = asyncio.create_task(standby.wait())
        await open_lot(first, clock)
        answer = await bid(first, "jia", OPENING, "the-same-id-0001")
        closes_at = first.view.lots[LOT].closes_at
        await first.stop()
        await one.close()
        async with asyncio.timeout(10):
            warm = await waiting
        second = House("hub", two, clock, RULEBOOK)
        await second.start("second", warm=warm)
        try:
            assert second.view is warm.view
            assert second.view.hash == first.view.hash
            assert second.takeovers == 1
            assert (await bid(second, "jia", OPENING, "the-same-id-0001")).recorded == answer.recorded
            assert (await bid(second, "yi", OPENING + STEP)).refusal is None
            assert second.view.lots[LOT].closes_at == closes_at
        finally:
            await second.stop()


async def test_a_changed_row_ends_the_waiting(postgres_url: str) -> None:
    """A row that does not fit the chain is noticed while it is followed, not only at a start."""
    async with seated(postgres_url, 60) as one, seated(postgres_url, 60) as two:
        lease = await held(one)
        waiting = await standing_by(two)
        await one.append(lease, rows(lease, 1, 1))
        with pytest.raises(Broken, match="breaks at seq 1"):
            async with asyncio.timeout(10):
                await waiting
