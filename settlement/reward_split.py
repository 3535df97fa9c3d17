"""Exact splits of a reward: among completers by their shares, and over the money as it comes in."""

import re
from collections.abc import Sequence
from fractions import Fraction

from matching_engine.errors import Malformed

_SHARE = re.compile(r"0\.[0-9]{1,18}|1(?:\.0{1,18})?|[1-9][0-9]{0,5}/[1-9][0-9]{0,5}", re.ASCII)


def read_share(text: str, field: str = "share") -> Fraction:
    """A share above 0 and up to 1, from "0.35" or "1/3"; Malformed otherwise."""
    share = Fraction(text) if _SHARE.fullmatch(text) else Fraction(0)
    if not 0 < share <= 1:
        raise Malformed(field, text[:40], 'a share above 0 up to 1, like "0.35" or "1/3"')
    return share


def split(amount_fen: int, shares: Sequence[Fraction]) -> tuple[int, ...]:
    """`amount_fen` by shares that sum to 1: whole fen first, what is left to the largest remainders, earlier first."""
    exact = [amount_fen * share for share in shares]
    parts = [value.numerator // value.denominator for value in exact]
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in order[: amount_fen - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def instalments(
    parts_fen: Sequence[int], credits_fen: Sequence[int], price_fen: int
) -> tuple[tuple[int, ...], ...]:
    """For each credit of a price, each completer's part of it.

    What has come of the price in all decides what has been released in all, so the last fen comes with the last credit
    and nobody gets more than the own part.
    """
    found, come_fen, given = [], 0, [0] * len(parts_fen)
    for credit_fen in credits_fen:
        come_fen = min(come_fen + credit_fen, price_fen)
        due = [part_fen * come_fen // price_fen for part_fen in parts_fen]
        found.append(tuple(now - before for now, before in zip(due, given, strict=True)))
        given = due
    return tuple(found)
