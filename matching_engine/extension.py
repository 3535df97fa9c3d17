"""The soft close: a bid near the end moves the end (rules on online judicial auctions, art. 20).

Worked: close 22:00, trigger 2 min, length 5 min from the bid: a bid at 21:58:15 moves the close to 22:03:15.
"""

from matching_engine.state import Lot


def close_after(lot: Lot, at: int) -> int | None:
    """The close that stands after a bid or match accepted at `at`; the present one where it does not move."""
    closes_at, extension = lot.closes_at, lot.terms.extension
    if extension is None or closes_at is None or closes_at - at > extension.trigger:
        return closes_at
    if lot.free_until is not None and at < lot.free_until:
        return closes_at
    if extension.max_count is not None and lot.extensions >= extension.max_count:
        return closes_at
    later = closes_at + extension.length if extension.base == "close" else at + extension.length
    if extension.max_total is not None:
        later = min(later, closes_at + extension.max_total - lot.extended)
    return max(closes_at, later)
