"""The messages of `luochui.v1`: what a client may send, what the house answers.

Money is an integer count of fen, instants are integer milliseconds since the epoch. `t` names the message,
`i` is the client's own request id and comes back in the answer.
"""

from collections.abc import Callable
from typing import Annotated, Any, get_args

import msgspec

from matching_engine.money import LIMIT_FEN
from web import parse
from web.term_sheets import Terms

FRAME_LIMIT = 4096
"""Octets of one inbound frame."""

Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Request = Annotated[int, msgspec.Meta(ge=0, le=2**53)] | Id
Instant = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Fen = Annotated[int, msgspec.Meta(ge=1, le=LIMIT_FEN)]
Number = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=90 * 24 * 60)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Reason = Annotated[str, msgspec.Meta(max_length=500)]
Ticket = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class Inbound(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="t", omit_defaults=True, gc=False
):
    """Something a client says. Without defaults, so that written again it has the fewest words (see `decode`)."""


class Hello(Inbound, frozen=True, tag="hello"):
    """The first message. A browser proves its session with a one-use ticket; watching needs none."""

    v: int
    ticket: Ticket | None = None


class Sub(Inbound, frozen=True, tag="sub"):
    """Follow a lot, or a negotiation table of one's own; with `since` ([epoch, seq]) from there."""

    i: Request
    lot: Id | None = None
    table: Id | None = None
    since: tuple[Instant, Instant] | None = None


class Unsub(Inbound, frozen=True, tag="unsub"):
    """Follow a lot or a table no longer."""

    lot: Id | None = None
    table: Id | None = None
    i: Request | None = None


class Asking(Inbound, frozen=True):
    """A message that wants a decision: `id` is the client's command id, kept and repeated until answered."""

    i: Request
    lot: Id
    id: str


class Bid(Asking, frozen=True, tag="bid"):
    """A bid; `max_fen` makes it a proxy bid, `seen` is the last seq its owner had seen."""

    amount_fen: Fen
    max_fen: Fen | None = None
    seen: Instant | None = None
    confirm: bool = False


class Match(Asking, frozen=True, tag="match"):
    """Exercise a right of first refusal at the lead."""


class Accept(Asking, frozen=True, tag="accept"):
    """Take the clock price, the asking price or the open licence's fee."""

    amount_fen: Fen


class Seal(Asking, frozen=True, tag="seal"):
    """A sealed bid: an envelope that only the opening can read, and the hash of what is in it.

    Their form is judged by web.bids.seal_of, whose answer is BAD_ENVELOPE.
    """

    envelope: str
    commitment: str


class Withdraw(Inbound, frozen=True, tag="withdraw"):
    """Take an offer of terms back from a table; or a bid, which binds until it is beaten: the answer to that is always
    no (auction law art. 36)."""

    i: Request
    id: str
    lot: Id | None = None
    table: Id | None = None
    answers: Number | None = None


class AtTable(Inbound, frozen=True):
    """A move at a negotiation table; `id` is the client's command id, kept and repeated until answered."""

    i: Request
    table: Id
    id: str


class Join(AtTable, frozen=True, tag="join"):
    """Sit down at a table to which one is invited, or decline."""

    accept: bool


class Offer(AtTable, frozen=True, tag="offer"):
    """Offer a complete sheet of terms for some minutes, while no other offer stands."""

    terms: Terms
    minutes: Minutes
    firm: bool = False


class Counter(AtTable, frozen=True, tag="counter"):
    """Answer the other side's offer with another sheet."""

    answers: Number
    terms: Terms
    minutes: Minutes
    firm: bool = False


class Agree(AtTable, frozen=True, tag="agree"):
    """Agree to exactly the offer with this number and this digest."""

    answers: Number
    digest: Digest


class Break(AtTable, frozen=True, tag="break"):
    """Leave a table for good."""

    reason: Reason = ""


class Probe(Inbound, frozen=True, tag="time"):
    """A clock probe sent at the client's `c0` (ms)."""

    i: Request
    c0: int | float


class Pong(Inbound, frozen=True, tag="pong"):
    """The answer to a ping."""


TableMove = Join | Offer | Counter | Agree | Withdraw | Break
ClientMessage = Hello | Sub | Unsub | Bid | Match | Accept | Seal | TableMove | Probe | Pong
Decision = Bid | Match | Accept | Seal


class Outbound(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", gc=False):
    """Something the house says."""


class Welcome(Outbound, frozen=True, tag="welcome"):
    """The conversation is open. `account` is null for a visitor; `ping` is in seconds."""

    sid: str
    now: int
    ping: int
    limits: dict[str, int]
    account: str | None = None


class Snap(Outbound, frozen=True, tag="snap"):
    """The whole state of a lot at `seq`."""

    i: int | str | None
    lot: str
    epoch: int
    seq: int
    state: msgspec.Raw


class Delta(Outbound, frozen=True, tag="delta"):
    """Exactly the events since `since`, never a part of them."""

    i: int | str
    lot: str
    epoch: int
    seq: int
    events: list[msgspec.Raw]
    recovered: bool
    now: dict[str, Any]


class Ev(Outbound, frozen=True, tag="ev"):
    """New public events of a lot, `from` to `seq` without a gap, and how it stands after them (`now`).

    One event alone stands in the message itself, its own fields beside `kind` and `at`; several stand in `events`, under
    the kind `many`; under the kind `state` the whole `state` stands in their place, for a reader that could not keep up.
    Where `from` is not the last `seq` + 1, subscribe again. The rooms write these frames once for all (web.rooms).
    """

    lot: str
    epoch: int
    first: int = msgspec.field(name="from")
    seq: int
    kind: str
    at: int | None = None
    events: list[dict[str, Any]] = []
    state: dict[str, Any] | None = None
    conflated: bool = False
    now: dict[str, Any] | None = None


class TableSnap(Outbound, frozen=True, tag="snap"):
    """A negotiation table at `seq`: how it stands, and its newest events."""

    i: int | str | None
    table: str
    epoch: int
    seq: int
    state: dict[str, Any]


class TableDelta(Outbound, frozen=True, tag="delta"):
    """Exactly the events of a table since `since`, and how it stands after them."""

    i: int | str
    table: str
    epoch: int
    seq: int
    events: list[dict[str, Any]]
    recovered: bool
    now: dict[str, Any]


class TableEv(Outbound, frozen=True, tag="ev"):
    """New events of a table, `from` to `seq` without a gap, and how it stands after them."""

    table: str
    epoch: int
    first: int = msgspec.field(name="from")
    seq: int
    events: list[dict[str, Any]]
    now: dict[str, Any]


class You(Outbound, frozen=True, tag="you"):
    """What a lot holds for this bidder alone: its code, its entry and its own maximum."""

    lot: str
    code: str | None
    entry: str | None
    max_fen: int | None = None


class Ack(Outbound, frozen=True, tag="ack"):
    """Decided and durable: `receipt` is the hash of the journal row that says so."""

    i: int | str
    id: str
    lot: str
    seq: int
    ts: int
    receipt: str
    kind: str


class TableAck(Outbound, frozen=True, tag="ack"):
    """A move is decided and durable: `receipt` is the hash of the journal row that says so."""

    i: int | str
    id: str
    table: str
    seq: int
    ts: int
    receipt: str
    kind: str


class Rej(Outbound, frozen=True, tag="rej"):
    """Refused, with what would have done; `retry` says whether the same id is worth repeating."""

    i: int | str | None
    id: str | None
    code: str
    retry: bool
    field: str | None = None
    detail: str | None = None
    minimum_fen: int | None = None
    ends: int | None = None
    seq: int | None = None


class Told(Outbound, frozen=True, tag="time"):
    """When the probe came (`s1`) and when this answer left (`s2`)."""

    i: int | str
    c0: int | float
    s1: int
    s2: int


class Presence(Outbound, frozen=True, tag="presence"):
    """How many sockets watch a lot, sampled."""

    lot: str
    watchers: int


class Ping(Outbound, frozen=True, tag="ping"):
    """Are you there?"""


class Bye(Outbound, frozen=True, tag="bye"):
    """The socket is about to close; come back after `after` ms (absent: not at all)."""

    code: str
    after: int | None = None


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


encode: Callable[[Outbound], bytes] = _encoder.encode
"""The octets of an outgoing message. Once an answer: the library's own method, nothing around it."""


def decode(frame: str) -> ClientMessage:
    """The message in a text frame; BadInput as strict as for any body: nothing is repaired, guessed or ignored."""
    message = _decode(frame)
    kind = type(message)
    if kind in _COMMANDS:
        parse.command_id(message.id)  # type: ignore[union-attr]  # all of them have one
    if kind in _ABOUT_ONE:
        _check_place(message)  # type: ignore[arg-type]
    return message


_COMMANDS = frozenset(
    kind for kind in get_args(ClientMessage) if issubclass(kind, Asking | AtTable | Withdraw)
)
_ABOUT_ONE = frozenset({Sub, Unsub, Withdraw})


def _check_place(message: Sub | Unsub | Withdraw) -> None:
    if (message.lot is None) is (message.table is None):
        got = "neither" if message.lot is None else "both"
        raise parse.BadInput("MISSING_FIELD", "lot", got, "lot or table, one of them")
    if isinstance(message, Withdraw) and message.table is not None and message.answers is None:
        raise parse.BadInput("MISSING_FIELD", "answers", "nothing", "the number of the offer")


def _decode(frame: str) -> ClientMessage:
    """Each key and each text has two quotation marks: where a flat frame has no more of them than its message needs,
    no key came twice. That is much faster than the careful way; it only ever accepts.
    """
    if frame.rfind("{") == 0 and parse.is_plain(frame):
        try:
            message = _decoder.decode(frame)
            if frame.count('"') == _encoder.encode(message).count(b'"'):
                return message
        except (msgspec.MsgspecError, RecursionError):
            pass  # The careful way below finds the same fault and names it.
    return parse.parse(frame.encode("utf-8", "surrogatepass"), ClientMessage)  # type: ignore[arg-type]
