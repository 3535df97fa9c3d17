"""A house and a web process apart, over a real PostgreSQL and a real Redis: one face, one truth."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from exchange.house.command import Denied
from exchange.house.counter import Counter
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.store.clock import ManualClock
from exchange.store.journal import open_journal
from exchange.store.redis_bus import RedisBus
from exchange.store.vault import FileVault
from matching_engine.commands import Suspend
from matching_engine.terms import Mechanism
from tests.exchange.house.running import BEGIN, LOT, RULEBOOK, bid, command, open_lot, opened, running
from tests.exchange.house.sealing import open_sealed, seal

OPENING = 160_000_000
STEP = 8_000_000


@asynccontextmanager
async def apart(
    postgres_url: str, redis_url: str, keys: Path | None = None
) -> AsyncIterator[tuple[House, RemoteHouse]]:
    """A house with its counter, and a remote face of it as a web process has; its lot is sealed where there are `keys`."""
    clock = ManualClock(BEGIN)
    vault = FileVault(keys, "hub") if keys else None
    async with opened(postgres_url) as journal, running(journal, clock, vault=vault) as house:
        await (open_sealed(house, clock, Mechanism.SEALED_FIRST_PRICE) if keys else open_lot(house, clock))
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


CANARY_FEN = 987_654_321_098_765
"""An amount that nothing else in a store looks like."""


async def test_a_sealed_amount_never_passes_redis(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    """The bid goes over the bus as its envelope; no key of Redis holds the amount, in digits or octets."""
    async with apart(postgres_url, redis_url, tmp_path / "keys") as (_, remote):
        outcome = await seal(remote, "jia", CANARY_FEN)
        assert outcome.refusal is None
        held = await everything_in(redis_url)
        assert outcome.command_id.encode() in held
        assert str(CANARY_FEN // 100).encode() not in held
        assert CANARY_FEN.to_bytes(8, "little") not in held
        assert CANARY_FEN.to_bytes(8, "big") not in held


async def everything_in(redis_url: str) -> bytes:
    """What a Redis database holds, octet by octet."""
    store = redis.asyncio.from_url(redis_url)
    try:
        found = []
        for key in await store.keys("*"):
            kind = await store.type(key)
            found += [octets(key), octets(await READERS[octets(kind)](store, key))]
        return b"".join(found)
    finally:
        await store.aclose()


def octets(value: Any) -> bytes:
    """The octets of a value, and of all that is in it."""
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, list | tuple | set):
        return b"".join(octets(part) for part in value)
    return value if isinstance(value, bytes) else str(value).encode()


READERS: dict[bytes, Callable[[Any, Any], Awaitable[object]]] = {
    b"stream": lambda store, key: store.xrange(key),
    b"string": lambda store, key: store.get(key),
    b"hash": lambda store, key: store.hgetall(key),
    b"list": lambda store, key: store.lrange(key, 0, -1),
    b"set": lambda store, key: store.smembers(key),
}
