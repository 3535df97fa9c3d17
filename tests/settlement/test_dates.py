"""Calendar dates in Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.dates import (
    due_date,
    end_of_day,
    parse_date,
    shanghai_date,
    shanghai_time,
    written_date,
    written_time,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SINCE_1992 = st.integers(694_224_000_000_000, 7_258_118_400_000_000)
"""µs from 1992 to 2200."""


@given(SINCE_1992)
def test_the_wall_clock_is_that_of_the_zone(at: int) -> None:
    """The fixed offset gives what the time-zone database gives for every instant since 1992."""
    moment = (EPOCH + timedelta(microseconds=at)).astimezone(SHANGHAI)
    assert shanghai_time(at).isoformat() == moment.isoformat()


def test_the_date_changes_at_midnight_in_shanghai() -> None:
    """16:00 UTC is midnight in Shanghai: one microsecond before it is still the day before."""
    midnight = 1_795_190_400_000_000
    assert shanghai_date(midnight - 1) == date(2026, 11, 20)
    assert shanghai_date(midnight) == date(2026, 11, 21)
    assert end_of_day(date(2026, 11, 20)) == midnight - 1


def test_the_first_day_is_not_counted() -> None:
    """Five days after a hammer on 20 November end on the 25th (Civil Code, art. 201)."""
    assert due_date(1_795_172_400_000_000, 5) == date(2026, 11, 25)


@pytest.mark.parametrize(
    "text", ["20261120", "2026-W47-5", "2026-11-31", "2026-1-1", " 2026-11-20", "２０２６-11-20", ""]
)
def test_only_one_form_of_a_date_is_taken(text: str) -> None:
    """Other ISO forms, other digits and days that do not exist are no dates."""
    assert parse_date(text) is None


@given(st.dates())
def test_a_date_is_read_as_it_is_written(day: date) -> None:
    """Every date in its one form is read."""
    assert parse_date(day.isoformat()) == day


def test_documents_write_dates_in_full() -> None:
    """Months, days and hours have two digits."""
    assert written_date(date(2026, 1, 5)) == "2026年01月05日"
    assert written_time(1_795_172_400_000_000) == "2026年11月20日19时00分00秒"
