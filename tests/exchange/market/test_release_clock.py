"""When a holder is told, and what a scan adds up to: leap days, the order of rows, notices that were missed."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.market.release_clock import (
    ANSWER_WORKING_DAYS,
    CANDIDATE,
    answer_until,
    days_before,
    notice_due,
    quarter,
    scan,
)
from exchange.market.release_terms import NoticeKind
from exchange.market.unconverted import CatalogueRow, Category, Funding, Mode, Secrecy, Source, judge
from settlement.dates import shanghai_date
from settlement.working_days import working_days_between

DAYS = st.dates(date(2019, 1, 1), date(2033, 12, 31))
ROW = CatalogueRow(
    id="A",
    title="甲",
    funding=(Funding(Source.PUBLIC, "重点研发计划"),),
    category=Category.DEVELOPMENT,
    secrecy=Secrecy.PUBLIC,
    secrecy_reviewer="张三",
)


def row(start: date, **more: object) -> CatalogueRow:
    """A result that the rule speaks of, whose year runs from `start`."""
    return msgspec.structs.replace(ROW, accepted_on=start, **more)


@given(start=DAYS)
def test_each_notice_has_its_days_and_they_meet(start: date) -> None:
    """From 60 days before on every day has one notice, in order, over leap days and the ends of months."""
    first = judge(row(start), start).candidate_from
    assert first is not None
    kinds = [notice_due(row(start), first + timedelta(days=n)) for n in range(-61, 3)]
    assert kinds[0] is None
    named = [found[0] for found in kinds[1:] if found is not None]
    assert named == ["T-60"] * 30 + ["T-30"] * 30 + ["T0"] * 3
    assert all(found is None or found[1].candidate_from == first for found in kinds)


@pytest.mark.parametrize(
    ("start", "sixty", "thirty", "on"),
    [
        (date(2024, 2, 29), date(2024, 12, 31), date(2025, 1, 30), date(2025, 3, 1)),
        (date(2024, 2, 28), date(2024, 12, 31), date(2025, 1, 30), date(2025, 3, 1)),
        (date(2023, 2, 28), date(2023, 12, 31), date(2024, 1, 30), date(2024, 2, 29)),
    ],
)
def test_leap_days_move_the_notices(start: date, sixty: date, thirty: date, on: date) -> None:
    """The examples of the rule, counted back from the day on which the result becomes a candidate."""
    kinds: list[tuple[date, NoticeKind]] = [(sixty, "T-60"), (thirty, "T-30"), (on, "T0")]
    for day, kind in kinds:
        found, eve = notice_due(row(start), day), notice_due(row(start), day - timedelta(days=1))
        assert found is not None
        assert (found[0], days_before(on, kind)) == (kind, day)
        assert eve is None or eve[0] != kind


@given(start=DAYS, ahead=st.integers(-80, 80))
def test_who_will_be_no_candidate_is_told_nothing(start: date, ahead: int) -> None:
    """Secret, unreviewed, not funded, blocked, converted: on no day a notice."""
    day = start + timedelta(days=365 + ahead)
    for nobody in (
        row(start, secrecy=Secrecy.STATE_SECRET),
        row(start, secrecy_reviewer=""),
        row(start, funding=(Funding(Source.OWN),)),
        row(start, impediment="权属争议"),
        row(start, conversion_mode=Mode.LICENCE, converted_on=start),
    ):
        assert notice_due(nobody, day) is None


@given(starts=st.lists(DAYS, max_size=12), day=DAYS, order=st.randoms())
def test_a_scan_is_the_same_in_whatever_order(starts: list[date], day: date, order: object) -> None:
    """Same data, same day: same list, same digests; every row is counted once."""
    rows = [row(start, id=f"A{n}") for n, start in enumerate(starts)]
    mixed = list(rows)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = scan(rows, day), scan(mixed, day)
    assert first == second
    assert sum(first.counts.values()) == first.rows == len(rows)
    assert first.counts.get(CANDIDATE, 0) == len(first.candidates)
    assert [one.id for one in first.candidates] == [
        one.id for one in sorted(first.candidates, key=lambda one: (one.candidate_from or day, one.id))
    ]


def test_another_word_in_a_row_is_another_scan() -> None:
    """The digest of the data stands for every field, that of the list for the list alone."""
    day = date(2026, 11, 20)
    one, other = row(date(2024, 5, 1)), row(date(2024, 5, 1), title="乙")
    assert scan([one], day).data_digest != scan([other], day).data_digest
    assert scan([one], day).list_digest == scan([other], day).list_digest


@given(day=DAYS)
def test_a_term_has_fifteen_working_days(day: date) -> None:
    """The day of the notice is not counted; the last instant of the fifteenth is the end."""
    last = shanghai_date(answer_until(day))
    assert working_days_between(day, last) == ANSWER_WORKING_DAYS
    assert working_days_between(day, last - timedelta(days=1)) == ANSWER_WORKING_DAYS - 1


@pytest.mark.parametrize(
    ("month", "name"), [(1, "Q1"), (3, "Q1"), (4, "Q2"), (9, "Q3"), (10, "Q4"), (12, "Q4")]
)
def test_quarters(month: int, name: str) -> None:
    """A batch is named after the quarter of its cut-off."""
    assert quarter(date(2026, month, 28)) == f"2026{name}"
