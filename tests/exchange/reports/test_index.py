"""The indices: exact, 100 in the base month, reproducible, and as their published composition says."""

from decimal import Decimal, localcontext
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.reports.figures import Row, figures
from exchange.reports.index import (
    ACTIVITY,
    COMPOSITIONS,
    PARTS,
    Composition,
    Series,
    base_of,
    months,
    ratio,
    root_of,
    series,
)
from settlement.dates import shanghai_date
from tests.exchange.reports.played import played, projected

ROWS = st.builds(
    Row,
    listings=st.integers(0, 10**4),
    sold=st.integers(0, 10**3),
    unsold=st.integers(0, 10**3),
    active_buyers=st.integers(0, 10**4),
    trades=st.integers(0, 10**3),
    contracts=st.integers(0, 10**4),
    registrations=st.integers(-5, 10**3),
    technology_fen=st.integers(-(10**10), 10**13),
    proceeds_fen=st.integers(0, 10**13),
    days=st.lists(st.integers(0, 2000), max_size=5).map(lambda days: tuple(sorted(days))),
)
MARCH, APRIL = "2026-03", "2026-04"


@pytest.mark.parametrize("composition", COMPOSITIONS.values(), ids=lambda composition: composition.name)
def test_weights_add_up_to_one(composition: Composition) -> None:
    """Twenty twentieths."""
    assert sum(one.twentieths for one in composition.components) == PARTS


def test_the_weights_are_the_published_ones() -> None:
    """0.30, 0.20, 0.15, 0.10, 0.15 and 0.10 for the median, inverted."""
    weights = {one.name: Fraction(one.twentieths, PARTS) for one in ACTIVITY.components}
    assert weights == {
        "technology_value": Fraction(30, 100),
        "contracts": Fraction(20, 100),
        "active_buyers": Fraction(15, 100),
        "listings": Fraction(10, 100),
        "sell_through": Fraction(15, 100),
        "median_days": Fraction(10, 100),
    }
    assert [one.name for one in ACTIVITY.components if one.inverted] == ["median_days"]


@given(ROWS, st.sampled_from(list(COMPOSITIONS.values())))
def test_the_base_month_is_100(row: Row, composition: Composition) -> None:
    """Whatever happened in it, nothing included."""
    assert series(composition, {MARCH: row}, MARCH, MARCH).points[0].index == "100.00"


@given(ROWS, ROWS, st.sampled_from(list(COMPOSITIONS.values())))
def test_the_root_is_the_one_that_decimals_find(base: Row, row: Row, composition: Composition) -> None:
    """Computed another way, with logarithms of sixty digits from the published ratios, it is the same to half a cent."""
    point = series(composition, {MARCH: base, APRIL: row}, MARCH, APRIL).points[1]
    with localcontext() as context:
        context.prec = 60
        total = Decimal(0)
        for part in point.parts:
            exact = Fraction(part.ratio)
            total += Decimal(part.weight) * (Decimal(exact.numerator) / Decimal(exact.denominator)).ln()
        assert abs(100 * total.exp() - Decimal(point.index)) <= Decimal("0.005") + Decimal(10) ** -40


@given(ROWS, ROWS)
def test_more_of_anything_never_lowers_the_index(base: Row, row: Row) -> None:
    """A contract more, a buyer more, a listing more: the index stays or grows."""
    before = Decimal(series(ACTIVITY, {MARCH: base, APRIL: row}, MARCH, APRIL).points[1].index)
    for name in ("contracts", "active_buyers", "listings"):
        more = msgspec.structs.replace(row, **{name: getattr(row, name) + 1})
        after = series(ACTIVITY, {MARCH: base, APRIL: more}, MARCH, APRIL).points[1].index
        assert Decimal(after) >= before


def test_a_zero_component_counts_as_one_over_its_base() -> None:
    """Twelve contracts in the base month, none now: 1/12; no sale now, ten days in the base: 1/10."""
    contracts, median = ACTIVITY.components[1], ACTIVITY.components[5]
    assert ratio(contracts, Fraction(0), Fraction(12)) == (Fraction(1, 12), True)
    assert ratio(median, Fraction(0), Fraction(10)) == (Fraction(1, 10), True)
    assert ratio(median, Fraction(5), Fraction(10)) == (Fraction(2), False)


def test_an_index_by_hand() -> None:
    """Everything doubled and the days halved is twice the base, exactly."""
    base = Row(technology_fen=10**9, contracts=4, active_buyers=6, listings=10, sold=2, unsold=6, days=(20,))
    now = Row(
        technology_fen=2 * 10**9, contracts=8, active_buyers=12, listings=20, sold=4, unsold=4, days=(10,)
    )
    assert series(ACTIVITY, {MARCH: base, APRIL: now}, MARCH, APRIL).points[1].index == "200.00"


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_roots_round_half_up(numerator: int, denominator: int) -> None:
    """The doubled, rounded value encloses the exact one, which stands between its half steps."""
    value = Fraction(numerator, denominator)
    found = Fraction(root_of(value, 2))
    half = Fraction(1, 200)
    assert (found - half) <= 0 or (found - half) ** 2 <= value
    assert value < (found + half) ** 2


def test_months_follow_each_other_over_a_year_s_end() -> None:
    """From November to February there are four."""
    assert months("2026-11", "2027-02") == ("2026-11", "2026-12", "2027-01", "2027-02")


def test_the_base_month_without_a_wish_is_the_first_with_a_registration() -> None:
    """Before it a contract, before that anything at all."""
    assert base_of({MARCH: Row(contracts=1), APRIL: Row(registrations=1)}) == APRIL
    assert base_of({MARCH: Row(), APRIL: Row(contracts=1)}) == APRIL
    assert base_of({MARCH: Row(listings=1)}) == MARCH
    assert base_of({}) is None


def test_it_is_reproducible_from_the_journal_at_a_date() -> None:
    """Rebuilt from the events, each index is the same, part by part."""
    at = shanghai_date(played()[-1].at)

    def built() -> list[Series]:
        found = figures(projected().facts, (), {}, at, True)
        return [
            series(one, found.by_month, base_of(found.by_month) or "", MARCH) for one in COMPOSITIONS.values()
        ]

    assert built() == built()
    assert [one.points[-1].index for one in built()] == ["100.00", "100.00"]
