"""The hours at which the market's deadlines fall, in Shanghai."""

from datetime import date

from matching_engine.terms import DAY, HOUR
from settlement.dates import end_of_day, shanghai_date
from settlement.working_days import add_working_days

OPENS = 10 * HOUR
CUTOFF = 17 * HOUR


def morning(day: date) -> int:
    """Ten o'clock, when a session opens that nobody set by hand."""
    return end_of_day(day) + 1 - DAY + OPENS


def cutoff_instant(day: date, working_days: int) -> int:
    """The instant by which deposits must have arrived for an opening on `day`: 17:00, so many working days before."""
    return end_of_day(add_working_days(day, -working_days)) + 1 - DAY + CUTOFF


def in_time(credited_on: date, told_at: int, until: int) -> bool:
    """Whether money arrived by a cut-off: the bank told of it before, or dates it to a day before the cut-off's own."""
    return told_at <= until or credited_on < shanghai_date(until)
