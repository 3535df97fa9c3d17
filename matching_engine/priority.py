"""Rights of first refusal: live in the room, or after the hammer within a window.

Several holders: rank first (1 is best), then the earlier match. Sources: rules on online judicial auctions,
art. 21; Civil Code, art. 847, 859 and 860.
"""

from typing import Literal

from matching_engine.commands import Match
from matching_engine.events import (
    BidMatched,
    BidRefused,
    Hammered,
    LotEvent,
    PriorityWindowOpened,
    ProxyRaised,
    Winner,
)
from matching_engine.extension import close_after
from matching_engine.proxy import standing_maximum
from matching_engine.rejections import Rejection
from matching_engine.state import Lot

Exercise = Literal["live", "after"]


def rank_of(lot: Lot, bidder: str, exercise: Exercise | None = None) -> int | None:
    """The best rank a bidder holds, of one exercise or of any; None where it is no holder."""
    ranks = [
        holder.rank
        for holder in lot.terms.priority
        if holder.bidder == bidder and exercise in (None, holder.exercise)
    ]
    return min(ranks, default=None)


def match_live(lot: Lot, command: Match, at: int) -> tuple[LotEvent, ...]:
    """Match the lead while the lot is open; a standing maximum of the leader answers at once."""
    refusal = _live_refusal(lot, command.bidder)
    if refusal is not None:
        return (BidRefused(lot.id, command.bidder, refusal),)
    (leader, lead), maximum = lot.leading(), standing_maximum(lot)
    closes_at = close_after(lot, at)
    extended = closes_at != lot.closes_at
    if maximum is None or not lot.better(maximum, lead):
        return (BidMatched(lot.id, command.bidder, lead, closes_at, extended),)
    answer = lot.worst(maximum, lot.beyond(lead))
    return (
        BidMatched(lot.id, command.bidder, lead, closes_at, extended, leads=False),
        ProxyRaised(lot.id, leader, answer),
    )


def _live_refusal(lot: Lot, bidder: str) -> Rejection | None:
    rank = rank_of(lot, bidder, "live")
    if rank is None:
        return Rejection.MATCH_NOT_ENTITLED
    if lot.leader is None:
        return Rejection.MATCH_NO_LEAD
    if lot.leader == bidder:
        return Rejection.BID_ALREADY_LEADING
    leading = rank_of(lot, lot.leader)
    return Rejection.MATCH_NOT_ENTITLED if leading is not None and leading <= rank else None


def settle(lot: Lot, winners: tuple[Winner, ...], closed_at: int, at: int) -> tuple[LotEvent, ...]:
    """Hammer, or first wait for holders of a right exercised after the hammer where the leader is no holder.

    `closed_at` is the instant of the hammer, `at` the instant from which a window runs.
    """
    leader = winners[0]
    window = lot.terms.priority_window
    waits = lot.rules.waits_for_priority and any(h.exercise == "after" for h in lot.terms.priority)
    if waits and window is not None and rank_of(lot, leader.bidder) is None:
        return (PriorityWindowOpened(lot.id, leader.bidder, leader.price_fen, at + window),)
    return (Hammered(lot.id, winners, closed_at),)


def match_after(lot: Lot, command: Match, at: int) -> tuple[LotEvent, ...]:
    """Match the hammer price within the window; it wins at once where no better-ranked holder is left."""
    rank = rank_of(lot, command.bidder, "after")
    if rank is None:
        return (BidRefused(lot.id, command.bidder, Rejection.MATCH_NOT_ENTITLED),)
    if lot.pending is not None:
        waiting = rank_of(lot, lot.pending, "after")
        if lot.pending == command.bidder:
            return (BidRefused(lot.id, command.bidder, Rejection.BID_ALREADY_LEADING),)
        if waiting is not None and waiting <= rank:
            return (BidRefused(lot.id, command.bidder, Rejection.MATCH_NOT_ENTITLED),)
    _, price = lot.leading()
    matched = BidMatched(lot.id, command.bidder, price, lot.closes_at)
    if any(h.exercise == "after" and h.rank < rank for h in lot.terms.priority):
        return (matched,)
    return (matched, Hammered(lot.id, (Winner(command.bidder, price),), at))


def end_window(lot: Lot) -> tuple[LotEvent, ...]:
    """The window is over: its best match wins at the hammer price, else the leader does."""
    leader, price = lot.leading()
    winner = leader if lot.pending is None else lot.pending
    return (Hammered(lot.id, (Winner(winner, price),), lot.due),)
