"""The socket at /ws: the shell around the conversation.

Frames go to the conversation, what it answers is done here, and every decision is asked under the principal as it
is at that moment. Frames that are too large never get here: the server's own limit closes with 1009.
"""

import asyncio
import secrets
from collections import OrderedDict
from functools import partial
from typing import Any

import structlog
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from exchange.bootstrap import Exchange
from exchange.house.command import Command, Outcome
from exchange.ports import Unavailable
from matching_engine.errors import LuochuiError
from web import errors
from web import messages as m
from web.answering import Answering
from web.audience import Watcher
from web.handshake import deny, fault_of
from web.hearing import Hearing
from web.hub import Hub
from web.key_terms import check_message, check_network
from web.protocol import (
    SUBPROTOCOL,
    Action,
    Ask,
    Close,
    CloseCode,
    Conversation,
    Follow,
    FollowTable,
    Leave,
    LeaveTable,
    Limits,
    Move,
    Send,
    SignIn,
    TellTime,
    Throttle,
)
from web.sessions import Caller, Live, Sessions
from web.socket_commands import body_of
from web.step_up import Gate
from web.table_hub import TableHub
from web.table_moves import answered
from web.tickets import Tickets
from web.transport import pipe_of

log = structlog.get_logger()

SOCKETS_MAX = 5
"""Sockets of one account; the oldest makes room for the sixth."""
THROTTLES_MAX = 100_000


class Gateway:
    """What all sockets of a process share."""

    def __init__(
        self, exchange: Exchange, sessions: Sessions, tickets: Tickets, limits: Limits | None = None
    ) -> None:
        self.exchange = exchange
        self.sessions = sessions
        self.tickets = tickets
        self.gate = Gate(exchange.registers.sessions, exchange.house.clock, exchange.settings.second_factor)
        self.limits = limits or Limits()
        self.hearing = Hearing(exchange.house.clock.now)
        self.answering = Answering()
        exchange.house.watch(lambda batch: self.answering.write())
        self.hub = Hub(exchange.house, lambda: self.hearing.waits)
        self.tables = TableHub(exchange.house)
        self._connections: dict[str, list[Connection]] = {}
        self._throttles: OrderedDict[str, Throttle] = OrderedDict()

    def admit(self, connection: "Connection", account: str) -> None:
        """Count a signed-in socket; the oldest of its account goes when there are too many."""
        own = self._connections.setdefault(account, [])
        own.append(connection)
        while len(own) > SOCKETS_MAX:
            own[0].close(CloseCode.REPLACED, "REPLACED")
            self.dismiss(own[0], account)

    def dismiss(self, connection: "Connection", account: str) -> None:
        """A socket of an account is gone."""
        own = self._connections.get(account, [])
        if connection in own:
            own.remove(connection)
        if not own:
            self._connections.pop(account, None)

    def throttle(self, account: str, at: int) -> Throttle:
        """The one throttle of an account, whichever socket it speaks through."""
        throttle = self._throttles.get(account)
        if throttle is None:
            throttle = self._throttles[account] = Throttle(self.limits, at)
            if len(self._throttles) > THROTTLES_MAX:
                self._throttles.popitem(last=False)
        self._throttles.move_to_end(account)
        return throttle


class Connection:
    """One accepted socket."""

    __slots__ = (
        "_busy",
        "_caller",
        "_conversation",
        "_gateway",
        "_house",
        "_live",
        "_slow",
        "_socket",
        "_waits",
        "_watcher",
    )

    def __init__(self, gateway: Gateway, socket: WebSocket, caller: Caller | None) -> None:
        house = gateway.exchange.house
        at = house.clock.now()
        self._gateway = gateway
        self._house = house
        self._socket = socket
        self._caller = caller
        self._live: Live | None = None
        self._conversation = Conversation(gateway.limits, Throttle(gateway.limits, at), at)
        self._watcher = Watcher(pipe_of(socket), None, self.close, self._tick)
        self._slow: asyncio.Task[None] | None = None
        """What a frame waits for, and those after it with it."""
        self._busy = False
        """Whether a frame that was received is being taken: none that comes meanwhile may overtake it."""
        self._waits = False
        """Whether a frame that was heard waits for its turn."""

    async def run(self) -> None:
        """Hear frames until the end of the socket."""
        self._gateway.hub.join(self._watcher)
        self._watcher.pipe.hear(self._hear)
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                frame = message.get("text")
                self._busy = True
                await self._settled()
                self._take(message["bytes"] if frame is None else frame, self._house.clock.now())
                await self._settled()
                self._busy = False
        finally:
            self._end()

    async def _settled(self) -> None:
        """Wait for what a frame waits for, whichever way that frame came."""
        if self._slow is not None:
            await self._slow
            self._slow = None

    def _hear(self, frame: str) -> bool:
        """Take a frame with the others that come now, unless an earlier one still waits for something, or is not even
        taken and may have to: frames keep their order."""
        if self._busy or self._waits or (self._slow is not None and not self._slow.done()):
            return False
        self._waits = True
        self._gateway.hearing.add(self._take_heard, frame)
        return True

    def _take_heard(self, frame: str, at: int) -> None:
        self._waits = False
        try:
            self._take(frame, at)
        except Exception:
            log.exception("frame not taken")
            self.close(CloseCode.INTERNAL, "INTERNAL", 1_000)

    def _take(self, frame: str | bytes, at: int) -> None:
        for action in self._conversation.receive(frame, at):
            self._do(action, at)

    def _end(self) -> None:
        self._gateway.hub.leave(self._watcher)
        self._gateway.tables.leave(self._watcher)
        self._watcher.pipe.gone()
        if self._live is not None:
            self._live.close()
            self._gateway.dismiss(self, self._live.caller.account.id)

    def _tick(self, now: int) -> None:
        for action in self._conversation.tick(now):
            self._do_now(action)

    def close(self, code: int, reason: str, after: int | None = None) -> None:
        """Say goodbye and close, once."""
        for action in self._conversation.close(code, reason, after):
            self._do_now(action)

    def _do(self, action: Action, at: int) -> None:
        if isinstance(action, Ask):
            self._ask(action.message, "bid", at)
        elif isinstance(action, Move):
            self._ask(action.message, "trade", at)
        elif isinstance(action, Follow):
            self._slow = asyncio.create_task(self._follow(action))
        elif isinstance(action, FollowTable):
            self._slow = asyncio.create_task(self._follow_table(action))
        elif isinstance(action, SignIn):
            self._slow = asyncio.create_task(self._sign_in(action.ticket))
        else:
            self._do_now(action)

    def _do_now(self, action: Action) -> None:
        """What needs no waiting."""
        if isinstance(action, Send):
            self._watcher.send(action.message)
        elif isinstance(action, TellTime):
            now = self._house.clock.now() // 1000
            self._watcher.send(m.Told(action.i, action.c0, action.s1, now))
        elif isinstance(action, Leave):
            self._gateway.hub.unfollow(self._watcher, action.lot)
        elif isinstance(action, LeaveTable):
            self._gateway.tables.unfollow(self._watcher, action.table)
        elif isinstance(action, Close):
            self._gateway.answering.write()
            self._watcher.send(m.Bye(action.reason, action.after))
            self._watcher.pipe.close(action.code, action.reason)
            self._gateway.hub.leave(self._watcher)

    # Signing in

    async def _sign_in(self, ticket: str | None) -> None:
        """A cookie alone proves nothing here, for any page's script makes the browser send it: it takes a ticket."""
        caller = self._caller
        if ticket is not None:
            sign_in = caller.sign_in if caller else None
            if sign_in is None or not await self._gateway.tickets.redeem(ticket, sign_in.id):
                self._do_all(self._conversation.turn_away())
                return
        elif caller is not None and caller.key is None:
            caller = None
        self._greet(caller)

    def _greet(self, caller: Caller | None) -> None:
        at, sid = self._house.clock.now(), secrets.token_hex(8)
        if caller is None:
            throttle, account = Throttle(self._gateway.limits, at), None
        else:
            account = caller.account.id
            throttle = self._gateway.throttle(account, at)
            self._watcher.party = caller.principal.party
            self._live = self._gateway.sessions.follow(caller, self._signed_out)
            self._gateway.admit(self, account)
        self._do_all(self._conversation.greet(sid, account, throttle, at))

    def _do_all(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            self._do_now(action)

    def _signed_out(self) -> None:
        self.close(CloseCode.SIGNED_OUT, "SIGNED_OUT")

    # Following and asking

    async def _follow(self, action: Follow) -> None:
        try:
            known = await self._gateway.hub.follow(self._watcher, action.lot, action.i, action.since)
        except Unavailable:
            self._conversation.lots.discard(action.lot)
            self._watcher.send(m.Rej(action.i, None, "UNAVAILABLE", True))
            return
        if not known:
            self._conversation.lots.discard(action.lot)
            self._watcher.send(m.Rej(action.i, None, "LOT_UNKNOWN", False))

    async def _follow_table(self, action: FollowTable) -> None:
        """A table is followed by its parties; to others it does not exist."""
        principal = self._live.principal if self._live else None
        code, retry = "TABLE_UNKNOWN", False
        try:
            tables = self._gateway.tables
            if await tables.follow(self._watcher, principal, action.table, action.i, action.since):
                return
        except Unavailable:
            code, retry = "UNAVAILABLE", True
        self._conversation.lots.discard(action.table)
        self._watcher.send(m.Rej(action.i, None, code, retry))

    def _ask(self, message: m.Decision | m.TableMove, scope: str, at: int) -> None:
        live = self._live
        principal = live.principal if live else None
        if principal is None or live is None:
            self._watcher.send(m.Rej(message.i, message.id, "SIGN_IN_REQUIRED", False))
            return
        live.touch()
        view = self._house.view
        try:
            check_message(live.caller, scope)
            body = body_of(message, view, principal)
        except LuochuiError as error:
            self._tell(message, error)
            return
        command = Command(message.id, principal, body)
        if self._gateway.gate.open_to(live.caller, body, view):
            self._house.ask(command, partial(self._tell, message), at)
        else:
            self._slow = asyncio.create_task(self._ask_surely(message, command, live))

    async def _ask_surely(self, message: m.Decision | m.TableMove, command: Command, live: Live) -> None:
        """What is known of the session may be half a second old: look again before saying what is missing."""
        try:
            await self._gateway.gate.admit_again(self._gateway.sessions, live, command, self._house)
        except LuochuiError as error:
            self._tell(message, error)
        else:
            self._house.ask(command, partial(self._tell, message), self._house.clock.now())

    def _tell(self, message: m.Decision | m.TableMove, answer: Outcome | LuochuiError) -> None:
        """The answer to a decision, durable; the house calls this, so nothing that is wrong here may reach it."""
        try:
            if isinstance(answer, Outcome):
                self._gateway.answering.add(self._watcher, self._answer(message, answer))
            else:
                self._watcher.send(_problem(message, errors.of_error(answer, message.id)))
        except Exception:
            log.exception("answer not sent", command=message.id)

    def _answer(self, message: m.Decision | m.TableMove, outcome: Outcome) -> m.Outbound:
        if not isinstance(message, (m.Bid, m.Asking)):  # the very class first: the quickest question
            return answered(message, outcome)
        first, refusal = outcome.first, outcome.refusal
        if refusal is None:
            ts, kind = first.at // 1000, type(first.event).__name__
            return m.Ack(message.i, message.id, message.lot, first.stream_seq, ts, first.receipt, kind)
        lot = self._house.view.lots.get(message.lot)
        ends = lot.closes_at // 1000 if lot and lot.closes_at is not None else None
        return m.Rej(
            i=message.i,
            id=message.id,
            code=refusal.code,
            retry=False,
            detail=refusal.detail or None,
            minimum_fen=refusal.minimum_fen,
            ends=ends,
            seq=first.stream_seq,
        )


def _problem(message: m.Decision | m.TableMove, problem: errors.Problem) -> m.Rej:
    return m.Rej(
        i=message.i,
        id=message.id,
        code=problem.code,
        retry=problem.retry,
        field=problem.field,
        detail=problem.detail or None,
        minimum_fen=problem.minimum_fen,
    )


def gateway_of(app: Any) -> Gateway:
    """The gateway of an application; made at the first use, for it needs a running loop."""
    gateway = getattr(app.state, "gateway", None)
    if gateway is None:
        state = app.state
        limits = getattr(state, "socket_limits", None)
        gateway = state.gateway = Gateway(state.exchange, state.sessions, state.tickets, limits)
        state.metrics.watch(gateway.hub)
    assert isinstance(gateway, Gateway)
    return gateway


async def endpoint(socket: WebSocket) -> None:
    """One socket, from the handshake to its end."""
    gateway = gateway_of(socket.app)
    fault = await fault_of(socket, gateway.sessions, gateway.exchange.settings.origins)
    if fault is not None:
        await deny(socket, *fault)
        return
    try:
        caller, _ = await gateway.sessions.caller(socket.headers)
        check_network(caller, socket.client.host if socket.client else "")
    except errors.Failure as error:
        await deny(socket, error.problem.status, error.problem.code, error.problem.detail)
        return
    await socket.accept(SUBPROTOCOL)
    await Connection(gateway, socket, caller).run()


def socket_route() -> list[WebSocketRoute]:
    """The route of the socket."""
    return [WebSocketRoute("/ws", endpoint, name="ws")]
