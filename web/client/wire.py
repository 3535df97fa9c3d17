"""Frames of the socket as structs, and when to come back after a close; no I/O here."""

import asyncio
import time
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from web import messages as m
from web import resources as r
from web.client.room import Room
from web.command_ids import new_command_id
from web.errors import Problem, status_of
from web.protocol import CloseCode

WAIT_LEAST, WAIT_MOST = 0.5, 30.0


def local_ms() -> int:
    """This machine's clock, in ms."""
    return time.time_ns() // 1_000_000


def come_back(code: int, tries: int, chance: float) -> float | None:
    """Seconds until the next attempt after a close with `code`; None: never. `chance` is from 0 to 1.

    40xx do not come back, 42xx at once, everything else with jitter, longer each time up to half a minute.
    """
    if 4400 <= code < CloseCode.NO_HELLO or code == CloseCode.REPLACED:
        return None
    if 4200 <= code < 4300 and tries < 3:
        return 0
    most = min(WAIT_MOST - WAIT_LEAST, WAIT_LEAST * float(1 << min(tries, 6)))
    return WAIT_LEAST + chance * most


class Pending(NamedTuple):
    """A command that is not decided yet."""

    message: m.Decision | m.TableMove
    answer: "asyncio.Future[m.Ack | m.TableAck]"


class _Head(msgspec.Struct):
    t: str
    kind: str = ""
    table: str | None = None


_head = msgspec.json.Decoder(_Head)
_DECODERS: dict[tuple[str, bool], msgspec.json.Decoder[Any]] = {
    (str(kind.__struct_config__.tag), "table" in kind.__struct_fields__): msgspec.json.Decoder(kind)
    for kind in m.Outbound.__subclasses__()
}
"""Tag, and whether it speaks of a table → how the message is read."""


def read(frame: str | bytes) -> m.Outbound | None:
    """A message of the house as its struct; None for one that this client does not know."""
    head = _head.decode(frame)
    if head.t == "ev" and head.table is None and head.kind not in ("many", "state"):
        return _single(msgspec.json.decode(frame))
    decoder = _DECODERS.get((head.t, head.table is not None))
    return decoder.decode(frame) if decoder else None


def _single(body: dict[str, Any]) -> m.Ev:
    """The frame of one event, with the event in its place."""
    event = {name: value for name, value in body.items() if name not in ("t", "from", "now")}
    return m.Ev(
        body["lot"],
        body["epoch"],
        body["from"],
        body["seq"],
        "many",
        body.get("at"),
        [event],
        now=body["now"],
    )


def command_id() -> str:
    """A command id of one's own: keep it, and repeat it until the command is decided."""
    return new_command_id()


def place_of(room: Room) -> dict[str, Any]:
    """The field that names what is followed."""
    return {"table" if room.is_table else "lot": room.id}


def text_of(message: m.Inbound) -> str:
    """The frame of a message."""
    return msgspec.json.encode(message).decode()


_STATUS = {"SIGN_IN_REQUIRED": 401, "STEP_UP_REQUIRED": 403, "SECOND_FACTOR_REQUIRED": 403, "KEY_SCOPE": 403}
"""Codes of the door, which REST answers with another status than the house's refusals."""


def problem_of(message: m.Rej) -> Problem:
    """The problem document that REST would have answered with."""
    return Problem(
        message.code,
        _STATUS.get(message.code) or status_of(message.code),
        "Refused",
        message.detail or "",
        message.field,
        message.minimum_fen,
        message.id,
        message.retry,
    )


def as_ack(message: m.Decision | m.TableMove, decided: r.Decision) -> m.Ack | m.TableAck:
    """What the socket would have answered."""
    first = decided.events[0] if decided.events else {}
    seq, kind, receipt = first.get("seq", 0), first.get("kind", ""), decided.receipt or ""
    ts = _ms(decided.at)
    table = getattr(message, "table", None)
    if table is not None:
        return m.TableAck(message.i, message.id, table, seq, ts, receipt, kind)
    return m.Ack(message.i, message.id, getattr(message, "lot", ""), seq, ts, receipt, kind)


def _ms(at: str | None) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000) if at else 0
