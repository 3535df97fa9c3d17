"""The floors of the socket: a bare Starlette echo under the server settings of the product, and a bare socket.

`python -m web.bench.echo starlette PORT` and `… bare PORT`; each answers every message with the message.
"""

import asyncio
import base64
import hashlib
import signal
import sys
from typing import cast

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from web.protocol import SUBPROTOCOL
from web.server import configured, listen, run

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What a handshake's answer is made with (RFC 6455, 4.2.2)."""
_HEAD = 6
"""Octets of header and mask in front of a client's short message."""


async def _echo(socket: WebSocket) -> None:
    await socket.accept(SUBPROTOCOL)
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        return


async def starlette(port: int) -> None:
    """Serve the echo as the product is served, until a signal comes."""
    # Imported here: uvicorn's server installs its own signal handlers, and ends at one.
    from uvicorn import Server

    with listen("127.0.0.1", port) as listening:
        await Server(configured(Starlette(routes=[WebSocketRoute("/ws", _echo)]))).serve([listening])


class Bare(asyncio.Protocol):
    """Sends back what comes, one short unmasked message at a time: what the client can do at most."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way out; the handshake comes first."""
        self._out = cast(asyncio.Transport, transport)
        self._open = False

    def data_received(self, data: bytes) -> None:
        """The handshake, then messages, each in a packet of its own."""
        if self._open:
            self._out.write(bytes((data[0], data[1] & 0x7F)) + data[_HEAD:])
        else:
            self._out.write(accept_of(data))
            self._open = True


def accept_of(request: bytes) -> bytes:
    """The answer to a handshake."""
    key = next(
        line.partition(b":")[2].strip()
        for line in request.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key:")
    )
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


async def bare(port: int) -> None:
    """Serve the bare socket until a signal comes."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(Bare, "127.0.0.1", port)
    async with server:
        await ended.wait()


def main(kind: str, port: str) -> None:
    """Serve one of the two."""
    run({"starlette": starlette, "bare": bare}[kind](int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
