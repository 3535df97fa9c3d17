"""Two ways to a house: Redis, and the line when Redis is gone; an answer goes back the way its command came."""

import asyncio

import pytest

from exchange.ports import Unavailable
from exchange.store.line import SENDER, Caller, Listener
from exchange.store.redis_bus import RedisBus
from exchange.store.two_ways import TwoWays
from tests.services.redis import own_redis

SECRET = "quiet cranes over the river"


async def test_the_line_is_used_while_redis_is_gone() -> None:
    """A command over Redis, one over the line after Redis was killed; each is answered to whoever sent it."""
    server = own_redis()
    listener = Listener(SECRET)
    address = await listener.listen("127.0.0.1:0")

    async def locate(house: str) -> str:
        return address

    house, web = (
        TwoWays(RedisBus(server.url), listener=listener),
        TwoWays(RedisBus(server.url), caller=Caller(SECRET, locate)),
    )
    commands, answers = house.commands("hub"), web.answers("web:1")
    try:
        await house.open()
        await web.open()
        first, told = asyncio.ensure_future(anext(commands)), asyncio.ensure_future(anext(answers))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(15):
            await web.send("hub", "web:1", b"over Redis")
            sender, command = await first
            assert (sender, command) == ("web:1", b"over Redis")
            await house.answer(sender, b"first")
            assert await told == b"first"
            server.crash()
            await web.send("hub", "web:1", b"over the line")
            sender, command = await anext(commands)
            assert (sender.startswith(SENDER), command) == (True, b"over the line")
            await house.answer(sender, b"second")
            assert await anext(answers) == b"second"
            assert not await house.wake("hub", 7, 1)
    finally:
        await commands.aclose()  # type: ignore[attr-defined]
        await answers.aclose()  # type: ignore[attr-defined]
        await house.close()
        await web.close()
        server.stop()


async def test_without_a_line_redis_is_all() -> None:
    """A process without the secret is told that the bus is gone."""
    bus = TwoWays(RedisBus("redis://127.0.0.1:1/0"))
    await bus.open()
    with pytest.raises(Unavailable):
        await bus.send("hub", "web:1", b"x")
    await bus.close()
