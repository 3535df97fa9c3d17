"""English: open ascending bids until the close, which late bids move. Mirrored for `direction: buy`."""

from typing import ClassVar

from matching_engine.commands import Bid, Match
from matching_engine.events import BidAccepted, MaximumRaised, Passed, ProxyRaised, Winner
from matching_engine.extension import close_after
from matching_engine.mechanisms.rules import (
    NO_BIDS,
    RESERVE_NOT_MET,
    TOO_FEW_BIDDERS,
    Events,
    Rules,
    refused,
)
from matching_engine.priority import match_live, settle
from matching_engine.proxy import meet, standing_maximum
from matching_engine.rejections import Rejection
from matching_engine.state import Lot
from matching_engine.terms import Terms


class English(Rules):
    """First bid at the opening price or better, later ones at least a step beyond the lead."""

    waits_for_priority: ClassVar[bool] = True
    keeps_reserve: ClassVar[bool] = True

    def bid(self, lot: Lot, command: Bid, at: int) -> Events:
        """Refused, a raised maximum, or accepted with what the exchange answers to it."""
        bidder, bid, maximum = command.bidder, command.amount_fen, command.max_fen
        if maximum == bid:
            maximum = None
        if bidder == lot.leader:
            return _by_leader(lot, bidder, maximum)
        refusal = _too_low(lot, bidder, bid)
        if refusal is not None:
            return refusal
        closes_at = close_after(lot, at)
        accepted = BidAccepted(lot.id, bidder, bid, closes_at, closes_at != lot.closes_at, maximum)
        if lot.leader not in lot.maxima:  # nobody answers: a bid is a step beyond a lead without a maximum
            return (accepted,)
        return _answered(lot, accepted)

    def match(self, lot: Lot, command: Match, at: int) -> Events:
        """Lead at the same amount."""
        return match_live(lot, command, at)

    def free_until(self, terms: Terms) -> int | None:
        """Until then the ordinary close, without extensions."""
        return terms.free_until

    def strike(self, lot: Lot) -> Events:
        """The close: no bid, too few bidders, a lead worse than the reserve, or the hammer."""
        closes_at, lead = lot.closes_at, lot.lead_fen
        assert closes_at is not None
        if lead is None:
            return (Passed(lot.id, NO_BIDS, closes_at),)
        if len(lot.standing) < lot.terms.min_bidders:
            return (Passed(lot.id, TOO_FEW_BIDDERS, closes_at),)
        reserve = lot.terms.reserve_price_fen
        if reserve is not None and lot.better(reserve, lead):
            return (Passed(lot.id, RESERVE_NOT_MET, closes_at),)
        return hammer_lead(lot, closes_at)

    def minimum(self, lot: Lot) -> int | None:
        """A step beyond the lead; None where that is below nothing."""
        if lot.lead_fen is None:
            return lot.terms.opening_price_fen
        beyond = lot.beyond(lot.lead_fen)
        return beyond if beyond >= 0 else None


def hammer_lead(lot: Lot, at: int) -> Events:
    """Hammer to the leader at the lead, or open the priority window."""
    return settle(lot, (Winner(*lot.leading()),), at, at)


def _by_leader(lot: Lot, bidder: str, maximum: int | None) -> Events:
    """The leader may not outbid itself; a better maximum replaces its own, and nothing else changes."""
    standing = standing_maximum(lot)
    if maximum is not None and standing is not None and lot.better(maximum, standing):
        return (MaximumRaised(lot.id, bidder, maximum),)
    return refused(lot, bidder, Rejection.BID_ALREADY_LEADING)


def _too_low(lot: Lot, bidder: str, bid: int) -> Events | None:
    """The refusal of an amount that is not enough, with what would have been; None where it is."""
    terms, lead, sign = lot.terms, lot.lead_fen, lot.sign
    if sign * (bid - terms.opening_price_fen) < 0:
        return refused(lot, bidder, Rejection.BID_BELOW_OPENING, terms.opening_price_fen)
    if lead is None:
        return None
    step, ahead = lot.ladder.step_at(lead), sign * (bid - lead)
    if ahead < step:
        return refused(lot, bidder, Rejection.BID_BELOW_INCREMENT, lead + sign * step)
    if ahead % step and terms.increment_rule == "multiple":
        return refused(lot, bidder, Rejection.BID_NOT_MULTIPLE, lead + sign * step)
    return None


def _answered(lot: Lot, accepted: BidAccepted) -> Events:
    """An accepted bid meets the leader's maximum; ProxyRaised says who leads at what, where the bid does not."""
    standing, bid, leader = standing_maximum(lot), accepted.amount_fen, lot.leader
    if standing is None or leader is None:
        return (accepted,)
    maximum = bid if accepted.max_fen is None else accepted.max_fen
    newcomer_leads, lead = meet(lot, standing, bid, maximum)
    if newcomer_leads and lead == bid:
        return (accepted,)
    return (accepted, ProxyRaised(lot.id, accepted.bidder if newcomer_leads else leader, lead))
