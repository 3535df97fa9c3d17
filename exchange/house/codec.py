"""Events to journal rows and back: one byte encoding, one decoding."""

import hashlib
from collections.abc import Callable
from typing import Any, get_args

import msgspec

from exchange.house.chain import Head, chained
from exchange.house.command import Command, HouseEvent, Outcome, Recorded, Refusal
from exchange.market import events as m
from exchange.ports import Row
from matching_engine import canonical
from matching_engine import events as le
from settlement import events as s

EVENT_TYPES: dict[str, type] = {kind.__name__: kind for kind in get_args(HouseEvent)}
_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind) for name, kind in EVENT_TYPES.items()
}


_REFUSALS = frozenset({le.BidRefused, le.CommandRefused, m.MarketRefused, s.SettlementRefused})


def request_digest(command: Command) -> str:
    """What the same id must stand for again: the account and the body, as a hex SHA-256."""
    return hashlib.sha256(
        command.principal.account.encode() + b"\n" + canonical.encode(command.body)
    ).hexdigest()


def sealed(before: bytes, head: Head, body: bytes) -> Row:
    """A new row with its hash, made once."""
    return Row(*head, body, chained(before, head, body))


encode: Callable[[HouseEvent], bytes] = canonical.encode
"""Canonical bytes of an event."""


def recorded(row: Row) -> Recorded:
    """The event of a row as the journal holds it, with its place."""
    return placed(row, _decoders[row.type].decode(row.body))


def placed(row: Row, event: HouseEvent) -> Recorded:
    """An event with the place that its row has."""
    return Recorded(
        row.house,
        row.epoch,
        row.seq,
        row.at,
        row.stream,
        row.stream_seq,
        row.command_id,
        row.principal,
        event,
        row.hash,
    )


def outcome(command_id: str, events: tuple[Recorded, ...]) -> Outcome:
    """The answer that a command's events give; a refusal stands last, behind what the clock did before it."""
    return Outcome(command_id, events, refusal_of(events[-1].event) if events else None)


def refusal_of(event: HouseEvent) -> Refusal | None:
    """The refusal that an event states, or None."""
    if type(event) not in _REFUSALS:
        return None
    if isinstance(event, le.BidRefused):
        return Refusal(event.code.value, minimum_fen=event.minimum_fen)
    if isinstance(event, le.CommandRefused):
        return Refusal(event.code.value)
    if isinstance(event, m.MarketRefused):
        return Refusal(event.code, event.detail, facts=event.facts)
    if isinstance(event, s.SettlementRefused):
        return Refusal(event.code, event.detail)
    return None
