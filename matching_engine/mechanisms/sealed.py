"""Sealed bids: one envelope each, opened together at the close; what all sealed mechanisms share.

An envelope is opaque to the engine until `OpenSeals` brings what it held (tender practice: 一次报价). The
two price kinds stand here as well: the best wins and pays its own amount, or what the second would have.
"""

from typing import ClassVar

from matching_engine.commands import Opening, Seal
from matching_engine.errors import Malformed
from matching_engine.events import BidSealed, Closed, Passed, SealsOpened, Winner
from matching_engine.mechanisms.rules import (
    NO_BIDS,
    RESERVE_NOT_MET,
    TOO_FEW_BIDDERS,
    Events,
    Rules,
    refused,
)
from matching_engine.money import LIMIT_FEN
from matching_engine.priority import settle
from matching_engine.ranking import ranked
from matching_engine.rejections import Rejection
from matching_engine.state import Lot


class Sealed(Rules):
    """One sealed bid each; subclasses say who of the ranked bids wins, and at what price."""

    keeps_reserve: ClassVar[bool] = True

    def seal(self, lot: Lot, command: Seal, at: int) -> Events:
        """Put an envelope into the box."""
        if command.bidder in lot.sealed:
            return refused(lot, command.bidder, Rejection.BID_ALREADY_SEALED)
        return (BidSealed(lot.id, command.bidder, command.envelope, command.commitment),)

    def strike(self, lot: Lot) -> Events:
        """The close: an empty box passes, another one waits for its opening."""
        assert lot.closes_at is not None
        if not lot.sealed:
            return (Passed(lot.id, NO_BIDS, lot.closes_at),)
        return (Closed(lot.id, lot.closes_at),)

    def open_seals(self, lot: Lot, openings: tuple[Opening, ...], at: int) -> Events:
        """Open all envelopes: void bids, too few bidders, the reserve, then the ranking."""
        box = _whole_box(lot, openings)
        void = tuple(opening.bidder for opening in box if not self.counts(lot, opening))
        valid = [opening for opening in box if opening.bidder not in void]
        return (SealsOpened(lot.id, box, void), *self._outcome(lot, valid, at))

    def _outcome(self, lot: Lot, valid: list[Opening], at: int) -> Events:
        closes_at = lot.closes_at
        assert closes_at is not None
        if not valid:
            return (Passed(lot.id, NO_BIDS, closes_at),)
        if len(valid) < lot.terms.min_bidders:
            return (Passed(lot.id, TOO_FEW_BIDDERS, closes_at),)
        all_ranked = _ranked(lot, valid)
        reserve = lot.terms.reserve_price_fen
        enough = [o for o in all_ranked if reserve is None or not lot.better(reserve, _amount(o))]
        if not enough:
            return (Passed(lot.id, RESERVE_NOT_MET, closes_at),)
        return settle(lot, self.award(lot, enough, all_ranked), closes_at, at)

    def counts(self, lot: Lot, opening: Opening) -> bool:
        """Whether a bid is not void: readable, and not worse than the opening price."""
        amount = opening.amount_fen
        if amount is None or not 0 <= amount <= LIMIT_FEN:
            return False
        return not lot.better(lot.terms.opening_price_fen, amount)

    def award(self, lot: Lot, enough: list[Opening], ranked: list[Opening]) -> tuple[Winner, ...]:
        """The winners in order of award, of the bids that meet the reserve; `ranked` are all that are not void."""
        raise NotImplementedError


class SealedFirstPrice(Sealed):
    """The best wins and pays its own amount."""

    waits_for_priority: ClassVar[bool] = True

    def award(self, lot: Lot, enough: list[Opening], ranked: list[Opening]) -> tuple[Winner, ...]:
        """One winner."""
        return own_amounts(enough[:1])


class SealedSecondPrice(Sealed):
    """The best wins and pays the best among the second amount, the reserve and the opening price."""

    waits_for_priority: ClassVar[bool] = True

    def award(self, lot: Lot, enough: list[Opening], ranked: list[Opening]) -> tuple[Winner, ...]:
        """One winner; the second amount counts even where it does not meet the reserve."""
        price = lot.terms.opening_price_fen
        if lot.terms.reserve_price_fen is not None:
            price = lot.best(price, lot.terms.reserve_price_fen)
        if len(ranked) > 1:
            price = lot.best(price, _amount(ranked[1]))
        return (Winner(enough[0].bidder, price),)


def own_amounts(openings: list[Opening]) -> tuple[Winner, ...]:
    """Each its own amount."""
    return tuple(Winner(opening.bidder, _amount(opening)) for opening in openings)


def _whole_box(lot: Lot, openings: tuple[Opening, ...]) -> tuple[Opening, ...]:
    """An opening for every sealed bid, in the order of sealing; what was not brought could not be read."""
    brought = {opening.bidder: opening for opening in openings}
    strangers = [bidder for bidder in brought if bidder not in lot.sealed]
    if strangers or len(brought) != len(openings):
        raise Malformed("openings", [o.bidder for o in openings], "one for each sealed bid of the lot")
    return tuple(brought.get(bidder, Opening(bidder, None)) for bidder in lot.sealed)


def _ranked(lot: Lot, valid: list[Opening]) -> list[Opening]:
    by_bidder = {opening.bidder: opening for opening in valid}
    order = ranked(lot, {bidder: _amount(opening) for bidder, opening in by_bidder.items()})
    return [by_bidder[bidder] for bidder in order]


def _amount(opening: Opening) -> int:
    assert opening.amount_fen is not None
    return opening.amount_fen
