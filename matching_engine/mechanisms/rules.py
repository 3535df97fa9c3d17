"""What every mechanism answers; what it does not use is refused as WRONG_MECHANISM."""

from typing import ClassVar

from matching_engine.commands import Accept, Bid, Match, Opening, Seal
from matching_engine.events import BidRefused, LotEvent
from matching_engine.lifecycle import Phase
from matching_engine.rejections import Rejection
from matching_engine.state import NEVER, Lot
from matching_engine.terms import Terms

Events = tuple[LotEvent, ...]

NO_BIDS = "NO_BIDS"
TOO_FEW_BIDDERS = "TOO_FEW_BIDDERS"
RESERVE_NOT_MET = "RESERVE_NOT_MET"


class Rules:
    """A mechanism: stateless, asked about a lot. The lot is open when a step arrives, its bidder admitted."""

    waits_for_priority: ClassVar[bool] = False
    """Whether rights of first refusal are exercised after the hammer."""
    keeps_reserve: ClassVar[bool] = False
    """Whether the reserve and the least number of bidders apply."""
    first_phase: ClassVar[Phase | None] = None

    def bid(self, lot: Lot, command: Bid, at: int) -> Events:
        """An open bid."""
        return refused(lot, command.bidder, Rejection.WRONG_MECHANISM)

    def match(self, lot: Lot, command: Match, at: int) -> Events:
        """A right of first refusal exercised in the room."""
        return refused(lot, command.bidder, Rejection.WRONG_MECHANISM)

    def seal(self, lot: Lot, command: Seal, at: int) -> Events:
        """A sealed bid."""
        return refused(lot, command.bidder, Rejection.WRONG_MECHANISM)

    def accept(self, lot: Lot, command: Accept, at: int) -> Events:
        """The acceptance of a price that stands."""
        return refused(lot, command.bidder, Rejection.WRONG_MECHANISM)

    def end(self, terms: Terms) -> int | None:
        """The first `closes_at` of a lot under these terms."""
        return terms.closes_at

    def free_until(self, terms: Terms) -> int | None:
        """The end of a free period; most mechanisms have none."""
        return None

    def due(self, lot: Lot) -> int:
        """The next instant of an open lot."""
        return NEVER if lot.closes_at is None else lot.closes_at

    def strike(self, lot: Lot) -> Events:
        """What happens at the instant that `due` named."""
        raise NotImplementedError

    def open_seals(self, lot: Lot, openings: tuple[Opening, ...], at: int) -> Events:
        """Open the sealed bids; only a lot that has some ever waits for this."""
        raise NotImplementedError

    def minimum(self, lot: Lot) -> int | None:
        """The next acceptable amount in fen."""
        return lot.terms.opening_price_fen

    def clock_price(self, lot: Lot, at: int) -> int | None:
        """The price of a descending clock in fen."""
        return None


def refused(lot: Lot, bidder: str, code: Rejection, minimum_fen: int | None = None) -> Events:
    """One refusal, as events."""
    return (BidRefused(lot.id, bidder, code, minimum_fen),)


def price_not_seen(lot: Lot, command: Accept, price_fen: int) -> Events | None:
    """The refusal of a taker who saw another price than the one that stands; None where it is the same, or not said."""
    seen = command.amount_fen
    if seen is None or seen == price_fen:
        return None
    code = Rejection.BID_BELOW_OPENING if seen < price_fen else Rejection.BID_NOT_MULTIPLE
    return refused(lot, command.bidder, code, price_fen)
