"""Money: texts and fen, and nothing between."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from matching_engine.money import (
    LIMIT_FEN,
    display_yuan,
    format_yuan,
    parse_yuan,
    round_down,
    round_half_up,
    round_up,
)


@given(st.integers(0, LIMIT_FEN))
def test_a_text_read_back_is_the_same_amount(fen: int) -> None:
    """Every amount up to ten trillion yuan survives its text."""
    assert parse_yuan(format_yuan(fen)) == fen


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "1.0",
        "1.000",
        ".50",
        "01.00",
        "+1.00",
        "-1.00",
        " 1.00",
        "1.00\n",
        "1,000.00",
        "１.00",
        "1_0.00",
        "1e3",
        "",
        "NaN",
    ],
)
def test_texts_that_are_no_amount(text: str) -> None:
    """Exactly two decimals, ASCII digits, no sign, no grouping, no blank."""
    with pytest.raises(Malformed, match="price: expected yuan with two decimals"):
        parse_yuan(text, "price")


@pytest.mark.parametrize("value", [1, 1.0, True, None, b"1.00", Fraction(1)])
def test_only_texts_are_read(value: object) -> None:
    """A number is never taken for an amount, least of all a float."""
    with pytest.raises(Malformed):
        parse_yuan(value)


def test_the_limit() -> None:
    """Ten trillion yuan is an amount; a fen more is an error that says so."""
    assert parse_yuan("10000000000000.00") == LIMIT_FEN
    with pytest.raises(Malformed, match=r"at most 10000000000000\.00"):
        parse_yuan("10000000000000.01")


def test_how_amounts_are_shown() -> None:
    """Plain for programs, grouped for people, a minus sign before a debt."""
    assert [format_yuan(fen) for fen in (0, 5, 165_000_000, -1, -12_345)] == [
        "0.00",
        "0.05",
        "1650000.00",
        "-0.01",
        "-123.45",
    ]
    assert [display_yuan(fen) for fen in (165_000_000, -1)] == ["¥1,650,000.00", "-¥0.01"]


@given(st.fractions())
def test_roundings_are_what_their_names_say(value: Fraction) -> None:
    """Down, up and half up are whole, next to the value, and agree on whole values."""
    down, up, half = round_down(value), round_up(value), round_half_up(value)
    assert down <= value <= up < down + 2
    assert half == (down if value - down < Fraction(1, 2) else down + 1)
    assert (down == up) == (value.denominator == 1)
