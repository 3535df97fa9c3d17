"""Exact shares: of owners in an achievement, of sources in its money. Kept as fractions in lowest terms, "7/10"."""

import re
from collections.abc import Iterable
from fractions import Fraction

from matching_engine.errors import Malformed

_FRACTION = re.compile(r"(\d{1,9})/(\d{1,9})", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)(%?)", re.ASCII)


def read_share(text: str, field: str) -> str:
    """ "7/10" from "70%", "0.7" or "14/20"; Malformed unless it is above nothing and at most the whole."""
    share = _share(text.strip())
    if share is None or not 0 < share <= 1:
        raise Malformed(field, text[:60], "a share like 70%, 0.7 or 7/10, above zero and at most one")
    return str(share)


def _share(text: str) -> Fraction | None:
    fraction, decimal = _FRACTION.fullmatch(text), _DECIMAL.fullmatch(text)
    if fraction is not None:
        below = int(fraction[2])
        return Fraction(int(fraction[1]), below) if below else None
    if decimal is None:
        return None
    value = Fraction(decimal[1])
    return value / 100 if decimal[2] else value


def check_whole(shares: Iterable[str], field: str) -> None:
    """Shares that are all stated make one whole; where one is not stated, the others leave something for it."""
    stated = list(shares)
    total = sum((Fraction(share) for share in stated if share), Fraction(0))
    if not stated or not any(stated):
        return
    whole = total == 1 if all(stated) else total < 1
    if not whole:
        raise Malformed(field, str(total), "shares that together are 1")


def shown(share: str) -> str:
    """ "70%" where a percentage says it exactly, else the fraction."""
    if not share:
        return ""
    percent = Fraction(share) * 100
    return f"{percent}%" if percent.denominator == 1 else share
