"""Amounts in capital numerals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.money import LIMIT_FEN
from settlement.capitals import capital_yuan

_DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
_SMALL = {"拾": 10, "佰": 100, "仟": 1000}


def _whole(text: str) -> int:
    """Read a number: everything before 亿, then before 万, then the rest."""
    for name, unit in (("亿", 10**8), ("万", 10**4)):
        if name in text:
            high, _, low = text.rpartition(name) if name == "亿" else text.partition(name)
            return _whole(high) * unit + _whole(low)
    total = digit = 0
    for sign in text:
        if sign in _SMALL:
            total, digit = total + digit * _SMALL[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def _read(text: str) -> int:
    """The fen of an amount in capitals, by a reader that shares nothing with the writer."""
    body = text.removeprefix("人民币").removesuffix("整")
    yuan, found, rest = body.partition("元")
    if not found:
        yuan, rest = "", body
    jiao, found, fen = rest.partition("角")
    if not found:
        jiao, fen = "", rest
    digit = _DIGITS[jiao] * 10 if jiao else 0
    return _whole(yuan) * 100 + digit + (_DIGITS[fen.removesuffix("分").removeprefix("零") or "零"])


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (160_000_000, "人民币壹佰陆拾万元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角整"),
        (100_05, "人民币壹佰元零伍分"),
        (140_950, "人民币壹仟肆佰零玖元伍角整"),
        (1_680_32, "人民币壹仟陆佰捌拾元叁角贰分"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (10_700_053, "人民币壹拾万柒仟元伍角叁分"),
        (10_000_000_100, "人民币壹亿零壹元整"),
        (1_234_500_000_000, "人民币壹佰贰拾叁亿肆仟伍佰万元整"),
        (LIMIT_FEN, "人民币壹拾万亿元整"),
    ],
)
def test_known_amounts(fen: int, text: str) -> None:
    """Amounts from the payment settlement measures and around them are written as banks write them."""
    assert capital_yuan(fen) == text


@given(st.integers(1, LIMIT_FEN))
def test_capitals_say_the_amount(fen: int) -> None:
    """Whatever is written can be read back to the same fen."""
    assert _read(capital_yuan(fen)) == fen


@given(st.integers(1, LIMIT_FEN))
def test_no_zero_is_doubled_or_left_at_the_end(fen: int) -> None:
    """零 stands once for a gap, and never before a unit."""
    text = capital_yuan(fen)
    for wrong in ("零零", "零元", "零万", "零亿", "零整", "零角"):
        assert wrong not in text
