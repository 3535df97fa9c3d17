"""Whole numbers only, so that every machine gives the same score."""

from collections.abc import Sequence

_BITS = 12


def log2_permille(number: int) -> int:
    """1000 × log₂ of a number ≥ 1, rounded down, by repeated squaring; no floating point anywhere."""
    assert number >= 1, number
    whole = number.bit_length() - 1
    mantissa = (number << 32) >> whole
    fraction = 0
    for _ in range(_BITS):
        mantissa = (mantissa * mantissa) >> 32
        fraction <<= 1
        if mantissa >> 33:
            mantissa >>= 1
            fraction |= 1
    return whole * 1000 + (fraction * 1000 >> _BITS)


def apportion(total: int, shares: Sequence[int]) -> list[int]:
    """Whole numbers in the proportion of `shares` that add up to `total` exactly; the largest remainders round up."""
    whole = sum(shares)
    if not whole:
        return [0] * len(shares)
    given = [total * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: (-(total * shares[place] % whole), place))
    for place in by_remainder[: total - sum(given)]:
        given[place] += 1
    return given
