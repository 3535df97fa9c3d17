"""Weighted: sealed bids scored on price and on merit (权重报价), in exact rationals."""

import re
from fractions import Fraction

from matching_engine.commands import Opening
from matching_engine.events import Winner
from matching_engine.mechanisms.sealed import Sealed, own_amounts
from matching_engine.state import Lot

PRICE = "price"
"""The weight of the price; every other weight is that of an attribute scored from 0 to 100."""

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", re.ASCII)


def decimal(text: str) -> Fraction | None:
    """The exact value of a decimal text without sign or exponent; None for any other text."""
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


class Weighted(Sealed):
    """The highest score wins and pays its own amount; ties fall to the better price, then to the earlier."""

    def counts(self, lot: Lot, opening: Opening) -> bool:
        """Where there are weights, a bid is above zero, and its scores are decimals from 0 to 100."""
        if not lot.terms.weights:
            return super().counts(lot, opening)
        scores = (decimal(text) for text in (opening.scores or {}).values())
        readable = all(score is not None and score <= 100 for score in scores)
        return super().counts(lot, opening) and opening.amount_fen != 0 and readable

    def award(self, lot: Lot, enough: list[Opening], ranked: list[Opening]) -> tuple[Winner, ...]:
        """One winner."""
        return own_amounts(by_score(lot, enough)[:1])


def by_score(lot: Lot, ranked: list[Opening]) -> list[Opening]:
    """Bids by score, best first; `ranked` by price, then time, decides ties because the sort is stable."""
    best = ranked[0].amount_fen
    assert best is not None
    scores = {opening.bidder: score(lot, opening, best) for opening in ranked}
    return sorted(ranked, key=lambda opening: -scores[opening.bidder])


def score(lot: Lot, opening: Opening, best_fen: int) -> Fraction:
    """price weight × amount ÷ best amount (best ÷ amount where the lowest wins) + Σ weight × score ÷ 100."""
    amount, weights = opening.amount_fen, lot.terms.weights or {}
    assert amount is not None
    price = Fraction(amount, best_fen) if lot.sign > 0 else Fraction(best_fen, amount)
    given = opening.scores or {}
    merit = sum(
        (_exact(weight) * _exact(given.get(name, "0")) for name, weight in weights.items() if name != PRICE),
        Fraction(0),
    )
    return _exact(weights.get(PRICE, "0")) * price + merit / 100


def _exact(text: str) -> Fraction:
    value = decimal(text)
    assert value is not None, "weights are checked with the terms, scores at the opening"
    return value
