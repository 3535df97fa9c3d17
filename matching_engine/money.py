"""Money: integer fen, exact.

One yuan is a hundred fen. Texts are yuan with exactly two decimals, ASCII digits, no sign, no grouping.
"""

import re
from fractions import Fraction

from matching_engine.errors import Malformed

LIMIT_FEN = 10**15
"""No single amount is above ten trillion yuan; larger input is an error, not a price."""

_YUAN = re.compile(r"(0|[1-9][0-9]{0,15})\.([0-9]{2})", re.ASCII)


def parse_yuan(text: object, field: str = "amount") -> int:
    """The fen of a text such as "1600000.00"; Malformed names `field` otherwise."""
    match = _YUAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Malformed(field, text, 'yuan with two decimals as a string, like "1600000.00"')
    fen = int(match[1]) * 100 + int(match[2])
    if fen > LIMIT_FEN:
        raise Malformed(field, text, f"at most {format_yuan(LIMIT_FEN)}")
    return fen


def format_yuan(fen: int) -> str:
    """ "1650000.00" for 165000000 fen; a minus sign stands before a debt."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}{yuan}.{rest:02d}"


def display_yuan(fen: int) -> str:
    """ "¥1,650,000.00", as pages and documents show it."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{rest:02d}"


def round_down(value: Fraction) -> int:
    """Whole fen, towards minus infinity."""
    return value.numerator // value.denominator


def round_up(value: Fraction) -> int:
    """Whole fen, towards plus infinity."""
    return -(-value.numerator // value.denominator)


def round_half_up(value: Fraction) -> int:
    """Whole fen, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
