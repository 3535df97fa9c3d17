"""Amounts ranked on the order book: price, then time, in the lot's direction."""

from collections.abc import Mapping

from matching_engine.book import OrderBook, Side
from matching_engine.state import Lot


def ranked(lot: Lot, amounts: Mapping[str, int]) -> list[str]:
    """Bidders by their amounts in fen, best first; `amounts` stand in the order of arrival.

    A leader stands first among equals: it leads because it came first, or by a right of first refusal.
    """
    book, side = OrderBook(), Side.BID if lot.sign > 0 else Side.OFFER
    for bidder in sorted(amounts, key=lambda bidder: bidder != lot.leader):
        # A bid may be nothing, and the book takes prices above zero only: one fen more each keeps every rank.
        book.rest(bidder, bidder, side, amounts[bidder] + 1)
    return [order.order_id for order in book.ranked(side)]
