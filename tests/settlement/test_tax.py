"""Tax arithmetic: exact, monotone, with the law's edges."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from settlement.tax import exempt_base, half_over_exempt, reward_floor, wages_exclusion

EXEMPT = 500_000_000
QUARTER = Fraction(1, 4)
incomes = st.integers(0, 10**15).map(Fraction)


def test_income_up_to_the_exemption_is_free() -> None:
    """Five million are exempt, the fen above is taxed at an eighth."""
    assert half_over_exempt(Fraction(EXEMPT), EXEMPT, QUARTER) == 0
    assert half_over_exempt(Fraction(EXEMPT + 1), EXEMPT, QUARTER) == Fraction(1, 8)


@given(incomes, incomes)
def test_income_tax_grows_by_at_most_half_the_rate(one: Fraction, other: Fraction) -> None:
    """More income never means less tax, and no more than half the ordinary rate on the difference."""
    low, high = sorted((one, other))
    rise = half_over_exempt(high, EXEMPT, QUARTER) - half_over_exempt(low, EXEMPT, QUARTER)
    assert 0 <= rise <= (high - low) * QUARTER / 2


def test_only_the_technology_is_exempt_from_value_added_tax() -> None:
    """Equipment in the price is taxed."""
    assert exempt_base(Fraction(100), Fraction(30)) == 70


@given(incomes)
def test_shares_are_exact(income: Fraction) -> None:
    """Nothing is rounded here: a half and its half make the whole."""
    assert reward_floor(income, Fraction(1, 2)) * 2 == income
    assert wages_exclusion(income, Fraction(1, 2)) * 2 == income
