"""The way in and out of a socket: one frame, encoded once, written to every watcher.

Under uvicorn with `ws="web.transport:Wire"` frames go straight into the transport's buffer, whose size is known,
and frames that come go straight to whoever hears them; under any other ASGI server a small queue and one task for
each socket stand in for the first, and `receive` for the second.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "luochui.wire"
QUEUE_MAX = 4096
"""Frames that the stand-in queue holds; the octet limits of the hub bite long before."""


class Frame:
    """One outgoing text message, with its WebSocket header made once and shared by all who get it."""

    __slots__ = ("text", "wire")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.wire = _header(len(text)) + text


def _header(length: int) -> bytes:
    """FIN and opcode text, no mask, and the length in its shortest form (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65536:
        return b"\x81\x7e" + length.to_bytes(2)
    return b"\x81\x7f" + length.to_bytes(8)


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


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's socket that can also be written without waiting, and says how much it holds back."""

    _hearer: Hearer | None = None

    def hear(self, hearer: Hearer) -> None:
        """Offer text frames to `hearer` before they are queued."""
        self._hearer = hearer

    def handle_text(self, event: Any) -> None:
        """A whole text frame goes to the hearer, unless others wait before it: that saves a queue and two wake-ups."""
        if self._hearer is None or not event.fin or self.close_sent or not self.queue.empty():
            super().handle_text(event)
            return
        try:
            text = str(event.data, "utf-8")
        except UnicodeDecodeError:
            super().handle_text(event)
            return
        if not self._hearer(text):
            super().handle_text(event)

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

    @property
    def buffered(self) -> int:
        """Octets in the transport's buffer."""
        return int(self.transport.get_write_buffer_size())

    def write(self, frame: Frame) -> None:
        """Put a frame into the transport's buffer."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(frame.wire)

    def offer(self, frame: Frame, limit: int) -> bool:
        """Thousands of these make one event's way out: one look at the buffer, one write."""
        transport = self.transport
        if transport.get_write_buffer_size() > limit:
            return False
        if not (self.close_sent or self.disconnected or transport.is_closing()):
            transport.write(frame.wire)
        return True

    def close(self, code: int, reason: str) -> None:
        """Send the close frame without waiting for a slow reader, and cut the line if it does not answer."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout / 2, self.transport.abort)

    def gone(self) -> None:
        """The server lets go of the transport by itself."""
        self._hearer = None


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
    return wire if isinstance(wire, Wire) else QueuePipe(socket)
