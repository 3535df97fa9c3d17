"""The line to a house: who knows the secret is let in, frames arrive whole, and nobody else can speak."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from exchange.ports import Unavailable
from exchange.store.frames import FRAME_MAX
from exchange.store.line import Caller, Listener, split
from matching_engine.errors import Malformed

SECRET = "quiet cranes over the river"


@asynccontextmanager
async def line(secret: str = SECRET) -> AsyncIterator[tuple[Listener, Caller, str]]:
    """Both ends on this machine, and the address."""
    listener = Listener(SECRET)
    address = await listener.listen("127.0.0.1:0")

    async def locate(house: str) -> str:
        return address if house == "hub" else ""

    caller = Caller(secret, locate)
    try:
        yield listener, caller, address
    finally:
        await caller.close()
        await listener.close()


async def test_a_command_and_its_answer() -> None:
    """Commands arrive in order with a sender, whatever their length, and answers go back to it."""
    async with line() as (listener, caller, _), asyncio.timeout(5):
        sent = [b"one", b"", b"x" * FRAME_MAX]
        for command in sent:
            await caller.send("hub", command)
        commands, answers = listener.commands(), caller.answers()
        heard = [await anext(commands) for _ in sent]
        assert [command for _, command in heard] == sent
        listener.answer(heard[0][0], b"decided")
        assert await anext(answers) == b"decided"
        listener.answer("line:99", b"to nobody")


async def test_another_secret_is_not_let_in() -> None:
    """Neither side speaks to one that does not know the secret."""
    async with line("another secret, as long") as (listener, caller, _):
        with pytest.raises(Unavailable, match="does not answer"):
            await caller.send("hub", b"let me in")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(listener.commands()), 0.1)


async def test_a_frame_that_was_put_in_ends_the_line() -> None:
    """A frame without its proof is not taken, and its connection is closed."""
    async with line() as (listener, caller, _), asyncio.timeout(5):
        await caller.send("hub", b"true")
        commands = listener.commands()
        assert (await anext(commands))[1] == b"true"
        channel = caller._channels["hub"]
        channel._sent += 1
        channel.send(b"one is missing")
        while not channel.closing:
            await asyncio.sleep(0.01)
        await caller.send("hub", b"again")
        assert (await anext(commands))[1] == b"again"


async def test_a_house_that_is_not_there() -> None:
    """Without an address, or where nobody listens, it is Unavailable: nothing was sent."""
    async with line() as (listener, caller, _):
        with pytest.raises(Unavailable, match="no address"):
            await caller.send("harbin", b"x")
        await listener.close()
        with pytest.raises(Unavailable, match="does not answer"):
            await caller.send("hub", b"x")


def test_an_address_is_host_and_port() -> None:
    """What is none says what is expected."""
    assert split("machine-1:7100") == ("machine-1", 7100)
    assert split("[::1]:7100") == ("::1", 7100)
    for wrong in ("machine-1", "machine-1:", ":x", "machine-1:70000"):
        with pytest.raises(Malformed, match="house_bind: expected host:port"):
            split(wrong)
