"""Working days in China: weekdays, less the holidays announced, plus the weekend days that make up for them.

The State Council announces each year's holidays in the autumn before. For a year that is not announced yet the
statutory days alone count (全国年节及纪念日放假办法), and `is_announced` says so: a deadline there may still move, which
is why whoever decides one writes the date down in the journal.
"""

from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec

from matching_engine.errors import Malformed
from settlement.calendars import shipped
from settlement.strict_yaml import read_yaml

_DAY = timedelta(days=1)
_SATURDAY = 5


class Calendar(msgspec.Struct, frozen=True):
    """A country's days off and the weekend days at work, with the years that are announced."""

    off: frozenset[date]
    at_work: frozenset[date]
    fixed: frozenset[tuple[int, int]]
    """(month, day) of the statute's days with a fixed date, for years that are not announced."""
    years: frozenset[int]
    """The years whose holidays are announced."""

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a day."""
        if day in self.at_work:
            return True
        fixed = day.year not in self.years and (day.month, day.day) in self.fixed
        return day.weekday() < _SATURDAY and day not in self.off and not fixed


class _Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    year: int
    off: tuple[str, ...]
    document: str = ""
    at_work: tuple[date, ...] = ()


class _Statute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    document: str
    fixed: tuple[str, ...]
    lunar: tuple[_Year, ...]


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    announced: tuple[_Year, ...]
    statute: _Statute


def load_calendar(data: bytes) -> Calendar:
    """The calendar of a file; Malformed names what is wrong with it."""
    content: Any = read_yaml(data)
    try:
        sheet = msgspec.convert(content, _Sheet)
    except msgspec.ValidationError as error:
        raise Malformed("calendar", str(error), "years with days off and days at work") from error
    years = (*sheet.announced, *sheet.statute.lunar)
    return Calendar(
        off=frozenset(day for year in years for span in year.off for day in _span(span)),
        at_work=frozenset(day for year in sheet.announced for day in year.at_work),
        fixed=frozenset(_month_and_day(text) for text in sheet.statute.fixed),
        years=frozenset(year.year for year in sheet.announced),
    )


def _span(text: str) -> list[date]:
    """The days of "2026-10-01..2026-10-07"."""
    first, dots, last = text.partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise Malformed("calendar.off", text, "a span like 2026-10-01..2026-10-07") from None
    if not dots or end < begin:
        raise Malformed("calendar.off", text, "a span like 2026-10-01..2026-10-07")
    return [begin + count * _DAY for count in range((end - begin).days + 1)]


def _month_and_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    if not (month.isascii() and month.isdigit() and day.isascii() and day.isdigit()):
        raise Malformed("calendar.fixed", text, "a month and a day like 10-01")
    return int(month), int(day)


@cache
def china() -> Calendar:
    """The shipped calendar of China."""
    return load_calendar(shipped("china"))


def is_working_day(day: date) -> bool:
    """Whether offices in China work on a day."""
    return china().is_working_day(day)


def is_announced(year: int) -> bool:
    """Whether the year's holidays have been announced; if not, the statutory days alone are known."""
    return year in china().years


def add_working_days(day: date, count: int) -> date:
    """The working day that is `count` after `day`; the first day is not counted (Civil Code, art. 201).

    A negative count goes back; 0 gives the day itself, whatever day it is.
    """
    step = _DAY if count > 0 else -_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days lie after `first`, up to and including `last`; 0 when `last` is not later."""
    days = max(0, (last - first).days)
    return sum(is_working_day(first + count * _DAY) for count in range(1, days + 1))


def next_working_day(day: date) -> date:
    """The day itself or, where it is a day off, the next working day: how a period's end moves (Civil Code, art. 203)."""
    return day if is_working_day(day) else add_working_days(day, 1)
