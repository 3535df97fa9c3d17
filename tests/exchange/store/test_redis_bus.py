"""The bus on a real Redis: what is sent arrives, in order; what is stale is refused by Redis itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from exchange.ports import Unavailable
from exchange.store.redis_bus import RedisBus


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[RedisBus]:
    """A connected bus on an empty Redis."""
    bus = RedisBus(redis_url)
    await bus.open()
    yield bus
    await bus.close()


async def take(source: AsyncIterator[Any], count: int) -> list[Any]:
    """The first `count` things that a source gives."""
    return [await asyncio.wait_for(anext(source), 5) for _ in range(count)]


async def test_commands_arrive_in_order_with_their_sender(bus: RedisBus) -> None:
    """What the web puts before a house comes to that house alone, in order."""
    hearing = asyncio.ensure_future(take(bus.commands("hub"), 3))
    await asyncio.sleep(0.05)
    for n in range(3):
        await bus.send("other", "web:1", b"not for the hub")
        await bus.send("hub", "web:1", b"%d" % n)
    assert await hearing == [("web:1", b"0"), ("web:1", b"1"), ("web:1", b"2")]


async def test_answers_go_to_their_sender(bus: RedisBus) -> None:
    """Each process hears the answers to its own commands only."""
    hearing = asyncio.ensure_future(take(bus.answers("web:1"), 1))
    await asyncio.sleep(0.05)
    await bus.answer("web:2", b"for another")
    await bus.answer("web:1", b"for this one")
    assert await hearing == [b"for this one"]


async def test_a_stale_writer_wakes_nobody(bus: RedisBus) -> None:
    """A wake-up that is not newer than the last is refused by Redis: an old epoch at an old seq says nothing."""
    wakes = bus.wakes("hub")
    hearing = asyncio.ensure_future(take(wakes, 2))
    await asyncio.sleep(0.05)
    await bus.wake("hub", 10, 2)
    await bus.wake("hub", 10, 1)
    await bus.wake("hub", 9, 1)
    await bus.wake("hub", 11, 2)
    await hearing
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(wakes), 0.2)


async def test_no_redis_is_said_at_once() -> None:
    """A bus that is not there is Unavailable at the start, and for a command."""
    bus = RedisBus("redis://127.0.0.1:1/0")
    with pytest.raises(Unavailable, match="Redis does not answer"):
        await bus.open()
    with pytest.raises(Unavailable):
        await bus.send("hub", "web:1", b"x")
    await bus.close()
