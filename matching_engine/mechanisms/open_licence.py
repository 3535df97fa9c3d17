"""Open licence: a published fee, and every taker until the close has a licence (patent law, art. 50)."""

from matching_engine.commands import Accept
from matching_engine.events import Hammered, LicenceAccepted, Passed, Winner
from matching_engine.mechanisms.rules import NO_BIDS, Events, Rules, price_not_seen, refused
from matching_engine.rejections import Rejection
from matching_engine.state import Lot


class OpenLicence(Rules):
    """The fee is the opening price; takers win in the order in which they came, each once."""

    def accept(self, lot: Lot, command: Accept, at: int) -> Events:
        """Take a licence; refused where the taker saw another fee."""
        fee = lot.terms.opening_price_fen
        if command.bidder in lot.standing:
            return refused(lot, command.bidder, Rejection.BID_ALREADY_LEADING)
        return price_not_seen(lot, command, fee) or (LicenceAccepted(lot.id, command.bidder, fee),)

    def strike(self, lot: Lot) -> Events:
        """The close: every taker is a winner."""
        assert lot.closes_at is not None
        if not lot.standing:
            return (Passed(lot.id, NO_BIDS, lot.closes_at),)
        winners = tuple(Winner(bidder, fee) for bidder, fee in lot.standing.items())
        return (Hammered(lot.id, winners, lot.closes_at),)
