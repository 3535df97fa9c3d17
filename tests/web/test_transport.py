"""Frames as they go over the line: one header, made once, that any WebSocket client reads; whole and in order."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import uvloop
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame as Read
from websockets.frames import Opcode

from tests.web.served import eventually
from web.transport import EXTENSION, NOWHERE, Line, Wire, frame_of

LIMIT = 64 * 1024
LOOPS = (asyncio.new_event_loop, uvloop.new_event_loop)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 4096, 65_535, 65_536, 200_000])
def test_a_frame_is_read_back_as_it_was_written(length: int) -> None:
    """Every form of the length, at its ends: whole text, one frame, unmasked."""
    text = b"x" * length
    frame = frame_of(text)
    found = read(frame.wire)
    assert (found.opcode, bytes(found.data), found.fin) == (Opcode.TEXT, text, True)


def read(wire: bytes) -> Read:
    """The one frame in these octets, by the WebSocket library's own parser."""
    position = 0

    def read_exact(count: int) -> Generator[None, None, bytes]:
        nonlocal position
        yield from ()
        part = wire[position : position + count]
        position += count
        return part

    parser = Read.parse(read_exact, mask=False, max_size=None)
    try:
        next(parser)
    except StopIteration as done:
        assert position == len(wire)
        found: Read = done.value
        return found
    raise AssertionError("the parser wants more than the frame")


@asynccontextmanager
async def line() -> AsyncIterator[tuple[Line, ClientConnection, uvicorn.Server]]:
    """An open socket: our end of it, the client's, and the server."""
    lines: list[Line] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        lines.append(scope["extensions"][EXTENSION].line)
        lines[0].hear(lambda frame: False)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            app, ws=Wire, ws_per_message_deflate=False, lifespan="off", log_level="warning"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listening]))
        async with connect(f"ws://127.0.0.1:{listening.getsockname()[1]}", compression=None) as client:
            await eventually(lambda: bool(lines))
            yield lines[0], client, server
        server.should_exit = True
        await serving


def on(loop: Callable[[], asyncio.AbstractEventLoop], work: Any) -> None:
    """Run a test on a loop of this kind."""
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(work)


@pytest.mark.parametrize("loop", LOOPS)
def test_frames_stay_whole_and_in_order_however_much_the_kernel_takes(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    """Straight out, then behind what the transport holds, then straight again: each accepted frame comes once, in turn."""

    async def work() -> None:
        async with line() as (out, client, _):
            client.transport.pause_reading()
            count = 0
            while out.offer(frame_of(b"%d" % count + b" " * 20_000), LIMIT):
                count += 1
                out.write(frame_of(b"%d" % count))
                count += 1
            assert out.descriptor == NOWHERE
            assert out.buffered > LIMIT
            client.transport.resume_reading()
            for number in range(count):
                assert int(await client.recv()) == number
            await eventually(lambda: out.descriptor != NOWHERE)
            assert out.offer(frame_of(b"last"), LIMIT)
            assert await client.recv() == "last"

    on(loop, work())


def _we_close(out: Line, client: ClientConnection, server: uvicorn.Server) -> None:
    out.close(4000, "over")


def _the_client_cuts(out: Line, client: ClientConnection, server: uvicorn.Server) -> None:
    client.transport.abort()


def _the_server_ends(out: Line, client: ClientConnection, server: uvicorn.Server) -> None:
    server.should_exit = True


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("end", [_we_close, _the_client_cuts, _the_server_ends])
def test_nothing_leaves_after_the_end(
    end: Callable[..., None], loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    """However a socket ends, its descriptor is forgotten in the same moment: it may soon be another's."""

    async def work() -> None:
        async with line() as (out, client, server):
            assert out.descriptor != NOWHERE
            end(out, client, server)
            await eventually(lambda: out.descriptor == NOWHERE)
            out.offer(frame_of(b"late"), LIMIT)
            with pytest.raises(ConnectionClosed):
                await client.recv()

    on(loop, work())


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in vars(Wire)
        if not name.startswith("_") and name not in ("hear", "unhear", "ending", "end")
    ],
)
def test_what_is_overridden_is_there(name: str) -> None:
    """uvicorn calls what we put in its place: a release that renames one of these would write after the end."""
    assert callable(getattr(WebSocketsSansIOProtocol, name))
