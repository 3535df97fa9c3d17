"""What the exchange takes of a sale from either side: percentages by brackets of the price, as agreed or as the law has it.

Auction law, art. 56: as agreed; where nothing was agreed at most 5 % of the price a side, in inverse proportion to the
price. Each bracket's percentage is on the part of the price above its bound. Exact, and rounded down once: a cap is
kept to the fen.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import msgspec

from settlement.deal import percent

CAP = Fraction(5)
"""Percent a side, where nothing was agreed (auction law, art. 56)."""
BRACKETS_MAX = 20


class Bracket(msgspec.Struct, frozen=True):
    """On the part of the price above so many fen, so many percent, a decimal text like "2.5"."""

    above_fen: int
    percent: str


class Commission(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a sale costs its buyer and its seller; without brackets a side pays nothing."""

    buyer: tuple[Bracket, ...] = ()
    seller: tuple[Bracket, ...] = ()
    agreed: bool = False
    """Whether the parties agreed to it beforehand; else the law's cap holds."""
    source: str = ""


def fee_fen(brackets: Sequence[Bracket], price_fen: int) -> int:
    """What a price costs under brackets, in fen."""
    exact = Fraction(0)
    bounds = [*(bracket.above_fen for bracket in brackets[1:]), price_fen]
    for bracket, upto_fen in zip(brackets, bounds, strict=False):
        part_fen = max(0, min(price_fen, upto_fen) - bracket.above_fen)
        exact += part_fen * (percent(bracket.percent) or Fraction(0)) / 100
    return int(exact)


def fault(commission: Commission) -> str | None:
    """What is wrong with a schedule: field, what came, what was expected; None when nothing is."""
    for side in ("buyer", "seller"):
        found = _side_fault(getattr(commission, side), commission.agreed)
        if found is not None:
            return f"commission.{side}{found}"
    return None


def _side_fault(brackets: tuple[Bracket, ...], agreed: bool) -> str | None:
    if not brackets:
        return None
    bounds = [bracket.above_fen for bracket in brackets]
    if len(brackets) > BRACKETS_MAX or bounds[0] != 0 or bounds != sorted(set(bounds)):
        return f": got bounds {bounds[:5]}, expected at most {BRACKETS_MAX}, rising from 0"
    rates = [percent(bracket.percent) for bracket in brackets]
    known = [rate for rate in rates if rate is not None]
    most = Fraction(50) if agreed else CAP
    if len(known) < len(rates) or max(known) > most:
        law = "" if agreed else " where nothing was agreed (auction law, art. 56)"
        return f": got {[one.percent for one in brackets][:5]}, expected percent above 0, at most {most}{law}"
    if not agreed and any(lower < higher for lower, higher in pairwise(known)):
        return ": got percentages that rise with the price, expected the inverse (auction law, art. 56)"
    return None
