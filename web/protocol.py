"""The WebSocket conversation `luochui.v1`, sans I/O: frames in, actions out.

A conversation knows what may be said when, how fast, and how much a client may follow. It has no socket, no
clock and no house: the shell (web.gateway) hands it frames with the instant of their arrival (µs) and does
what it answers. One table says which message is taken in which phase; anything else is refused.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from web import messages as m
from web.limits import BURST, RATE, Bucket
from web.parse import BadInput

SUBPROTOCOL = "luochui.v1"
VERSION = 1
HELLO_WITHIN = 5_000_000
"""µs in which the first message must come."""
SILENT_AFTER = 90_000_000
"""µs without a word, not even the answer to a ping, after which a socket is given up."""
PING_SECONDS = 25
_SURELY_SHORT = m.FRAME_LIMIT // 4
"""Characters that are not too many octets, whichever they are: UTF-8 takes four at most."""


class CloseCode:
    """Why a socket closes. 40xx: do not come back; 41xx: come back with jitter; 42xx: come back now."""

    UNSUPPORTED = 1003
    TOO_LARGE = 1009
    INTERNAL = 1011
    RESTART = 1012
    SIGNED_OUT = 4401
    FORBIDDEN = 4403
    REPLACED = 4409
    SLOW = 4108
    SILENT = 4110
    NO_HELLO = 4408
    FLOOD = 4429


class Limits(msgspec.Struct, frozen=True):
    """What one conversation may use."""

    rate: int = RATE
    """Messages a second that a principal may send for ever."""
    burst: int = BURST
    """Messages at once after a silence."""
    patience: int = 40
    """Refused messages that are forgiven; they come back at a fifth of the rate."""
    lots: int = 64
    """Lots that one socket may follow."""

    def told(self) -> dict[str, int]:
        """The limits as `welcome` states them."""
        return {"frame": m.FRAME_LIMIT, "rate": self.rate, "burst": self.burst, "lots": self.lots}


class Throttle:
    """How fast one principal speaks, over all its sockets together."""

    __slots__ = ("_patience", "_words")

    def __init__(self, limits: Limits, at: int) -> None:
        self._words = Bucket(limits.rate, limits.burst, at)
        self._patience = Bucket(max(1, limits.rate // 5), limits.patience, at)

    def allows(self, at: int) -> bool | None:
        """True: go on; False: this message is refused; None: patience is at an end."""
        if self._words.take(at):
            return True
        return False if self._patience.take(at) else None


# What the shell is asked to do.


class Action(msgspec.Struct, frozen=True, gc=False):
    """Something for the shell."""


class Send(Action, frozen=True):
    """Send a message."""

    message: m.Outbound


class Close(Action, frozen=True):
    """Say goodbye and close. `after` (ms) invites the client back."""

    code: int
    reason: str
    after: int | None = None


class SignIn(Action, frozen=True):
    """Redeem the ticket (None: a visitor, or the key of the handshake), then call `greet` or `turn_away`."""

    ticket: str | None


class Follow(Action, frozen=True):
    """Subscribe to a lot; answer with a snapshot, or exactly what came after `since`."""

    i: int | str
    lot: str
    since: tuple[int, int] | None


class Leave(Action, frozen=True):
    """Unsubscribe from a lot."""

    lot: str


class FollowTable(Action, frozen=True):
    """Subscribe to a negotiation table of one's own."""

    i: int | str
    table: str
    since: tuple[int, int] | None


class LeaveTable(Action, frozen=True):
    """Unsubscribe from a table."""

    table: str


class Move(Action, frozen=True):
    """Put a move at a table to the house and answer with ack or rej."""

    message: m.TableMove


class Ask(Action, frozen=True):
    """Put a decision to the house and answer with ack or rej."""

    message: m.Bid | m.Match | m.Accept | m.Seal


class TellTime(Action, frozen=True):
    """Answer a clock probe that arrived at `s1` (ms)."""

    i: int | str
    c0: int | float
    s1: int


Actions = tuple[Action, ...]


class Phase(StrEnum):
    """Where a conversation stands."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


class Conversation:
    """One socket's side of the protocol."""

    __slots__ = ("_limits", "_pinged", "_throttle", "heard_at", "lots", "opened_at", "phase")

    def __init__(self, limits: Limits, throttle: Throttle, at: int) -> None:
        self.phase = Phase.WAITING
        self.lots: set[str] = set()
        self.opened_at = at
        self.heard_at = at
        self._pinged = at
        self._limits = limits
        self._throttle = throttle

    def greet(self, sid: str, account: str | None, throttle: Throttle, at: int) -> Actions:
        """The principal is known: the conversation is open, under the principal's own throttle."""
        self.phase = Phase.OPEN
        self._throttle = throttle
        return (Send(m.Welcome(sid, at // 1000, PING_SECONDS, self._limits.told(), account)),)

    def turn_away(self, reason: str = "TICKET_INVALID") -> Actions:
        """The ticket was used, too old or never ours."""
        return self.close(CloseCode.SIGNED_OUT, reason)

    def close(self, code: int, reason: str, after: int | None = None) -> Actions:
        """End the conversation, once."""
        if self.phase is Phase.CLOSED:
            return ()
        self.phase = Phase.CLOSED
        return (Close(code, reason, after),)

    def receive(self, frame: str | bytes, at: int) -> Actions:
        """What follows from a frame that arrived at `at`."""
        phase = self.phase
        if phase is Phase.CLOSED:
            return ()
        self.heard_at = at
        if isinstance(frame, bytes):
            return self.close(CloseCode.UNSUPPORTED, "BINARY")
        if len(frame) > _SURELY_SHORT and _octets(frame) > m.FRAME_LIMIT:
            return self.close(CloseCode.TOO_LARGE, "FRAME_TOO_LARGE")
        try:
            message: m.ClientMessage | None = m.decode(frame)
            refused: BadInput | None = None
        except BadInput as wrong:
            message, refused = None, wrong
        if type(message) is not m.Pong:
            verdict = self._throttle.allows(at)
            if verdict is None:
                return self.close(CloseCode.FLOOD, "FLOOD", 30_000)
            if not verdict:
                return (refuse(message, "RATE_LIMITED", retry=True),)
        if message is None:
            assert refused is not None
            return (Send(m.Rej(None, None, refused.code, False, refused.field, str(refused))),)
        take = TABLE.get((phase, type(message)))
        if take is None:
            return (refuse(message, "HELLO_REQUIRED" if phase is Phase.WAITING else "HELLO_TWICE"),)
        return take(self, message, at)

    def tick(self, at: int) -> Actions:
        """What time alone brings: the missing hello, the ping, the silence. Call about once a second."""
        if self.phase is Phase.WAITING and at - self.opened_at >= HELLO_WITHIN:
            return self.close(CloseCode.NO_HELLO, "NO_HELLO", 1_000)
        if self.phase is not Phase.OPEN:
            return ()
        if at - self.heard_at >= SILENT_AFTER:
            return self.close(CloseCode.SILENT, "SILENT", 1_000)
        if at - max(self._pinged, self.heard_at) >= PING_SECONDS * 1_000_000:
            self._pinged = at
            return (Send(m.Ping()),)
        return ()

    def _hello(self, message: m.Hello, at: int) -> Actions:
        if message.v != VERSION:
            return (*self.close(CloseCode.FORBIDDEN, "VERSION_UNKNOWN"),)
        return (SignIn(message.ticket),)

    def _sub(self, message: m.Sub, at: int) -> Actions:
        place = message.lot or message.table or ""
        if place not in self.lots and len(self.lots) >= self._limits.lots:
            return (refuse(message, "SUBSCRIPTION_LIMIT"),)
        self.lots.add(place)
        if message.table is not None:
            return (FollowTable(message.i, message.table, message.since),)
        return (Follow(message.i, place, message.since),)

    def _unsub(self, message: m.Unsub, at: int) -> Actions:
        place = message.lot or message.table or ""
        self.lots.discard(place)
        return (LeaveTable(place) if message.table is not None else Leave(place),)

    def _ask(self, message: m.Decision, at: int) -> Actions:
        maximum = message.max_fen if isinstance(message, m.Bid) else None
        if maximum is not None and isinstance(message, m.Bid) and maximum < message.amount_fen:
            return (refuse(message, "BAD_AMOUNT", field="max_fen"),)
        return (Ask(message),)

    def _withdraw(self, message: m.Withdraw, at: int) -> Actions:
        return (Move(message) if message.table is not None else refuse(message, "BID_BINDING"),)

    def _move(self, message: m.TableMove, at: int) -> Actions:
        return (Move(message),)

    def _probe(self, message: m.Probe, at: int) -> Actions:
        return (TellTime(message.i, message.c0, at // 1000),)

    def _pong(self, message: m.Pong, at: int) -> Actions:
        return ()


def _octets(frame: str) -> int:
    return len(frame) if frame.isascii() else len(frame.encode("utf-8", "surrogatepass"))


def refuse(
    message: m.ClientMessage | None, code: str, retry: bool = False, field: str | None = None
) -> Action:
    """The refusal of a message, with whatever ids it brought."""
    return Send(m.Rej(getattr(message, "i", None), getattr(message, "id", None), code, retry, field))


TABLE: dict[tuple[Phase, type[Any]], Callable[[Conversation, Any, int], Actions]] = {
    (Phase.WAITING, m.Hello): Conversation._hello,
    (Phase.OPEN, m.Sub): Conversation._sub,
    (Phase.OPEN, m.Unsub): Conversation._unsub,
    (Phase.OPEN, m.Bid): Conversation._ask,
    (Phase.OPEN, m.Match): Conversation._ask,
    (Phase.OPEN, m.Accept): Conversation._ask,
    (Phase.OPEN, m.Seal): Conversation._ask,
    (Phase.OPEN, m.Withdraw): Conversation._withdraw,
    **{(Phase.OPEN, kind): Conversation._move for kind in (m.Join, m.Offer, m.Counter, m.Agree, m.Break)},
    (Phase.OPEN, m.Probe): Conversation._probe,
    (Phase.OPEN, m.Pong): Conversation._pong,
}
"""Which message is taken in which phase, and how; everything else is refused."""
