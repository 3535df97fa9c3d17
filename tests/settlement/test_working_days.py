"""Working days: the announced holidays, the weekend days that make up for them, and years not announced yet."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from settlement.working_days import (
    add_working_days,
    china,
    is_announced,
    is_working_day,
    load_calendar,
    next_working_day,
    working_days_between,
)

EMPTY_STATUTE = "statute: {document: x, fixed: [], lunar: []}\n"
DAYS = st.dates(date(2022, 1, 1), date(2028, 12, 31))


def test_a_weekday_is_worked_and_a_weekend_is_not() -> None:
    """An ordinary Friday counts; the Saturday after it does not."""
    assert is_working_day(date(2026, 11, 20))
    assert not is_working_day(date(2026, 11, 21))


def test_holidays_do_not_count_and_their_make_up_days_do() -> None:
    """National Day 2026: seven days off; the Sunday before and the Saturday after are worked."""
    assert not any(is_working_day(date(2026, 10, day)) for day in range(1, 8))
    assert is_working_day(date(2026, 9, 20))
    assert is_working_day(date(2026, 10, 10))


def test_fifteen_working_days_across_the_spring_festival() -> None:
    """From 9 February 2026: five days before the festival and ten after it, a Saturday on each side among them."""
    assert add_working_days(date(2026, 2, 9), 5) == date(2026, 2, 14)
    assert add_working_days(date(2026, 2, 9), 15) == date(2026, 3, 6)


def test_a_period_that_ends_on_a_holiday_moves_to_the_next_working_day() -> None:
    """Civil Code art. 203: 1 October becomes 8 October; a working day stays."""
    assert next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert next_working_day(date(2026, 10, 8)) == date(2026, 10, 8)


def test_a_year_not_announced_has_the_statutory_days_only() -> None:
    """2027: National Day and the festival's own days are off, and the calendar says that more may come."""
    assert is_announced(2026)
    assert not is_announced(2027)
    assert not is_working_day(date(2027, 10, 1))
    assert not is_working_day(date(2027, 2, 8))
    assert is_working_day(date(2027, 10, 4))
    assert not is_working_day(date(2030, 5, 1))


def test_each_announced_year_has_as_many_days_off_as_it_should() -> None:
    """Weekdays off less weekend days worked are the statutory days: eleven, and thirteen since 2025.

    A holiday on a weekend that gets no other day for it is why the sum may be one smaller.
    """
    for year, statutory in {2022: 11, 2023: 11, 2024: 11, 2025: 13, 2026: 13}.items():
        first = date(year, 1, 1)
        days = [first + timedelta(count) for count in range(365 + (year % 4 == 0))]
        weekdays = sum(day.weekday() < 5 for day in days)
        assert weekdays - sum(map(is_working_day, days)) in (statutory - 1, statutory, statutory + 1)


@given(DAYS, st.integers(1, 60))
def test_counting_back_undoes_counting_on(day: date, count: int) -> None:
    """From a working day, n on and n back is where it began; the days between are n."""
    begin = next_working_day(day)
    end = add_working_days(begin, count)
    assert add_working_days(end, -count) == begin
    assert working_days_between(begin, end) == count
    assert is_working_day(end)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("announced: []\n", "calendar"),
        ("announced: []\nstatute: {document: x, fixed: [1-x], lunar: []}\n", "calendar.fixed"),
        (
            "announced: [{year: 2026, off: [2026-02-30..2026-03-01]}]\n" + EMPTY_STATUTE,
            "calendar.off",
        ),
        (
            "announced: [{year: 2026, off: [2026-03-02..2026-03-01]}]\n" + EMPTY_STATUTE,
            "calendar.off",
        ),
        (
            "announced: []\nholidays: []\n" + EMPTY_STATUTE,
            "calendar",
        ),
    ],
)
def test_a_calendar_that_cannot_be_is_one_clear_error(text: str, field: str) -> None:
    """A missing block, an impossible day, a span that runs backwards, an unknown key: the field is named."""
    with pytest.raises(Malformed) as caught:
        load_calendar(text.encode())
    assert caught.value.field == field


def test_no_day_is_both_off_and_worked() -> None:
    """The shipped calendar does not contradict itself, and make-up days are weekend days."""
    calendar = china()
    assert not calendar.off & calendar.at_work
    assert all(day.weekday() >= 5 for day in calendar.at_work)
