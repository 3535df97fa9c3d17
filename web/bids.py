"""What is asked of a bid at the edge, before it reaches the house: a look at its size."""

from matching_engine.lot import Lot

FACTOR = 10
"""A bid above this many times the leading price (the opening price before it) is likely a slip of the keyboard."""


def unconfirmed(lot: Lot, amount_fen: int, confirmed: bool) -> bool:
    """Whether a bid is so far above the price that its owner must say it is meant (BID_UNCONFIRMED)."""
    price = lot.terms.opening_price_fen if lot.lead_fen is None else lot.lead_fen
    return lot.terms.direction == "sell" and not confirmed and amount_fen > FACTOR * price
