"""Watchers of the benchmark: a process that holds many sockets which only look.

`python -m web.bench.watchers` reads a `Watch` as a line of JSON from stdin, opens its sockets, writes the line
`ready` once each of them follows the lot, and counts frames until stdin ends; then it writes a `Seen`. Some of the
sockets may be dead: they are open and never read from again.
"""

import asyncio
import base64
import os
import sys
from typing import cast

import msgspec
import uvloop

from matching_engine.errors import Broken
from web.protocol import SUBPROTOCOL, VERSION

_AT_ONCE = 64
"""Sockets on their way in at the same time: a server's backlog is not endless."""
_SECONDS = 30
"""How long one socket may take to come in."""


class Watch(msgspec.Struct):
    """How many sockets look at a lot, and how many of them are dead; without a lot they only shake hands."""

    port: int
    count: int
    lot: str | None = None
    dead: int = 0


class Seen(msgspec.Struct):
    """Frames with events: in all, and of the living socket that saw the fewest."""

    frames: int
    fewest: int


class Watcher(asyncio.Protocol):
    """One socket: handshake, hello, subscription; then it counts."""

    def __init__(self, watch: Watch, dead: bool) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.frames = 0
        self._watch, self._dead = watch, dead
        self._held = b""
        self._said = b""
        """What no watcher expects to hear."""
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands as a visitor."""
        self._out = cast(asyncio.Transport, transport)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self._out.write(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{self._watch.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """A socket that does not come in spoils the measurement."""
        if not self.ready.done():
            self.ready.set_exception(
                Broken(f"the server hung up: {exc or (self._said or self._held)[:300]!r}")
            )

    def data_received(self, data: bytes) -> None:
        """Take whole frames off what has come."""
        data = self._held + data if self._held else data
        if not self._open:
            head, blank, data = data.partition(b"\r\n\r\n")
            if not blank:
                self._held = head
                return
            self._shaken(head)
        at = 0
        while (frame := _frame(data, at)) is not None:
            opcode, start, end = frame
            self._hear(opcode, data[start:end])
            at = end
        self._held = data[at:]

    def _shaken(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101"):
            self._held = head
            self._out.close()
            return
        self._open = True
        if self._watch.lot is None:
            self._in()
        else:
            self._write(b'{"t":"hello","v":%d}' % VERSION)

    def _hear(self, opcode: int, text: bytes) -> None:
        if text.startswith(b'{"t":"welcome"') and self._watch.lot is not None:
            self._write(b'{"t":"sub","i":1,"lot":"%s"}' % self._watch.lot.encode())
        elif text.startswith(b'{"t":"snap"'):
            self._in()
        elif opcode == 0x89:
            self._out.write(bytes((0x8A, 0x80 | len(text))) + b"\0\0\0\0" + text)
        elif b'"t":"ev"' in text:
            self.frames += 1
        else:
            self._said = text

    def _in(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)
        if self._dead:
            self._out.pause_reading()

    def _write(self, text: bytes) -> None:
        self._out.write(bytes((0x81, 0x80 | len(text))) + b"\0\0\0\0" + text)

    def close(self) -> None:
        """Hang up."""
        self._out.abort()


def _frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """First octet, start and end of the frame at a place; None when it is not whole."""
    if len(data) - at < 2:
        return None
    length, start = data[at + 1], at + 2
    if length >= 126:
        size = 2 if length == 126 else 8
        if len(data) - start < size:
            return None
        length, start = int.from_bytes(data[start : start + size]), start + size
    return (data[at], start, start + length) if len(data) - start >= length else None


async def _come_in(watch: Watch) -> list[Watcher]:
    """All sockets, each following."""
    places, loop = asyncio.Semaphore(_AT_ONCE), asyncio.get_running_loop()

    async def one(number: int) -> Watcher:
        async with places, asyncio.timeout(_SECONDS):
            _, watcher = await loop.create_connection(
                lambda: Watcher(watch, number < watch.dead), "127.0.0.1", watch.port
            )
            await watcher.ready
            return watcher

    return list(await asyncio.gather(*map(one, range(watch.count))))


async def _main() -> None:
    watch = msgspec.json.decode(sys.stdin.buffer.readline(), type=Watch)
    watchers = await _come_in(watch)
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    living = watchers[watch.dead :]
    seen = Seen(sum(one.frames for one in living), min((one.frames for one in living), default=0))
    sys.stdout.buffer.write(msgspec.json.encode(seen))
    for one in watchers:
        one.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main())
