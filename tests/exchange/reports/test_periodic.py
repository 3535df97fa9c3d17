"""Reports of a period: the right days, the figures of those days, and a canonical text that reads back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.reports.figures import SUMS
from exchange.reports.periodic import Kind, period_of, read_period, read_report, report
from matching_engine.errors import Malformed
from tests.exchange.reports.played import projected

DAYS = st.dates(date(2001, 1, 1), date(2200, 12, 31))
KINDS = st.sampled_from(("month", "quarter", "year"))


@given(DAYS, KINDS)
def test_a_day_lies_in_its_period_and_periods_follow_each_other(day: date, kind: Kind) -> None:
    """First and last day enclose it, the name reads back, the day before belongs to the period before."""
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    assert read_period(period.name) == period
    assert period.before().last == period.first - timedelta(days=1)
    assert period.before().kind == kind
    assert period.year_ago().first.year == period.first.year - 1


@pytest.mark.parametrize("text", ["2026-13", "2026-Q5", "26", "2026-3", "1999", "2026-03-01", "", "2026-"])
def test_other_names_are_no_periods(text: str) -> None:
    """One error that says what is expected."""
    with pytest.raises(Malformed, match="period"):
        read_period(text)


def test_a_report_has_the_figures_of_its_days() -> None:
    """The sale of March is in March, in the first quarter and in 2026, and before April's."""
    facts = projected().facts
    for name in ("2026-03", "2026-Q1", "2026"):
        made = report(read_period(name), facts, (), {}, projected().names, rehearsals=True)
        assert (made.total.contracts, made.before.contracts, made.year_ago.contracts) == (1, 0, 0)
        assert [one.points[-1].month for one in made.indices] == [
            name if "-0" in name else made.last.isoformat()[:7]
        ] * 2
    april = report(read_period("2026-04"), facts, (), {}, {}, rehearsals=True)
    assert (april.total.contracts, april.before.contracts) == (0, 1)


def test_a_month_before_everything_has_no_index() -> None:
    """Nothing happened: nothing is made up."""
    made = report(read_period("2025-12"), projected().facts, (), {}, {}, rehearsals=True)
    assert made.indices == ()
    assert made.total.listings == 0


def test_quarters_add_up_to_their_year() -> None:
    """Every sum of the year is that of its four quarters, and of its twelve months."""
    facts = projected().facts
    year = report(read_period("2026"), facts, (), {}, {}, rehearsals=True).total
    for names in ([f"2026-Q{n}" for n in range(1, 5)], [f"2026-{n:02d}" for n in range(1, 13)]):
        parts = [report(read_period(name), facts, (), {}, {}, rehearsals=True).total for name in names]
        for field in SUMS:
            assert sum(getattr(part, field) for part in parts) == getattr(year, field)


def test_the_text_reads_back() -> None:
    """The canonical text is the report; made again it is the same text."""
    one, other = (
        report(read_period("2026-03"), projected().facts, (), {}, projected().names, rehearsals=True)
        for _ in range(2)
    )
    assert one.text() == other.text()
    assert read_report(one.text()) == one
