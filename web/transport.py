"""The way in and out of a socket: one frame, encoded once, written to every watcher.

Under uvicorn with `ws="web.transport:Wire"` frames go straight to the kernel while nothing waits in the transport, else
into its buffer, whose size is known; and frames that come go straight to whoever hears them. Under any other ASGI server
a small queue and one task for each socket stand in for the first, and `receive` for the second.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, cast

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from web.framing import ends_with_frame, whole_text

EXTENSION = "luochui.wire"
QUEUE_MAX = 4096
"""Frames that the stand-in queue holds; the octet limits of the hub bite long before."""


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One outgoing text message, with its WebSocket header made once and shared by all who get it."""

    text: bytes
    wire: bytes
    """What goes over the line: header and text."""


def frame_of(text: bytes) -> Frame:
    """A text in one frame: FIN and opcode text, no mask, and the length in its shortest form (RFC 6455, 5.2)."""
    length = len(text)
    if length < 126:
        return Frame(text, bytes((0x81, length)) + text)
    if length < 65536:
        return Frame(text, b"\x81\x7e" + length.to_bytes(2) + text)
    return Frame(text, b"\x81\x7f" + length.to_bytes(8) + text)


class Pipe(Protocol):
    """Where the frames of one socket go."""

    @property
    def buffered(self) -> int:
        """Octets written and not yet taken by the network."""

    def write(self, frame: Frame) -> None:
        """Send a frame; never waits. After the end it does nothing."""

    def offer(self, frame: Frame, limit: int) -> bool:
        """The same, unless more than `limit` octets are held back already: then False, and nothing is sent."""

    def close(self, code: int, reason: str) -> None:
        """Close with a code; what cannot be sent within a few seconds is thrown away."""

    def gone(self) -> None:
        """The socket has ended: let go of everything."""

    def hear(self, hearer: "Hearer") -> None:
        """Offer frames to `hearer` as they come, where the server lets them through; what it declines is received."""


Hearer = Callable[[str], bool]
"""Takes a text frame at once, or declines it (False): then it waits its turn to be received."""


NOWHERE = -1
"""No descriptor: frames go through the transport."""


class Line:
    """The way out of one of uvicorn's sockets.

    `descriptor` is the socket's while a frame may be written past its transport. Thousands of these make one event's way
    out, and asking transport and protocol how they are each time costs half as much as the write: so they tell.
    """

    __slots__ = ("_wire", "descriptor")

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self.descriptor = NOWHERE

    @property
    def buffered(self) -> int:
        """Octets in the transport's buffer."""
        return int(self._wire.transport.get_write_buffer_size())

    def write(self, frame: Frame) -> None:
        """Straight to the kernel; what it does not take waits in the transport, however much waits there."""
        self.offer(frame, sys.maxsize)

    def offer(self, frame: Frame, limit: int) -> bool:
        """The same, unless more than `limit` octets wait already."""
        if self.descriptor == NOWHERE:
            return self._keep(frame.wire, limit)
        try:
            sent = os.write(self.descriptor, frame.wire)
        except OSError:  # its buffer is full, or the line is cut: the transport will find out which
            sent = 0
        if sent < len(frame.wire):
            self._wire.transport.write(frame.wire[sent:])
        return True

    def _keep(self, wire: bytes, limit: int) -> bool:
        if self.buffered > limit:
            return False
        if not self._wire.ending:
            self._wire.transport.write(wire)
        return True

    def close(self, code: int, reason: str) -> None:
        """Send the close frame without waiting for a slow reader, and cut the line if it does not answer."""
        self._wire.end(code, reason)

    def hear(self, hearer: Hearer) -> None:
        """Offer text frames to `hearer` before they are queued."""
        self._wire.hear(hearer)

    def gone(self) -> None:
        """The server lets go of the transport by itself."""
        self._wire.unhear()


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's socket that can also be written without waiting, and hands frames over as they come."""

    _hearer: Hearer | None = None
    _between: bool | None = None
    """Whether the parser stands between two frames; None before the request, which uvicorn hands over by itself."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake goes through the transport."""
        self.line = Line(self)
        super().connection_made(transport)

    def hear(self, hearer: Hearer) -> None:
        """The socket is open: frames that come go to `hearer`, those that leave go straight out.

        What the handshake brought is let go: an idle socket would keep its headers three times, for days.
        """
        self._hearer = hearer
        for headers in (self.request.headers, self.response.headers, cast(list[Any], self.scope["headers"])):
            headers.clear()
        self._straighten()
        self.transport.set_write_buffer_limits(high=0)

    def unhear(self) -> None:
        """Nobody hears any more."""
        self._hearer = None

    @property
    def ending(self) -> bool:
        """Whether somebody has begun to close."""
        return self.close_sent or self.disconnected or self.transport.is_closing()

    # With a high-water mark of 0 a transport tells as soon as it holds anything back, and when it no longer does.

    def _straighten(self) -> None:
        """Past the transport from now on, if the line is plain TCP and open."""
        if self.scheme == "ws" and not self.ending:
            self.line.descriptor = self.transport.get_extra_info("socket").fileno()

    def pause_writing(self) -> None:
        """What comes now waits behind what the transport holds."""
        self.line.descriptor = NOWHERE
        super().pause_writing()

    def resume_writing(self) -> None:
        """The transport holds nothing any more."""
        super().resume_writing()
        self._straighten()

    # The ways in which uvicorn ends a socket: nothing may be written after them, and the descriptor is soon another's.

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is cut."""
        self.line.descriptor = NOWHERE
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends."""
        self.line.descriptor = NOWHERE
        super().shutdown()

    def handle_close(self, event: Any) -> None:
        """The client closes, or answers that we do."""
        self.line.descriptor = NOWHERE
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        """The client breaks the protocol."""
        self.line.descriptor = NOWHERE
        super().handle_parser_exception()

    def keepalive_timeout(self) -> None:
        """The client does not answer a ping."""
        self.line.descriptor = NOWHERE
        super().keepalive_timeout()

    def end(self, code: int, reason: str) -> None:
        """Send the close frame without waiting for a slow reader, and cut the line if it does not answer."""
        if self.ending:
            return
        self.line.descriptor = NOWHERE
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout / 2, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """One short text frame, as nearly everything is, needs no parser, which costs as much as reading a bid."""
        if self._between:
            text = whole_text(data)
            if text is not None and self._heard(text):
                return
            self._between = ends_with_frame(data)
        elif self._between is None:
            self._between = True
        super().data_received(data)

    def handle_text(self, event: Any) -> None:
        """A whole text frame goes to the hearer: that saves a queue and two wake-ups."""
        try:
            heard = event.fin and self._heard(str(event.data, "utf-8"))
        except UnicodeDecodeError:
            heard = False
        if not heard:
            super().handle_text(event)

    def _heard(self, text: str) -> bool:
        """Whether the hearer took a frame: not while others wait before it, nor once the end has begun."""
        if self._hearer is None or self.conn.state is not State.OPEN or not self.queue.empty():
            return False
        return self._hearer(text)

    async def run_asgi(self) -> None:
        """Let the application find this socket in its scope."""
        extensions = self.scope.setdefault("extensions", {})
        if extensions is not None:
            extensions[EXTENSION] = self  # type: ignore[assignment]
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        """Answer; a handshake that was answered with a problem is complete, too, and no fault for the log."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True


class QueuePipe:
    """A queue and a task, for servers that let nobody near their transport."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._queue: asyncio.Queue[Frame] = asyncio.Queue(QUEUE_MAX)
        self._ending: tuple[int, str] | None = None
        self._task: asyncio.Task[None] = asyncio.create_task(self._run())
        self.buffered = 0

    def write(self, frame: Frame) -> None:
        """Queue a frame; a full queue ends the socket rather than losing one."""
        if self._ending is not None:
            return
        if self._queue.full():
            self.close(1013, "QUEUE_FULL")
            return
        self.buffered += len(frame.wire)
        self._queue.put_nowait(frame)

    def offer(self, frame: Frame, limit: int) -> bool:
        """Queue a frame unless much is queued already."""
        if self.buffered > limit:
            return False
        self.write(frame)
        return True

    def close(self, code: int, reason: str) -> None:
        """Send what is queued if that goes at once, then close."""
        if self._ending is None:
            self._ending = (code, reason)
            self._task.cancel()
            self._task = asyncio.create_task(self._finish(code, reason))

    def hear(self, hearer: Hearer) -> None:
        """Such a server hands over nothing: everything is received."""

    def gone(self) -> None:
        """End the task, unless it is still saying goodbye."""
        if self._ending is None:
            self._ending = (1006, "GONE")
            self._task.cancel()

    async def _run(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                frame = await self._queue.get()
                await self._socket.send_text(frame.text.decode())
                self.buffered -= len(frame.wire)

    async def _finish(self, code: int, reason: str) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(5):
                while not self._queue.empty():
                    await self._socket.send_text(self._queue.get_nowait().text.decode())
                await self._socket.close(code, reason)


def pipe_of(socket: WebSocket) -> Pipe:
    """The best way out of an accepted socket."""
    wire = socket.scope.get("extensions", {}).get(EXTENSION)
    return wire.line if isinstance(wire, Wire) else QueuePipe(socket)
