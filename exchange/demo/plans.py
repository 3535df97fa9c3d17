"""How the demo puts a lot up under each mechanism; figures that no source prints are the demo's own."""

from exchange.demo.data import DemoAchievement, increment_fen, opening_price_fen
from exchange.demo.steps import DEPOSIT_PERCENT, plan_lot
from exchange.market.commands import LotPlan
from matching_engine.terms import DutchClock, Mechanism, Rung, Terms

ROTATION = (
    Mechanism.DUTCH,
    Mechanism.SEALED_FIRST_PRICE,
    Mechanism.LISTED,
    Mechanism.SEALED_SECOND_PRICE,
    Mechanism.OPEN_LICENCE,
)
"""What every second lot shows in turn; the others are english."""
DUTCH_TIMES = 2
"""A descending clock begins at so many times the opening price of an ascending lot."""
DUTCH_PERIODS, DUTCH_FLOOR_PERCENT = 20, 60
LICENCE_PERCENT = 5
"""The fee of one open licence, of the opening price."""


def mechanism_of(number: int) -> Mechanism:
    """The mechanism of the n-th lot, from 1."""
    return Mechanism.ENGLISH if number % 2 else ROTATION[(number // 2 - 1) % len(ROTATION)]


def plan(
    mechanism: Mechanism, lot: str, listing: str, achievement: DemoAchievement, opens_at: int, length: int
) -> LotPlan:
    """A lot under one of the mechanisms that the demo shows."""
    if mechanism is Mechanism.ENGLISH:
        return plan_lot(lot, listing, achievement, opens_at, length)
    terms = _terms(mechanism, achievement, opens_at, length)
    return LotPlan(lot, listing, terms, max(1, terms.opening_price_fen * DEPOSIT_PERCENT // 100))


def _terms(mechanism: Mechanism, achievement: DemoAchievement, opens_at: int, length: int) -> Terms:
    opening, closes_at = opening_price_fen(achievement), opens_at + length
    if mechanism is Mechanism.DUTCH:
        return Terms(mechanism, opening * DUTCH_TIMES, opens_at, None, dutch=_clock(opening, length))
    if mechanism is Mechanism.OPEN_LICENCE:
        return Terms(mechanism, opening * LICENCE_PERCENT // 100, opens_at, closes_at)
    if mechanism is Mechanism.LISTED:
        ladder = (Rung(0, increment_fen(achievement)),)
        return Terms(
            mechanism, opening, opens_at, closes_at, ladder=ladder, free_until=opens_at + length // 3
        )
    return Terms(mechanism, opening, opens_at, closes_at)


def _clock(opening_fen: int, length: int) -> DutchClock:
    """Even steps down to the floor, which stands for the last period."""
    start_fen = opening_fen * DUTCH_TIMES
    floor_fen = start_fen * DUTCH_FLOOR_PERCENT // 100
    step_fen = max(1, (start_fen - floor_fen) // DUTCH_PERIODS)
    return DutchClock(step_fen, max(1, length // (DUTCH_PERIODS + 1)), floor_fen)
