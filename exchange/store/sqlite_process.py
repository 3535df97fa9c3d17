"""The house's end of the process that writes its batches.

The loop that hears bids and the thread that writes them share one interpreter, and so one core. A process of its
own does not, as PostgreSQL's do not (docs/adr/0019).

It holds the seat of the file together with the house: if the house is killed, nobody else sits down before the
batch that was under way has been written. If it is killed itself, the outcome of its batch is unknown, and it is
gone before anybody is told so: what is read then is final. The next batch starts another one.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

import structlog

from exchange.ports import Lease, OutcomeUnknown, Row, Unavailable
from exchange.store import sqlite_messages
from exchange.store.sqlite_line import to_its_end
from exchange.store.sqlite_seat import SqliteSeat

log = structlog.get_logger()

END_SECONDS = 20.0
"""How long the process may take to end when nobody needs it any more."""


class AppendProcess:
    """Writes batches in the order in which they are given."""

    def __init__(self, path: Path, seat: SqliteSeat) -> None:
        self._path = path
        self._seat = seat
        self._turn = asyncio.Lock()
        self._channel: _Channel | None = None
        self._closed = False

    async def start(self) -> None:
        """Have the process before the first batch comes; Unavailable when it does not start."""
        async with self._turn:
            await self._ready()

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Write all rows in one commit, or nothing; cancelled, it still waits for the end."""
        batch = sqlite_messages.batch(lease, rows)
        async with self._turn:
            channel = await self._ready()
            await to_its_end(channel.ask(batch))

    async def close(self) -> None:
        """Let the process end after what is under way; a batch after that is Unavailable."""
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS), self._turn:
                pass
        if self._channel:
            await self._channel.close()
            self._channel = None

    async def _ready(self) -> "_Channel":
        if self._closed:
            raise Unavailable("the journal was closed")
        if self._channel is None or self._channel.gone:
            self._channel = await self._start()
        return self._channel

    async def _start(self) -> "_Channel":
        ours, its = socket.socketpair()
        with its:
            process = _process(self._path, its.fileno(), self._seat.descriptors())
        loop = asyncio.get_running_loop()
        _, channel = await loop.create_connection(lambda: _Channel(process), sock=ours)
        try:
            await channel.ask(b"")
        except BaseException as error:
            await channel.close()
            if isinstance(error, OutcomeUnknown):
                raise Unavailable("the process that writes the journal did not start") from error
            raise
        return channel


def _process(path: Path, channel: int, seat: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  (our own module)
        [sys.executable, "-m", "exchange.store.sqlite_worker", str(channel), str(path.absolute())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        pass_fds=(channel, *seat),
    )


class _Channel(asyncio.Protocol):
    """The socket to one process, as long as it lives."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._frames = sqlite_messages.Frames()
        self._awaited: deque[asyncio.Future[None]] = deque()
        self._transport: asyncio.WriteTransport | None = None
        self._closing = False
        self.gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ours."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def ask(self, message: bytes) -> "asyncio.Future[None]":
        """Send a message; the future brings its answer. Nothing is sent for the answer that every process begins with."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.gone:
            answer.set_exception(self._silence())
            return answer
        self._awaited.append(answer)
        if message and self._transport:
            self._transport.write(message)
        return answer

    def data_received(self, data: bytes) -> None:
        """Answers come in the order of what was asked."""
        for message in self._frames.add(data):
            error, answer = sqlite_messages.read_answer(message), self._awaited.popleft()
            if answer.done():
                continue
            if error is None:
                answer.set_result(None)
            else:
                answer.set_exception(error)

    def connection_lost(self, error: Exception | None) -> None:
        """The process ended, or is made to: what it wrote is written, and it writes nothing more."""
        self.gone = True
        if not self._closing:
            self._process.kill()
            log.warning("the process that writes the journal ended", status=self._process.wait())
        for answer in self._awaited:
            if not answer.done():
                answer.set_exception(self._silence())
        self._awaited.clear()

    async def close(self) -> None:
        """Hang up, and wait for the end of the process; one that still owes an answer hangs, and is killed."""
        self._closing = True
        if self._awaited:
            self._process.kill()
        if self._transport:
            self._transport.close()
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _silence(self) -> OutcomeUnknown:
        return OutcomeUnknown("the process that writes the journal ended during a commit")
