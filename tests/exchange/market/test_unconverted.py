"""The one-year rule: every reason, their order, the calendar, and a naive twin over whole catalogues of cells."""

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.market.unconverted import (
    CONVERTING,
    EXPLAINED,
    LATEST_START,
    CatalogueRow,
    Category,
    Clock,
    Funding,
    Mode,
    Reason,
    Secrecy,
    Source,
    Verdict,
    judge,
    may_be_named,
    year_after,
)
from exchange.registers.catalogue import COLUMNS, read_catalogue
from tests.exchange.market.naive_unconverted import naive_last_day, naive_verdict

START = date(2024, 3, 1)
LAST_DAY = date(2025, 3, 1)
AS_OF = date(2025, 6, 1)
PROGRAMME = Funding(Source.PUBLIC, "863")
OWN, INDUSTRY, NAMELESS = Funding(Source.OWN), Funding(Source.INDUSTRY), Funding(Source.PUBLIC)


def row(**changes: Any) -> CatalogueRow:
    """A candidate, but for what a test changes."""
    candidate: dict[str, Any] = {
        "id": "A1",
        "funding": (PROGRAMME,),
        "category": Category.DEVELOPMENT,
        "secrecy": Secrecy.PUBLIC,
        "secrecy_reviewer": "李审",
        "accepted_on": START,
    }
    return CatalogueRow(**{**candidate, **changes})


def reason(as_of: date = AS_OF, **changes: Any) -> Reason | None:
    """Why a row with these changes is no candidate."""
    return judge(row(**changes), as_of).reason


def test_a_candidate() -> None:
    """Everything holds: no reason, the clock and both dates."""
    assert judge(row(), AS_OF) == Verdict(
        "A1", True, None, Clock.ACCEPTED_ON, LAST_DAY, LAST_DAY + timedelta(days=1)
    )


@pytest.mark.parametrize(
    ("funding", "expected"),
    [
        ((), Reason.FUNDING_UNKNOWN),
        ((NAMELESS,), Reason.FUNDING_UNKNOWN),
        ((OWN, NAMELESS), Reason.FUNDING_UNKNOWN),
        ((OWN,), Reason.NOT_FUNDED),
        ((INDUSTRY, OWN), Reason.NOT_FUNDED),
        ((OWN, INDUSTRY, PROGRAMME), None),
        ((NAMELESS, PROGRAMME), None),
    ],
)
def test_funding(funding: tuple[Funding, ...], expected: Reason | None) -> None:
    """One named programme among any others is enough; a nameless one leaves open what private money alone closes."""
    assert reason(funding=funding) is expected


@pytest.mark.parametrize("category", Category)
def test_category(category: Category) -> None:
    """One class of four; without a class the row waits for a person."""
    assert reason(category=category) is (None if category is Category.DEVELOPMENT else Reason.CATEGORY)
    assert reason(category=None) is Reason.UNCLASSIFIED


@pytest.mark.parametrize("secrecy", Secrecy)
@pytest.mark.parametrize("reviewer", ["", "李审"])
def test_secrecy(secrecy: Secrecy, reviewer: str) -> None:
    """Secret until a named reviewer said 公开; only then may the result be named, whatever the verdict."""
    public = secrecy is Secrecy.PUBLIC and reviewer != ""
    assert reason(secrecy=secrecy, secrecy_reviewer=reviewer) is (None if public else Reason.SECRET)
    unfunded = row(secrecy=secrecy, secrecy_reviewer=reviewer, funding=(OWN,))
    assert judge(unfunded, AS_OF).reason is Reason.NOT_FUNDED
    assert may_be_named(unfunded) is public


def test_the_clock_is_the_first_on_record_not_the_earliest() -> None:
    """Acceptance before registration before grant before admission, however late each is."""
    dates: dict[str, Any] = {clock: START - timedelta(days=10 * index) for index, clock in enumerate(Clock)}
    for clock in Clock:
        changes = {"accepted_on": None, **dates}
        verdict = judge(row(**changes), AS_OF)
        assert (verdict.clock, verdict.last_day) == (clock, year_after(dates[clock]))
        del dates[clock]
    assert judge(row(accepted_on=None), AS_OF) == Verdict("A1", False, Reason.NO_CLOCK)


@pytest.mark.parametrize(
    ("start", "last_day"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2024, 2, 28), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28)),
        (date(2024, 3, 1), date(2025, 3, 1)),
        (date(2023, 3, 1), date(2024, 3, 1)),
        (date(2024, 12, 31), date(2025, 12, 31)),
        (date(2096, 2, 29), date(2097, 2, 28)),
        (date(1999, 2, 28), date(2000, 2, 28)),
        (date(2099, 2, 28), date(2100, 2, 28)),
    ],
)
def test_worked_years(start: date, last_day: date) -> None:
    """The same day next year, clamped to the end of February; not 365 days."""
    assert year_after(start) == last_day


@given(st.dates(date(1900, 1, 1), date(2399, 12, 31)))
def test_a_year_as_one_walks_it(start: date) -> None:
    """The arithmetic gives the day that a walk through the calendar reaches."""
    assert year_after(start) == naive_last_day(start)


def test_the_end_of_the_calendar() -> None:
    """The latest start that can be given is still judged, with a trial after it."""
    verdict = judge(row(accepted_on=LATEST_START, trial_until=date.max), date.max)
    assert (verdict.reason, verdict.last_day) == (Reason.IN_TRIAL, date(9998, 12, 31))


def test_the_last_day_belongs_to_the_year() -> None:
    """On the last day it is still too young, converted or not; the next day it is a candidate."""
    assert reason(LAST_DAY) is Reason.TOO_YOUNG
    assert reason(LAST_DAY, converted_on=START, conversion_mode=Mode.TRANSFER) is Reason.TOO_YOUNG
    assert reason(LAST_DAY + timedelta(days=1)) is None
    assert reason(START - timedelta(days=1)) is Reason.TOO_YOUNG


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-400, Reason.CONVERTED),
        (0, Reason.CONVERTED),
        (1, Reason.CONVERTED_LATE),
        ((AS_OF - LAST_DAY).days, Reason.CONVERTED_LATE),
        ((AS_OF - LAST_DAY).days + 1, None),
    ],
)
def test_conversion(days: int, expected: Reason | None) -> None:
    """Up to the last day, up to the day of judging, or not yet; counted from the last day."""
    assert reason(conversion_mode=Mode.LICENCE, converted_on=LAST_DAY + timedelta(days=days)) is expected


@pytest.mark.parametrize("mode", Mode)
def test_what_counts_as_conversion(mode: Mode) -> None:
    """Six modes convert; listing, an unsold auction, a letter of intent, a roadshow and a free trial do not."""
    trying = {Mode.LISTING, Mode.UNSOLD_AUCTION, Mode.LETTER_OF_INTENT, Mode.ROADSHOW, Mode.FREE_TRIAL}
    expected = None if mode in trying else Reason.CONVERTED
    assert reason(conversion_mode=mode, converted_on=START) is expected
    assert (mode in CONVERTING) is (mode not in trying)


def test_a_conversion_without_a_date_is_not_in_effect() -> None:
    """A contract that was agreed and has not taken effect converts nothing."""
    assert reason(conversion_mode=Mode.TRANSFER) is None


def test_a_trial_spares_while_it_runs() -> None:
    """On its last day it runs, the day after it does not; the last day of the year stays where it was."""
    assert reason(trial_until=AS_OF) is Reason.IN_TRIAL
    assert judge(row(trial_until=AS_OF), AS_OF).last_day == LAST_DAY
    assert reason(trial_until=AS_OF - timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("start", "limit"), [(START, date(2026, 3, 1)), (date(2024, 2, 29), date(2026, 2, 28))]
)
def test_a_trial_spares_for_a_year_at_most(start: date, limit: date) -> None:
    """A second year after the last day, inclusive, however long the trial goes on."""
    endless = date(2030, 1, 1)
    assert reason(limit, accepted_on=start, trial_until=endless) is Reason.IN_TRIAL
    assert reason(limit + timedelta(days=1), accepted_on=start, trial_until=endless) is None


IN_ORDER: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.NOT_FUNDED, {"funding": (OWN,)}),
    (Reason.FUNDING_UNKNOWN, {"funding": ()}),
    (Reason.CATEGORY, {"category": Category.SOFT_SCIENCE}),
    (Reason.UNCLASSIFIED, {"category": None}),
    (Reason.SECRET, {"secrecy": Secrecy.DEFENCE_PATENT}),
    (Reason.NO_CLOCK, {"accepted_on": None}),
    (Reason.TOO_YOUNG, {"accepted_on": AS_OF - timedelta(days=365)}),
    (Reason.CONVERTED, {"conversion_mode": Mode.EQUITY, "converted_on": LAST_DAY}),
    (Reason.CONVERTED_LATE, {"conversion_mode": Mode.EQUITY, "converted_on": AS_OF}),
    (Reason.IN_TRIAL, {"trial_until": AS_OF}),
    (Reason.BLOCKED, {"impediment": "专利权质押"}),
]


def test_the_list_of_reasons() -> None:
    """The published codes in the published order, each explained."""
    codes = (
        "NOT_FUNDED FUNDING_UNKNOWN CATEGORY UNCLASSIFIED SECRET NO_CLOCK TOO_YOUNG CONVERTED CONVERTED_LATE"
    )
    assert [*Reason] == [*codes.split(), "IN_TRIAL", "BLOCKED"] == [code for code, _ in IN_ORDER]
    assert [*EXPLAINED] == [*Reason]


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_the_first_that_fails_decides(first: int) -> None:
    """A row with this fault and every later one is judged by this one; its dates are named from TOO_YOUNG on."""
    expected = IN_ORDER[first][0]
    faults: dict[str, Any] = {}
    for _, fault in IN_ORDER[first:]:
        faults = {**fault, **faults}
    verdict = judge(row(**faults), AS_OF)
    assert verdict.reason is expected
    assert not verdict.candidate
    dated = first >= [code for code, _ in IN_ORDER].index(Reason.TOO_YOUNG)
    for value in (verdict.clock, verdict.last_day, verdict.candidate_from):
        assert (value is not None) is dated


DAY = st.integers(-800, 800).map(lambda days: str(date(2024, 2, 29) + timedelta(days=days)))
MAYBE_DAY = st.one_of(st.just(""), DAY, DAY)
SPACED = st.sampled_from(["{}", " {}", "{}  ", "\u3000{}\t"])
FUNDING = st.lists(
    st.sampled_from(["public:863", "public: 973 ", "public:", "own", " industry", ""]), max_size=3
).map(";".join)
CONVERSION = st.one_of(st.just(("", "")), st.tuples(MAYBE_DAY, st.sampled_from([*map(str, Mode)])))


@st.composite
def catalogue_cells(draw: st.DrawFn) -> dict[str, str]:
    """The cells of one row, mostly of the kind that reaches the later tests."""
    converted_on, mode = draw(CONVERSION)
    mostly = {"funding": "public:863", "category": "技术开发和产业化", "secrecy": "公开"}
    drawn = {
        "funding": draw(FUNDING),
        "category": draw(st.sampled_from(["", *map(str, Category)])),
        "secrecy": draw(st.sampled_from(["", "公开", "国家秘密", "国防专利"])),
    }
    cells = {
        **(drawn if draw(st.booleans()) else mostly),
        **{clock: draw(MAYBE_DAY) for clock in map(str, Clock)},
        "title": "标题",
        "holder": "",
        "secrecy_reviewer": draw(st.sampled_from(["李审", "李审", " "])),
        "converted_on": converted_on,
        "conversion_mode": mode,
        "trial_until": draw(MAYBE_DAY),
        "impediment": draw(st.sampled_from(["", "", "质押", "  "])),
    }
    return {name: draw(SPACED).format(text) for name, text in cells.items()}


def as_csv(rows: list[Mapping[str, str]]) -> bytes:
    """The file that a program would write."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@given(st.lists(catalogue_cells(), max_size=6), DAY.map(date.fromisoformat))
def test_the_naive_twin_agrees(drawn: list[dict[str, str]], as_of: date) -> None:
    """From the cells of a file to the JSON lines, the product and a naive reading of the rule say the same."""
    rows = [{**cells, "id": f"A{number}"} for number, cells in enumerate(drawn)]
    verdicts = [judge(each, as_of) for each in read_catalogue(as_csv([*rows]))]
    lines = [msgspec.json.decode(msgspec.json.encode(verdict)) for verdict in verdicts]
    assert lines == [naive_verdict(cells, as_of) for cells in rows]
