"""What a rehearsal prints: one record for each event, and the Result last.

Amounts are texts of yuan, instants ISO 8601 at +08:00. A record begins with seq, at, type and lot; what
follows is listed in `FIELDS`. Maxima, envelopes and sealed amounts before the close stand in none.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from matching_engine import events as e
from matching_engine.commands import Opening
from matching_engine.money import format_yuan
from web.rehearsal.run import Happened, Transcript
from web.views import iso

Record = dict[str, Any]

FIELDS: dict[type[e.Event], tuple[str, ...]] = {
    e.LotOpened: (),
    e.BidAccepted: ("bidder", "amount_fen", "closes_at"),
    e.ProxyRaised: ("bidder", "amount_fen"),
    e.MaximumRaised: ("bidder",),
    e.BidMatched: ("bidder", "amount_fen", "closes_at"),
    e.BidSealed: ("bidder",),
    e.SealsOpened: ("openings", "void"),
    e.LicenceAccepted: ("bidder", "amount_fen"),
    e.BidRefused: ("bidder", "code", "minimum_fen"),
    e.CommandRefused: ("command", "code"),
    e.CompetitionOpened: ("leader", "amount_fen", "bidders"),
    e.OfferStands: (),
    e.Closed: ("closed_at",),
    e.PriorityWindowOpened: ("leader", "amount_fen", "until"),
    e.Hammered: ("winners", "closed_at"),
    e.Passed: ("reason", "closed_at"),
    e.Cancelled: ("reason", "closed_at"),
    e.LotSuspended: ("reason",),
    e.LotResumed: ("closes_at",),
}
_INSTANTS = ("closes_at", "closed_at", "until")


def records(transcript: Transcript) -> Iterator[Record]:
    """Every line of a rehearsal, in order."""
    for happened in transcript.happened:
        yield record(happened)
    yield result(transcript)


def record(happened: Happened) -> Record:
    """One event as it is printed; `_fen` goes from the names as fen go from the amounts."""
    event = happened.event
    line: Record = {
        "seq": happened.seq,
        "at": iso(happened.at),
        "type": type(event).__name__,
        "lot": event.lot,
    }
    for name in FIELDS[type(event)]:
        line[name.removesuffix("_fen")] = _printed(name, getattr(event, name))
    return line


def result(transcript: Transcript) -> Record:
    """The last line: what became of the lot."""
    lot = transcript.lot
    winners = _winners(lot.winners)
    first = winners[0] if winners else {"bidder": None, "price": None}
    return {
        "type": "Result",
        "lot": lot.id,
        "outcome": lot.state.value,
        "reason": lot.reason or None,
        "winner": first["bidder"],
        "price": first["price"],
        "winners": winners,
        "closed_at": None if lot.closed_at is None else iso(lot.closed_at),
        "accepted": lot.accepted,
        "refused": lot.refused,
        "extensions": lot.extensions,
        "digest": transcript.digest,
    }


def _printed(name: str, value: Any) -> object:
    if value is None or value == "":
        return None
    if name.endswith("_fen"):
        return format_yuan(value)
    if name in _INSTANTS:
        return iso(value)
    if name == "winners":
        return _winners(value)
    if name == "openings":
        return [_opening(opening) for opening in value]
    return value


def _winners(winners: Iterable[e.Winner]) -> list[Record]:
    return [{"bidder": winner.bidder, "price": format_yuan(winner.price_fen)} for winner in winners]


def _opening(opening: Opening) -> Record:
    amount = None if opening.amount_fen is None else format_yuan(opening.amount_fen)
    line: Record = {"bidder": opening.bidder, "amount": amount}
    return line if opening.scores is None else {**line, "scores": opening.scores}
