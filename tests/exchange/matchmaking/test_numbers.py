"""Logarithm and apportionment in whole numbers."""

import math

from hypothesis import given
from hypothesis import strategies as st

from exchange.matchmaking.numbers import apportion, log2_permille


@given(st.integers(1, 10**9))
def test_the_logarithm_is_right_to_two_permille(number: int) -> None:
    """Beside the one of the standard library."""
    assert abs(log2_permille(number) - 1000 * math.log2(number)) <= 2


def test_the_logarithm_of_powers_is_exact() -> None:
    """Doubling adds 1000."""
    assert [log2_permille(2**power) for power in range(5)] == [0, 1000, 2000, 3000, 4000]


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_portions_add_up_and_stay_near_their_share(total: int, shares: list[int]) -> None:
    """The sum is exact, and nobody is a whole point away from the exact share."""
    given_ = apportion(total, shares)
    if not sum(shares):
        assert given_ == [0] * len(shares)
        return
    assert sum(given_) == total
    assert all(
        abs(one * sum(shares) - total * share) < sum(shares)
        for one, share in zip(given_, shares, strict=True)
    )
