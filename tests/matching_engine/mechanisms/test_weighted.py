"""Scores on price and merit, exact."""

from fractions import Fraction

import pytest

from matching_engine.commands import Opening, OpenSeals
from matching_engine.events import SealsOpened
from matching_engine.mechanisms.weighted import decimal, score
from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.room import CLOSES, LOT, OPENS, Room

TERMS = Terms(
    Mechanism.WEIGHTED, 1000, OPENS, CLOSES, weights={"price": "60", "maturity": "25", "landing": "15"}
)
Bids = dict[str, tuple[int, dict[str, str] | None]]


def played(bids: Bids, terms: Terms = TERMS) -> Room:
    """Sealed in this order, opened at the close."""
    room = Room(terms)
    for bidder in bids:
        room.seal(bidder)
    room.advance(CLOSES)
    room.ask(OpenSeals(LOT, tuple(Opening(b, amount, scores) for b, (amount, scores) in bids.items())))
    return room


def winner(bids: Bids, terms: Terms = TERMS) -> tuple[str, int]:
    """Who wins, and at what."""
    (won,) = played(bids, terms).lot.winners
    return won.bidder, won.price_fen


def test_the_score_worked_by_hand() -> None:
    """60 × 2000 ÷ 2100 + 25 × 92.5 ÷ 100 + 15 × 75 ÷ 100, as a fraction."""
    lot = Room(TERMS).lot
    got = score(lot, Opening("A", 2000, {"maturity": "92.5", "landing": "75"}), 2100)
    assert got == Fraction(60 * 2000, 2100) + Fraction(185, 8) + Fraction(45, 4)


def test_merit_can_outweigh_a_price() -> None:
    """The winner pays its own amount."""
    assert winner({"A": (2100, {"maturity": "80"}), "B": (2000, {"maturity": "100"})}) == ("B", 2000)


def test_a_missing_score_is_nothing() -> None:
    """So is a bid without any scores."""
    assert winner({"A": (2000, None), "B": (2000, {"landing": "0.0001"})}) == ("B", 2000)


def test_ties_fall_to_the_better_price_then_to_the_earlier() -> None:
    """Equal scores by different ways: the price decides; the same price: the time."""
    terms = Terms(Mechanism.WEIGHTED, 100, OPENS, CLOSES, weights={"price": "50", "plan": "50"})
    assert winner({"A": (500, {"plan": "100"}), "B": (1000, {"plan": "50"})}, terms) == ("B", 1000)
    assert winner({"A": (1000, {"plan": "50"}), "B": (1000, {"plan": "50"})}, terms) == ("A", 1000)


def test_a_third_is_a_third() -> None:
    """A score that binary fractions would round the other way."""
    terms = Terms(Mechanism.WEIGHTED, 1, OPENS, CLOSES, weights={"price": "0.3", "plan": "10"})
    assert winner({"A": (3, None), "B": (1, {"plan": "2"})}, terms) == ("A", 3)
    assert winner({"A": (3, None), "B": (1, {"plan": "2.000000000000000001"})}, terms) == ("B", 1)


def test_the_mirror_divides_the_other_way() -> None:
    """Buying, the price counts as best ÷ amount."""
    terms = Terms(
        Mechanism.WEIGHTED, 3000, OPENS, CLOSES, direction="buy", weights={"price": "60", "plan": "40"}
    )
    assert winner({"A": (1000, None), "B": (2000, {"plan": "74.999999"})}, terms) == ("A", 1000)
    assert winner({"A": (1000, None), "B": (2000, {"plan": "75.000001"})}, terms) == ("B", 2000)


@pytest.mark.parametrize("text", ["NaN", "-1", "1e2", "100.0000001", "101", "", " 5", "٥"])
def test_unreadable_scores_make_a_bid_void(text: str) -> None:
    """Whatever an envelope holds, only decimals from 0 to 100 are scores."""
    room = Room(TERMS)
    room.seal("A")
    room.advance(CLOSES)
    events = room.ask(OpenSeals(LOT, (Opening("A", 2000, {"maturity": text}),)))
    assert isinstance(events[0], SealsOpened)
    assert events[0].void == ("A",)
    assert room.lot.reason == "NO_BIDS"


def test_a_weighted_bid_of_nothing_is_void() -> None:
    """Nothing can be divided by it."""
    terms = Terms(Mechanism.WEIGHTED, 3000, OPENS, CLOSES, direction="buy", weights={"price": "60"})
    assert winner({"A": (0, None), "B": (2000, None)}, terms) == ("B", 2000)


def test_decimals_are_exact_or_nothing() -> None:
    """Plain digits with a point, no sign and no exponent."""
    assert decimal("0.1") == Fraction(1, 10)
    assert [decimal(text) for text in ("01", "1.", ".1", "+1", "1_0")] == [None] * 5
