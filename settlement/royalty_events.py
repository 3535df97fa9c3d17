"""What happened to royalties: a period reported, its books asked for, and what they said."""

from settlement.deal import Basis
from settlement.event_base import Event


class RoyaltyReported(Event, frozen=True, tag=True):
    """A period's basis, and what follows: the greater of share and minimum, less what an advance pays of it."""

    trade: str
    period: int
    first_on: str
    last_on: str
    basis: Basis
    basis_fen: int
    percent: str
    share_fen: int
    minimum_fen: int
    advance_fen: int
    amount_fen: int
    due_on: str
    reporter: str
    late: bool
    """Reported after the day on which it was due."""


class InspectionRequested(Event, frozen=True, tag=True):
    """The seller asked for the books; the buyer shows them by `answer_on`."""

    trade: str
    period: int
    requester: str
    answer_on: str


class RoyaltyInspected(Event, frozen=True, tag=True):
    """What the books said. `short_fen` is what was reported too little; a minor one leaves the costs with the seller."""

    trade: str
    period: int
    basis_fen: int
    owed_fen: int
    advance_fen: int
    short_fen: int
    costs_on_buyer: bool
    recorder: str


RoyaltyEvent = RoyaltyReported | InspectionRequested | RoyaltyInspected
