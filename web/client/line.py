"""The socket: follows lots and tables without a gap, and carries commands until they are decided.

It comes back by itself, at the pace that the close code asks for, subscribes again from the place it knew, asks over
REST what became of the commands that were under way, and says again those that the house has never heard of.
"""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx2
import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from exchange.store.nested import seal_to
from web import messages as m
from web.client import errors
from web.client.clock import ServerClock
from web.client.moves import TableMoves
from web.client.room import News, Room
from web.client.wire import (
    WAIT_MOST,
    Pending,
    as_ack,
    come_back,
    command_id,
    local_ms,
    place_of,
    problem_of,
    read,
    text_of,
)
from web.errors import Problem
from web.protocol import SUBPROTOCOL, VERSION

if TYPE_CHECKING:
    from web.client.rest import Exchange

log = structlog.get_logger()

REPEAT_AFTER = 4.0
"""Seconds without an answer after which a command is said again on the same socket."""
RETRY_AFTER = 1.5
"""Seconds after which what was refused for now is said again."""
PROBES_FIRST, PROBE_PAUSE, PROBE_EVERY = 4, 0.4, 60.0


class Line(TableMoves):
    """One socket that comes back by itself. `clock` knows the time of the house."""

    def __init__(self, exchange: "Exchange") -> None:
        self.clock = ServerClock()
        self.rooms: dict[str, Room] = {}
        self._exchange = exchange
        self._chance = random.Random()  # noqa: S311  (pauses, no secrets)
        self._socket: ClientConnection | None = None
        self._pending: dict[str, Pending] = {}
        self._following: dict[int, Room] = {}
        self._requests = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ended: errors.ClientError | None = None
        self._open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Open the socket; the first time a server that cannot be reached is an error, later it is waited for."""
        self._spawn(self._run())
        await self._open

    async def stop(self) -> None:
        """Close the socket; commands that are not decided end with OutcomeUnknown."""
        self._end(errors.Closed(1000, "closed by this program"))
        if self._socket is not None:
            await self._socket.close()
        for task in tuple(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @property
    def ended(self) -> bool:
        """Whether the socket is closed for good."""
        return self._ended is not None

    @property
    def now(self) -> int:
        """The time of the house, in ms since the epoch."""
        return self.clock.at(local_ms())

    # Following

    async def follow(self, lot: str) -> Room:
        """Follow a lot; its state is there when this returns. NotFound when there is no such lot."""
        return await self._join(Room(lot))

    async def follow_table(self, table: str) -> Room:
        """Follow a negotiation table of one's own."""
        return await self._join(Room(table, is_table=True))

    async def _join(self, room: Room) -> Room:
        room = self.rooms.setdefault(room.id, room)
        self._check()
        await self._subscribe(room)
        await asyncio.shield(room.ready)
        return room

    async def unfollow(self, room: Room) -> None:
        """Hear no more of it."""
        if self.rooms.pop(room.id, None) is not None:
            room.leave()
            await self._send(m.Unsub(**place_of(room)))

    async def _subscribe(self, room: Room) -> None:
        request = self._next()
        self._following[request] = room
        await self._send(m.Sub(request, since=room.place, **place_of(room)))

    # Commands

    async def bid(
        self,
        lot: str,
        amount_fen: int,
        max_fen: int | None = None,
        confirm: bool = False,
        id_: str | None = None,
    ) -> m.Ack:
        """Bid; with `max_fen` the exchange goes on bidding up to it. Refused says what would have done."""
        room = self.rooms.get(lot)
        seen = room.place[1] if room and room.place else None
        return await self._decide(m.Bid(0, lot, id_ or command_id(), amount_fen, max_fen, seen, confirm))

    async def proxy(self, lot: str, amount_fen: int, max_fen: int, id_: str | None = None) -> m.Ack:
        """Bid, and leave a maximum with the exchange."""
        return await self.bid(lot, amount_fen, max_fen, id_=id_)

    async def match(self, lot: str, id_: str | None = None) -> m.Ack:
        """Exercise a right of first refusal at the lead."""
        return await self._decide(m.Match(0, lot, id_ or command_id()))

    async def accept(self, lot: str, amount_fen: int, id_: str | None = None) -> m.Ack:
        """Take the clock price, the asking price or an open licence's fee."""
        return await self._decide(m.Accept(0, lot, id_ or command_id(), amount_fen))

    async def seal(self, lot: str, amount_fen: int, id_: str | None = None) -> m.Ack:
        """Seal a bid to the lot's published keys and put it into the box; the lot must be followed, and entered."""
        room = self.rooms[lot]
        if room.you is None or not room.you.code:
            raise errors.Refused(
                Problem("ENTRY_REQUIRED", 409, "Refused", "enter the lot, and follow it, first")
            )
        keys = await self._exchange.seal_keys(lot)
        return await self.put_in(lot, *seal_to(keys, lot, room.you.code, amount_fen), id_)

    async def put_in(self, lot: str, envelope: str, commitment: str, id_: str | None = None) -> m.Ack:
        """Put an envelope that was sealed elsewhere into the box."""
        return await self._decide(m.Seal(0, lot, id_ or command_id(), envelope, commitment))

    async def _decide(self, message: m.Decision) -> m.Ack:
        answer = await self._ask(message)
        assert isinstance(answer, m.Ack)
        return answer

    async def _move(self, message: m.TableMove) -> m.TableAck:
        answer = await self._ask(message)
        assert isinstance(answer, m.TableAck)
        return answer

    async def _ask(self, message: m.Decision | m.TableMove) -> m.Ack | m.TableAck:
        """Say it until it is decided; OutcomeUnknown when the patience of the exchange is at an end."""
        self._check()
        pending = Pending(message, asyncio.get_running_loop().create_future())
        self._pending[message.id] = pending
        self._spawn(self._insist(pending))
        try:
            async with asyncio.timeout(self._exchange.patience):
                return await pending.answer
        except TimeoutError:
            raise errors.OutcomeUnknown(message.id) from None
        finally:
            self._pending.pop(message.id, None)

    async def _insist(self, pending: Pending) -> None:
        """Say a command, and again while there is no answer; a closed socket is waited for."""
        while not pending.answer.done():
            await self._send(msgspec.structs.replace(pending.message, i=self._next()))
            await asyncio.wait([pending.answer], timeout=REPEAT_AFTER)

    # The socket

    async def _run(self) -> None:
        tries = 0
        while self._ended is None:
            began = time.monotonic()
            try:
                code, reason = await self._talk()
            except errors.Failed as failed:
                self._end(failed)
                return
            if time.monotonic() - began > WAIT_MOST:
                tries = 0
            wait = come_back(code, tries, self._chance.random())
            if wait is None or not self._open.done():
                self._end(errors.Closed(code, reason))
                return
            tries += 1
            await asyncio.sleep(wait)

    async def _talk(self) -> tuple[int, str]:
        """One socket from its handshake to its end: the code and reason with which it closed."""
        try:
            headers, ticket = await self._exchange.handshake()
            url = self._exchange.url.replace("http", "ws", 1) + "/ws"
            async with connect(
                url,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                additional_headers=headers,
                compression=None,
                max_size=None,
            ) as socket:
                return await self._hear_all(socket, ticket)
        except InvalidStatus as denied:
            if denied.response.status_code in (400, 401, 403):
                raise errors.of_answer(
                    denied.response.status_code, bytes(denied.response.body or b"")
                ) from denied
            return 1006, str(denied)
        except (OSError, InvalidHandshake, httpx2.TransportError, errors.Unavailable, errors.TooFast) as lost:
            return 1006, str(lost)

    async def _hear_all(self, socket: ClientConnection, ticket: str | None) -> tuple[int, str]:
        probing: asyncio.Task[None] | None = None
        try:
            await socket.send(text_of(m.Hello(VERSION, ticket)))
            async for frame in socket:
                message = read(frame)
                if isinstance(message, m.Welcome):
                    self._socket = socket
                    probing = self._spawn(self._probe())
                    await self._welcome(message)
                elif message is not None:
                    await self._hear(message)
        except ConnectionClosed:
            pass
        finally:
            self._socket = None
            self._following.clear()
            if probing is not None:
                probing.cancel()
        return socket.close_code or 1006, socket.close_reason or ""

    async def _welcome(self, message: m.Welcome) -> None:
        self.clock.guess(message.now, local_ms())
        for room in tuple(self.rooms.values()):
            await self._subscribe(room)
        for pending in tuple(self._pending.values()):
            self._spawn(self._look_up(pending))
        if not self._open.done():
            self._open.set_result(None)

    async def _look_up(self, pending: Pending) -> None:
        """After a cut: what became of a command; what the house never heard of is said again at once."""
        message, answer = pending
        try:
            decided = await self._exchange.find_command(message.id)
        except errors.Failed as refused:
            if not answer.done():
                answer.set_exception(refused)
            return
        if answer.done():
            return
        if decided is not None:
            answer.set_result(as_ack(message, decided))
        else:
            await self._send(msgspec.structs.replace(message, i=self._next()))

    async def _hear(self, message: m.Outbound) -> None:
        if isinstance(message, m.Ping):
            await self._send(m.Pong())
        elif isinstance(message, m.Told):
            self.clock.take(int(message.c0), message.s1, message.s2, local_ms())
        elif isinstance(message, m.Ack | m.TableAck):
            pending = self._pending.get(message.id)
            if pending is not None and not pending.answer.done():
                pending.answer.set_result(message)
        elif isinstance(message, m.Rej):
            self._refused(message)
        else:
            await self._news(message)

    async def _news(self, message: m.Outbound) -> None:
        room = self.rooms.get(getattr(message, "lot", None) or getattr(message, "table", None) or "")
        if room is None:
            return
        if isinstance(message, m.You):
            room.tell_you(message)
        elif isinstance(message, m.Presence):
            room.watchers = message.watchers
        elif isinstance(message, News) and not room.hear(message):
            await self._subscribe(room)

    def _refused(self, message: m.Rej) -> None:
        pending = self._pending.get(message.id or "")
        room = self._following.pop(message.i, None) if isinstance(message.i, int) else None
        if message.retry:
            if room is not None:
                self._later(lambda: self._subscribe(room))
            if pending is not None:
                again = msgspec.structs.replace(pending.message, i=self._next())
                self._later(lambda: self._send(again))
            return
        error = errors.of_problem(problem_of(message))
        if pending is not None and not pending.answer.done():
            pending.answer.set_exception(error)
        if room is not None and not room.ready.done():
            self.rooms.pop(room.id, None)
            room.ready.set_exception(error)

    def _later(self, act: Callable[[], Any]) -> None:
        async def wait() -> None:
            await asyncio.sleep(RETRY_AFTER)
            await act()

        self._spawn(wait())

    async def _probe(self) -> None:
        probes = 0
        while True:
            await self._send(m.Probe(self._next(), local_ms()))
            probes += 1
            await asyncio.sleep(PROBE_PAUSE if probes < PROBES_FIRST else PROBE_EVERY)

    async def _send(self, message: m.Inbound) -> None:
        """Send, if the socket is open; what must arrive is sent again by whoever needs it."""
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(text_of(message))

    def _next(self) -> int:
        self._requests += 1
        return self._requests

    def _spawn(self, act: Any) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _check(self) -> None:
        if self._ended is not None:
            raise self._ended

    def _end(self, why: errors.ClientError) -> None:
        """Nothing more comes over this line: everybody who waits is told."""
        if self._ended is not None:
            return
        self._ended = why
        if not self._open.done():
            self._open.set_exception(why)
        for id_, pending in self._pending.items():
            if not pending.answer.done():
                pending.answer.set_exception(errors.OutcomeUnknown(id_))
        for room in self.rooms.values():
            room.leave()
            if not room.ready.done():
                room.ready.set_exception(why)
