"""The floor of the fan-out: one frame, written straight to every socket, and nothing else.

`python -m web.bench.pour PORT WATCHERS FRAMES OCTETS` shakes hands with so many watchers, writes each frame to all of
them with one system call a socket, and prints the µs of the
processor that each round took, as JSON.
"""

import asyncio
import os
import sys
import time
from typing import cast

import msgspec
import uvloop

from web.bench.echo import accept_of
from web.transport import frame_of

PAUSE = 0.06
"""Seconds between two frames: longer than the house's own pace for watchers."""


class Guest(asyncio.Protocol):
    """A watcher's connection; it says nothing after the handshake."""

    def __init__(self, guests: list["Guest"], all_in: asyncio.Event, count: int) -> None:
        self._guests, self._all_in, self._count = guests, all_in, count

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way out."""
        self._out = cast(asyncio.Transport, transport)
        self.descriptor = self._out.get_extra_info("socket").fileno()

    def data_received(self, data: bytes) -> None:
        """The handshake."""
        self._out.write(accept_of(data))
        self._guests.append(self)
        if len(self._guests) == self._count:
            self._all_in.set()


async def pour(port: int, watchers: int, frames: int, octets: int) -> list[int]:
    """µs of the processor for each frame to all watchers."""
    guests: list[Guest] = []
    all_in = asyncio.Event()
    wire = frame_of(b'{"t":"ev"' + b" " * (octets - 10) + b"}").wire
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Guest(guests, all_in, watchers), "127.0.0.1", port, backlog=2048
    )
    async with server:
        await all_in.wait()
        descriptors = [guest.descriptor for guest in guests]
        await asyncio.sleep(1.0)
        return [await _round(descriptors, wire) for _ in range(frames)]


async def _round(descriptors: list[int], wire: bytes) -> int:
    began = time.thread_time_ns()
    for descriptor in descriptors:
        os.write(descriptor, wire)
    taken = (time.thread_time_ns() - began) // 1000
    await asyncio.sleep(PAUSE)
    return taken


def main(port: str, watchers: str, frames: str, octets: str) -> None:
    """Pour, and print what it took."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        taken = runner.run(pour(int(port), int(watchers), int(frames), int(octets)))
    sys.stdout.buffer.write(msgspec.json.encode(taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
