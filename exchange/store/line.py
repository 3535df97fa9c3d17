"""The line to a house: commands and answers over TCP, for the time in which the bus is gone.

The house listens and enters its address in its lease; who wants to reach it looks there. The frames are the very
messages of the bus.
"""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from exchange.ports import Unavailable
from exchange.store.frames import Channel
from matching_engine.errors import Malformed

log = structlog.get_logger()

SENDER = "line:"
"""How the senders begin whose answers go back over the line."""
CONNECT_SECONDS = 2.0
_GONE = (OSError, EOFError, TimeoutError, Unavailable)

Locate = Callable[[str], Awaitable[str]]
"""House → its address; empty when it has none."""


class Listener:
    """The house's end: takes commands of every process that knows the secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._channels: dict[str, Channel] = {}
        self._commands: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(10_000)
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, bind: str) -> str:
        """Listen at host:port (port 0: any free one); gives the address at which others reach it."""
        host, port = split(bind)
        try:
            self._server = await asyncio.start_server(self._accept, host, port)
        except OSError as error:
            raise Malformed(
                "house_bind", bind, f"a free address of this machine ({error.strerror})"
            ) from error
        port = self._server.sockets[0].getsockname()[1]
        known = socket.gethostname() if host in ("0.0.0.0", "::", "") else host  # noqa: S104 (compared only)
        return f"{known}:{port}"

    async def commands(self) -> AsyncIterator[tuple[str, bytes]]:
        """Commands, each with its sender, for ever."""
        while True:
            yield await self._commands.get()

    def answer(self, sender: str, answer: bytes) -> None:
        """Send an answer back; lost when its sender hung up, for the journal has it."""
        channel = self._channels.get(sender)
        if channel is not None and not channel.closing:
            channel.send(answer)

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(task := asyncio.create_task(self._serve(Channel(reader, writer))))
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, channel: Channel) -> None:
        sender = f"{SENDER}{next(self._numbers)}"
        try:
            await channel.as_house(self._secret)
            self._channels[sender] = channel
            while True:
                await self._commands.put((sender, await channel.receive()))
        except _GONE as gone:
            if str(gone):
                log.info("a line ended", sender=sender, why=str(gone))
        finally:
            self._channels.pop(sender, None)
            channel.close()


class Caller:
    """The other end: reaches houses at the addresses in their leases."""

    def __init__(self, secret: str, locate: Locate) -> None:
        self._secret = secret.encode()
        self._locate = locate
        self._channels: dict[str, Channel] = {}
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, house: str, command: bytes) -> None:
        """Carry a command to a house; Unavailable when it cannot be reached, and then nothing was sent."""
        async with self._turn:
            channel = self._channels.get(house)
            if channel is None or channel.closing:
                channel = self._channels[house] = await self._call(house)
        channel.send(command)

    async def answers(self) -> AsyncIterator[bytes]:
        """Answers of every house, for ever."""
        while True:
            yield await self._answers.get()

    async def close(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _call(self, house: str) -> Channel:
        address = await self._locate(house)
        if not address:
            raise Unavailable(f"house {house} has no address in its lease")
        host, port = split(address)
        channel: Channel | None = None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                channel = Channel(*await asyncio.open_connection(host, port))
                await channel.as_caller(self._secret)
        except _GONE as error:
            if channel is not None:
                channel.close()
            raise Unavailable(f"house {house} does not answer at {address}: {error!r}") from error
        self._tasks.add(task := asyncio.create_task(self._listen(house, channel)))
        task.add_done_callback(self._tasks.discard)
        return channel

    async def _listen(self, house: str, channel: Channel) -> None:
        try:
            while True:
                self._answers.put_nowait(await channel.receive())
        except _GONE:
            log.info("the line to a house ended", house=house)
        finally:
            channel.close()
            if self._channels.get(house) is channel:
                del self._channels[house]


def split(address: str) -> tuple[str, int]:
    """Host and port of `host:port`; Malformed for anything else."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise Malformed("house_bind", address, "host:port, like 0.0.0.0:7100")
    return host.strip("[]"), int(port)
