"""The figures of each rule set of a session: what the law leaves no choice about, in one table."""

import msgspec

from exchange.market.commands import RuleSet


class Figures(msgspec.Struct, frozen=True):
    """What a rule set asks of a listing and of the lots of a session."""

    notice_days: int
    """The least public notice before a sale, in days."""
    deposit_percent: tuple[int, int]
    """The least and the most that a deposit may be, of the opening price."""
    payment_days: int
    """The most days after the hammer in which a price may be due."""
    source: str
    """The rule that the notice and the deposit come from."""


FIGURES: dict[RuleSet, Figures] = {
    "AUCTION_LAW": Figures(7, (5, 20), 3650, "auction law, art. 45; online judicial auctions, art. 17"),
    "LISTED_BIDDING": Figures(
        7, (5, 20), 3650, "after the auction law, art. 45; online judicial auctions, art. 17"
    ),
}
"""Online judicial auctions are the model for deposits; listed bidding follows the same figures."""

NOTICE_DAYS = max(figures.notice_days for figures in FIGURES.values())
"""The least notice of a listing, as it is not known yet under which rule set it will be sold."""


def deposit_range(rule_set: RuleSet, opening_price_fen: int) -> tuple[int, int]:
    """The least and the most fen of a deposit, both inclusive."""
    low, high = FIGURES[rule_set].deposit_percent
    least = -(-opening_price_fen * low // 100)
    return least, max(least, opening_price_fen * high // 100)
