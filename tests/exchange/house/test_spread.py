"""A spread counts each value under every bound that it does not exceed."""

from hypothesis import given
from hypothesis import strategies as st

from exchange.house.spread import Spread


@given(st.lists(st.integers(0, 40)))
def test_counts_are_those_of_counting(values: list[int]) -> None:
    """For any values each number is how many were not above the bound; count and total are the plain ones."""
    spread = Spread((1, 5, 20))
    for value in values:
        spread.add(value)
    expected = [sum(value <= bound for value in values) for bound in (1, 5, 20)]
    assert spread.at_most() == [*expected, len(values)]
    assert (spread.count, spread.total) == (len(values), sum(values))
