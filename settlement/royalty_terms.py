"""When a royalty's periods run, and what a period's basis comes to (Civil Code, art. 846).

Periods count from the day on which the contract took effect and end on the day before the corresponding day (art. 202,
203). The share is exact and rounded once, half up to a fen; it is never less than the minimum that was agreed.
"""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from settlement.deal import Deal, Royalty, percent


class Period(NamedTuple):
    """A period of a royalty, both days included, and the last day to report and pay."""

    number: int
    first_on: date
    last_on: date
    due_on: date


def period(royalty: Royalty, effective_on: date, number: int) -> Period:
    """The period of a number, counted from 1."""
    first = _months_later(effective_on, (number - 1) * royalty.period_months)
    last = _months_later(effective_on, number * royalty.period_months) - timedelta(days=1)
    return Period(number, first, last, last + timedelta(days=royalty.due_days))


def _months_later(day: date, months: int) -> date:
    """The corresponding day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_period(deal: Deal, royalty: Royalty) -> int | None:
    """The number of the last period, where the term is agreed in months; a broken one at the end counts."""
    return None if deal.term_months is None else -(-deal.term_months // royalty.period_months)


def rate(royalty: Royalty, number: int) -> str:
    """The percentage of a period: that of the year in which it begins; the last one goes on."""
    year = (number - 1) * royalty.period_months // 12
    return royalty.rates[min(year, len(royalty.rates) - 1)]


def share_fen(royalty: Royalty, number: int, basis_fen: int) -> int:
    """What a basis comes to, rounded half up to a fen."""
    exact = basis_fen * (percent(rate(royalty, number)) or Fraction(0)) / 100
    return int(exact + Fraction(1, 2))


def owed_fen(royalty: Royalty, number: int, basis_fen: int) -> int:
    """The share, or the minimum where that is more."""
    return max(share_fen(royalty, number, basis_fen), royalty.minimum_fen)
