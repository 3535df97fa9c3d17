"""Listed: an asking price on the exchange; one taker buys at its offer, two or more compete.

Until `free_until` offers gather in the book. Then one offer is taken, several open an english competition
among their bidders, and without any the asking price stands for the first taker (挂牌: one qualified party,
agreement at or above the asking price; two or more, competition).
"""

from typing import ClassVar

from matching_engine.commands import Bid
from matching_engine.events import BidAccepted, CompetitionOpened, OfferStands, Passed, Winner
from matching_engine.lifecycle import Phase
from matching_engine.mechanisms.english import English, hammer_lead
from matching_engine.mechanisms.rules import NO_BIDS, Events, refused
from matching_engine.priority import settle
from matching_engine.ranking import ranked
from matching_engine.rejections import Rejection
from matching_engine.state import NEVER, Lot
from matching_engine.terms import Terms


class Listed(English):
    """Book, then the hammer, a competition as in an English lot, or a standing offer."""

    keeps_reserve: ClassVar[bool] = False
    first_phase: ClassVar[Phase | None] = Phase.BOOK

    def bid(self, lot: Lot, command: Bid, at: int) -> Events:
        """An offer in the book, the acceptance of the standing offer, or a bid in the competition."""
        if lot.phase is Phase.COMPETITION:
            if command.bidder not in lot.standing:
                return refused(lot, command.bidder, Rejection.ENTRY_REQUIRED)
            return super().bid(lot, command, at)
        if command.max_fen not in (None, command.amount_fen):
            return refused(lot, command.bidder, Rejection.WRONG_MECHANISM)
        asking = lot.terms.opening_price_fen
        if command.amount_fen < asking:
            return refused(lot, command.bidder, Rejection.BID_BELOW_OPENING, asking)
        if lot.phase is Phase.BOOK:
            return _offer(lot, command)
        taken = BidAccepted(lot.id, command.bidder, command.amount_fen, lot.closes_at)
        return (taken, *settle(lot, (Winner(command.bidder, command.amount_fen),), at, at))

    def free_until(self, terms: Terms) -> int | None:
        """The end of the book; without one there is no book, and it ends as it opens."""
        return terms.opens_at if terms.free_until is None else terms.free_until

    def due(self, lot: Lot) -> int:
        """The end of the book, then the close."""
        until = lot.free_until if lot.phase is Phase.BOOK else lot.closes_at
        return NEVER if until is None else until

    def strike(self, lot: Lot) -> Events:
        """The end of the book, or the close."""
        if lot.phase is Phase.BOOK:
            return _end_book(lot)
        assert lot.closes_at is not None
        if lot.phase is Phase.STANDING:
            return (Passed(lot.id, NO_BIDS, lot.closes_at),)
        return hammer_lead(lot, lot.closes_at)

    def minimum(self, lot: Lot) -> int | None:
        """The asking price, in the competition a step beyond the lead."""
        return super().minimum(lot) if lot.phase is Phase.COMPETITION else lot.terms.opening_price_fen


def _offer(lot: Lot, command: Bid) -> Events:
    """A first offer, or one that betters the bidder's own by at least a step."""
    own = lot.standing.get(command.bidder)
    if own is not None and command.amount_fen < lot.beyond(own):
        return refused(lot, command.bidder, Rejection.BID_BELOW_INCREMENT, lot.beyond(own))
    return (BidAccepted(lot.id, command.bidder, command.amount_fen, lot.closes_at),)


def _end_book(lot: Lot) -> Events:
    assert lot.free_until is not None
    if lot.leader is None or lot.lead_fen is None:
        return (OfferStands(lot.id),)
    if len(lot.standing) == 1:
        return hammer_lead(lot, lot.free_until)
    return (CompetitionOpened(lot.id, lot.leader, lot.lead_fen, tuple(ranked(lot, lot.standing))),)
