"""Figures: sums agree over every grouping, the past stays, the same journal gives the same bytes."""

from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from exchange.reports.facts import Fact, Measure
from exchange.reports.figures import SUMS, Row, between, city_of, figures, tally
from matching_engine import canonical
from matching_engine.terms import DAY
from settlement.dates import end_of_day, shanghai_date
from tests.exchange.reports.played import played, projected

START = end_of_day(date(2025, 12, 31)) + 1
AMOUNTS = st.integers(-(10**12), 10**12)


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """Any facts of some months, fields, regions and houses."""
    some = st.builds(
        Fact,
        at=st.integers(START, START + 400 * DAY),
        house=st.sampled_from(("hub", "east", "west")),
        measure=st.sampled_from(Measure),
        achievement=st.sampled_from(("", "a", "b")),
        holder=st.sampled_from(("u", "v")),
        field=st.sampled_from(("", "材料", "能源")),
        region=st.sampled_from(("", "zhejiang", "shandong")),
        rehearsal=st.booleans(),
        count=st.integers(-1, 1),
        amount_fen=AMOUNTS,
        technology_fen=AMOUNTS,
        who=st.sampled_from(("p", "q")),
        days=st.none() | st.integers(0, 900),
        listed_at=st.integers(START, START + 400 * DAY),
    )
    return draw(st.lists(some, max_size=40))


CITIES = {"a": [(START, "杭州"), (START + 100 * DAY, "宁波")]}


@given(facts(), st.integers(-1, 401), st.booleans())
def test_sums_agree_over_every_grouping(some: list[Fact], day: int, rehearsals: bool) -> None:
    """Months, fields, regions, cities, nodes and holders each add up to the total; so do the days of all sales."""
    at = date(2026, 1, 1) + timedelta(days=day)
    found = figures(some, (), CITIES, at, rehearsals)
    for groups in (
        found.by_month,
        found.by_field,
        found.by_region,
        found.by_city,
        found.by_node,
        found.by_holder,
    ):
        for name in SUMS:
            assert sum(getattr(row, name) for row in groups.values()) == getattr(found.total, name), name
        assert sorted(days for row in groups.values() for days in row.days) == list(found.total.days)
        assert all(row.bidders <= found.total.bidders for row in groups.values())


@given(facts(), st.integers(0, 399))
def test_later_facts_change_no_earlier_figures(some: list[Fact], day: int) -> None:
    """Figures at a date are those of the facts up to its end, whatever came after."""
    at = date(2026, 1, 1) + timedelta(days=day)
    known = [fact for fact in some if shanghai_date(fact.at) <= at]
    assert figures(some, (), CITIES, at, True) == figures(known, (), CITIES, at, True)


@given(facts())
def test_periods_that_follow_each_other_hold_every_fact_once(some: list[Fact]) -> None:
    """Two halves of the time have all facts, none twice."""
    middle = date(2026, 7, 1)
    first = between(some, date(2026, 1, 1), middle - timedelta(days=1))
    second = between(some, middle, date(2027, 12, 31))
    assert len(first) + len(second) == len(some)


def test_the_same_journal_gives_the_same_bytes() -> None:
    """Read twice, the figures are equal byte for byte, and digest names them."""
    at = shanghai_date(played()[-1].at)
    one, other = (figures(projected().facts, (), {}, at, True) for _ in range(2))
    assert canonical.encode(one) == canonical.encode(other)
    assert one.digest() == other.digest()
    assert msgspec.json.decode(canonical.encode(one))["total"]["contracts"] == 1


def test_practice_counts_only_where_it_is_asked_for() -> None:
    """The rehearsed sale is left out; the listing, which was under its whole notice, is in."""
    at = shanghai_date(played()[-1].at)
    real = figures(projected().facts, (), {}, at).total
    assert (real.listings, real.trades, real.contracts) == (1, 0, 0)


def test_a_city_is_the_one_of_the_listing_s_day() -> None:
    """A later move of the achievement changes no figure of before."""
    fact = Fact(START, "hub", Measure.TRADE, achievement="a", listed_at=START + 99 * DAY)
    assert city_of(fact, CITIES) == "杭州"
    assert city_of(msgspec.structs.replace(fact, listed_at=START + 100 * DAY), CITIES) == "宁波"
    assert city_of(msgspec.structs.replace(fact, achievement="b"), CITIES) == ""


def test_the_median_is_exact() -> None:
    """The middle one, or half the sum of the two in the middle, told doubled."""
    assert Row(days=(1, 2, 9)).median_days_doubled == 4
    assert Row(days=(1, 2, 3, 9)).median_days_doubled == 5
    assert Row().median_days_doubled is None
    assert tally([]) == Row()
