"""Proxy bidding: the exchange bids for an owner the least that leads, up to the owner's maximum."""

from matching_engine.state import Lot


def standing_maximum(lot: Lot) -> int | None:
    """The leader's maximum in fen, at least as good as the lead; the lead where the leader set none; None without one."""
    if lot.lead_fen is None or lot.leader is None:
        return None
    return lot.maxima.get(lot.leader, lot.lead_fen)


def meet(lot: Lot, standing_fen: int, bid_fen: int, maximum_fen: int) -> tuple[bool, int]:
    """A new bid meets the leader's maximum: whether the newcomer leads, and at which amount.

    The better maximum leads one step beyond the other, but not beyond itself and, for the newcomer, not
    under its stated bid. Of equal maxima the earlier, the leader's, leads at that maximum.
    """
    if lot.better(maximum_fen, standing_fen):
        return True, lot.best(bid_fen, lot.worst(maximum_fen, lot.beyond(standing_fen)))
    return False, lot.worst(standing_fen, lot.beyond(maximum_fen))
