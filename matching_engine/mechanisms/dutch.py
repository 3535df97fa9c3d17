"""Dutch: a clock lowers the price step by step; the first to accept takes the lot at the price of that instant."""

from typing import ClassVar

from matching_engine.commands import Accept
from matching_engine.events import BidAccepted, Passed, Winner
from matching_engine.mechanisms.rules import NO_BIDS, Events, Rules, price_not_seen
from matching_engine.priority import settle
from matching_engine.state import Lot
from matching_engine.terms import DutchClock, Terms


class Dutch(Rules):
    """Price = opening − step × periods passed, never under the floor, which stands for one period."""

    waits_for_priority: ClassVar[bool] = True

    def end(self, terms: Terms) -> int | None:
        """The end of the floor's period, or `closes_at` where that is earlier."""
        clock = _clock(terms)
        periods = -((clock.floor_fen - terms.opening_price_fen) // clock.step_fen)
        last = terms.opens_at + (periods + 1) * clock.every
        return last if terms.closes_at is None else min(last, terms.closes_at)

    def clock_price(self, lot: Lot, at: int) -> int | None:
        """The price that stands at `at`; before the opening, the opening price."""
        clock = _clock(lot.terms)
        periods = max(0, at - lot.clock_from) // clock.every
        return max(clock.floor_fen, lot.terms.opening_price_fen - clock.step_fen * periods)

    def accept(self, lot: Lot, command: Accept, at: int) -> Events:
        """Take the lot; refused where the taker saw another price than the one of this instant."""
        price = self.clock_price(lot, at)
        assert price is not None
        refusal = price_not_seen(lot, command, price)
        if refusal is not None:
            return refusal
        taken = BidAccepted(lot.id, command.bidder, price, lot.closes_at)
        return (taken, *settle(lot, (Winner(command.bidder, price),), at, at))

    def strike(self, lot: Lot) -> Events:
        """Nobody accepted in time."""
        assert lot.closes_at is not None
        return (Passed(lot.id, NO_BIDS, lot.closes_at),)

    def minimum(self, lot: Lot) -> int | None:
        """The clock names the price, see `clock_price`."""
        return None


def _clock(terms: Terms) -> DutchClock:
    assert terms.dutch is not None
    return terms.dutch
