"""How the demo puts a lot up under each mechanism; figures that no source prints are the demo's own."""

from exchange.demo.data import DemoAchievement, increment_fen, opening_price_fen
from exchange.demo.steps import DEPOSIT_PERCENT, plan_lot
from exchange.market.commands import LotPlan
from matching_engine.terms import DutchClock, Mechanism, Rung, Terms

PERIODS = 24
"""Steps of a descending clock until its end."""
FLOOR_PERCENT = 60
"""Of the opening price: where a descending clock stops."""
LICENCE_PERCENT = 5
"""Of the opening price: the fee of one open licence."""


def plan(
    mechanism: Mechanism, lot: str, listing: str, achievement: DemoAchievement, opens_at: int, length: int
) -> LotPlan:
    """A lot under one of the mechanisms that the demo shows."""
    if mechanism is Mechanism.ENGLISH:
        return plan_lot(lot, listing, achievement, opens_at, length)
    opening = _opening_fen(mechanism, achievement)
    terms = Terms(
        mechanism=mechanism,
        opening_price_fen=opening,
        opens_at=opens_at,
        closes_at=opens_at + length,
        ladder=(Rung(0, increment_fen(achievement)),) if mechanism is Mechanism.LISTED else (),
        free_until=opens_at + length // 3 if mechanism is Mechanism.LISTED else None,
        dutch=_clock(opening, length) if mechanism is Mechanism.DUTCH else None,
    )
    return LotPlan(lot, listing, terms, max(1, opening * DEPOSIT_PERCENT // 100))


def _opening_fen(mechanism: Mechanism, achievement: DemoAchievement) -> int:
    """A descending clock begins above the opening price, an open licence costs a part of it."""
    opening = opening_price_fen(achievement)
    if mechanism is Mechanism.DUTCH:
        return opening * 2
    return opening * LICENCE_PERCENT // 100 if mechanism is Mechanism.OPEN_LICENCE else opening


def _clock(opening_fen: int, length: int) -> DutchClock:
    floor_fen = opening_fen * FLOOR_PERCENT // 100
    return DutchClock(max(1, (opening_fen - floor_fen) // PERIODS), max(1, length // PERIODS), floor_fen)
