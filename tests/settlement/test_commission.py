"""Commission schedules: by brackets, exact, never above what the law allows where nothing was agreed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.commission import Bracket, Commission, fault, fee_fen

MILLION = 100_000_000
LADDER = (Bracket(0, "5"), Bracket(2 * MILLION, "3"), Bracket(10 * MILLION, "2"))


@pytest.mark.parametrize(
    ("price_fen", "fee"),
    [
        (0, 0),
        (1, 0),
        (20, 1),
        (2 * MILLION, 10_000_000),
        (2 * MILLION + 100, 10_000_003),
        (10 * MILLION, 10_000_000 + 24_000_000),
        (12 * MILLION, 10_000_000 + 24_000_000 + 4_000_000),
    ],
)
def test_each_bracket_is_on_its_part(price_fen: int, fee: int) -> None:
    """The bounds belong to the lower bracket; less than a fen is dropped."""
    assert fee_fen(LADDER, price_fen) == fee


@given(st.integers(0, 10**14))
def test_no_fee_is_above_its_highest_percentage(price_fen: int) -> None:
    """The cap is kept to the fen, and a higher price never costs less."""
    fee = fee_fen(LADDER, price_fen)
    assert fee <= Fraction(price_fen * 5, 100)
    assert fee <= fee_fen(LADDER, price_fen + 1)


def test_without_brackets_nothing_is_due() -> None:
    """A side that pays nothing has no brackets."""
    assert fee_fen((), MILLION) == 0
    assert fault(Commission()) is None


@pytest.mark.parametrize(
    ("commission", "words"),
    [
        (Commission(buyer=(Bracket(0, "5.01"),)), "commission.buyer: got"),
        (Commission(seller=(Bracket(1, "5"),)), "commission.seller: got bounds"),
        (Commission(seller=(Bracket(0, "x"),)), "percent above 0"),
        (Commission(seller=(Bracket(0, "0"),)), "percent above 0"),
        (Commission(buyer=(Bracket(0, "1"), Bracket(5, "2"))), "the inverse"),
        (Commission(buyer=(Bracket(0, "2"), Bracket(0, "1"))), "got bounds"),
        (Commission(buyer=(Bracket(0, "51"),), agreed=True), "at most 50"),
    ],
)
def test_what_cannot_be_is_named(commission: Commission, words: str) -> None:
    """Side, what came, what was expected, and the article."""
    assert words in (fault(commission) or "")


def test_what_was_agreed_may_be_more() -> None:
    """The cap and the inverse are for sales where nothing was agreed."""
    assert fault(Commission((Bracket(0, "6"), Bracket(5, "8")), agreed=True)) is None
    assert fault(Commission(LADDER, LADDER)) is None
