"""Multi-award: several licences of one kind, one to a bidder, by sealed bids."""

from matching_engine.commands import Opening
from matching_engine.events import Winner
from matching_engine.mechanisms.sealed import Sealed, own_amounts
from matching_engine.state import Lot


class MultiAward(Sealed):
    """The best `quantity` win; `uniform`: all at the worst winning amount, `pay_as_bid`: each at its own."""

    def award(self, lot: Lot, enough: list[Opening], ranked: list[Opening]) -> tuple[Winner, ...]:
        """As many winners as there are licences, fewer where there are fewer bids."""
        own = own_amounts(enough[: lot.terms.quantity])
        if lot.terms.pricing == "pay_as_bid":
            return own
        return tuple(Winner(winner.bidder, own[-1].price_fen) for winner in own)
