"""A lot's room, rebuilt from its rows step by step by the engine itself: what stood, and who knew it. Pure."""

import msgspec

from exchange.house.command import Recorded
from matching_engine import canonical
from matching_engine import events as le
from matching_engine.errors import Malformed
from matching_engine.evolve import evolve
from matching_engine.mechanisms.sealed import Sealed
from matching_engine.state import Lot

_BIDDERS_ALONE = (le.BidRefused, le.MaximumRaised, le.BidSealed)


class Step(msgspec.Struct, frozen=True):
    """One row and the lot after it. Amounts are fen, instants µs; codes stand for bidders.

    `knew` is who learned of it at that moment: `all`, the `bidder` whose step it was, the entry `desk` and that
    bidder, or the `operator`. `room_fen` is the price that the room saw: none while bids lie in a closed box.
    `secret` names what even then only its owner knew: `maximum` or `reserve`.
    """

    n: int
    seq: int
    stream_seq: int
    at: int
    kind: str
    account: str
    state: str
    phase: str | None
    bidder: str | None
    amount_fen: int | None
    lead_fen: int | None
    leader: str | None
    room_fen: int | None
    minimum_fen: int | None
    closes_at: int | None
    extensions: int
    extended: bool
    bids: int
    refused: str | None
    least_fen: int | None
    knew: str
    secret: str | None
    max_fen: int | None
    reason: str | None


class Replay:
    """Takes the rows of one lot in order. `lot` is the lot as it stands after the last of them."""

    def __init__(self) -> None:
        self.lot: Lot | None = None
        self.steps = 0
        self.seq = 0

    def take(self, row: Recorded) -> Step:
        """The next row; Malformed for one of something else than a lot, or of another lot."""
        event = row.event
        if not isinstance(event, le.Event) or (self.lot is not None and event.lot != self.lot.id):
            raise Malformed("row", f"{row.stream} {row.seq}", "the next row of one lot")
        self.lot = evolve(self.lot, event, row.at)
        self.steps += 1
        self.seq = row.seq
        return _step(self.steps, row, event, self.lot)

    @property
    def digest(self) -> str:
        """The digest of the lot as it stands; empty before the first row."""
        return "" if self.lot is None else lot_digest(self.lot)


def lot_digest(lot: Lot) -> str:
    """Hex SHA-256 of the canonical bytes of everything that a lot's events add up to."""
    return canonical.digest(canonical.encode(lot.plain())).hex()


def _step(n: int, row: Recorded, event: le.Event, lot: Lot) -> Step:
    hidden = isinstance(lot.rules, Sealed) and not lot.ended
    extension = getattr(event, "extended", False)
    return Step(
        n=n,
        seq=row.seq,
        stream_seq=row.stream_seq,
        at=row.at,
        kind=type(event).__name__,
        account=row.principal,
        state=lot.state.value,
        phase=lot.phase.value if lot.phase else None,
        bidder=getattr(event, "bidder", None) or getattr(event, "leader", None),
        amount_fen=getattr(event, "amount_fen", None),
        lead_fen=lot.lead_fen,
        leader=lot.leader,
        room_fen=None if hidden else lot.lead_fen,
        minimum_fen=None if lot.ended else lot.minimum_fen,
        closes_at=lot.closes_at,
        extensions=lot.extensions,
        extended=extension,
        bids=lot.accepted - lot.raised,
        refused=event.code.value if isinstance(event, le.BidRefused | le.CommandRefused) else None,
        least_fen=event.minimum_fen if isinstance(event, le.BidRefused) else None,
        knew=knew(event),
        secret=secret(event),
        max_fen=getattr(event, "max_fen", None),
        reason=getattr(event, "reason", None),
    )


def knew(event: le.Event) -> str:
    """Who learned of an event when it happened."""
    if isinstance(event, _BIDDERS_ALONE):
        return "bidder"
    if isinstance(event, le.EntrySet):
        return "desk"
    return "operator" if isinstance(event, le.CommandRefused) else "all"


def secret(event: le.Event) -> str | None:
    """What of an event only its owner knew."""
    if getattr(event, "max_fen", None) is not None:
        return "maximum"
    if isinstance(event, le.LotPutUp) and event.terms.reserve_price_fen is not None:
        return "reserve"
    return None
