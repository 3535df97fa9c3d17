"""The figures of agreement trading: defaults of a table, journaled with it, and the law's bounds on them.

Law on promoting the transformation of achievements, art. 18 (agreement pricing: public notice of name and price);
Zhejiang regulations on the same, art. 17 (at least 15 days, a related taker is marked).
"""

from datetime import timedelta

from settlement.dates import end_of_day, shanghai_date
from settlement.working_days import next_working_day

NOTICE_DAYS = 15
"""The least public notice of a price found by agreement, in days."""
PAYMENT_DAYS = 5
"""Days after the end of the notice in which the price is due, unless the terms say otherwise."""
MOVES_MAX = 200
"""Offers that one table takes; who has not agreed by then begins another."""
TABLES_MAX = 5
"""Tables that one taker may have on one listing, ended ones included: nobody is asked for ever."""
VALID_MIN, VALID_MAX = 60_000_000, 90 * 86_400_000_000
"""µs for which an offer stands: a minute to ninety days."""
APPRAISED_PERCENT = 90
"""Of the appraisal: below it, property of a state-owned enterprise is sold with an approval only (measures on the
transfer of state-owned assets of enterprises, order 32 of 2016)."""
TEXT_MAX = 2_000
"""Characters of a reason or an objection."""


def notice_end(at: int, days: int) -> int:
    """The last instant of a notice that begins at `at`: the first day is not counted, and a last day that is a day
    off moves to the next working day (Civil Code, art. 201 and 203)."""
    return end_of_day(next_working_day(shanghai_date(at) + timedelta(days=days)))


def resumed_end(at: int, left: int) -> int:
    """The last instant of a notice that was suspended with `left` µs to run and goes on at `at`."""
    return end_of_day(next_working_day(shanghai_date(at + left)))
