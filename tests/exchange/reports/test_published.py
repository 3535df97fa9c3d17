"""The published data: 25 indicators with their units, targets with their sources, the annual report's dates and fields."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.bootstrap import read_rulebook
from exchange.house.machine import apply
from exchange.house.state import new_state
from exchange.reports.annual import Draft, draft, overdue, read_entered
from exchange.reports.figures import Row
from exchange.reports.published import (
    annual_form,
    computed,
    in_hundred_millions,
    indicators,
    reached,
    targets,
)
from matching_engine.errors import Malformed
from settlement.dates import end_of_day
from tests.exchange.reports.played import played


def test_there_are_twenty_five_indicators_in_five_groups() -> None:
    """Numbered in a row; the last two are texts; the platform computes three."""
    table = indicators()
    assert [one.number for one in table.indicators] == list(range(1, 26))
    assert list(dict.fromkeys(one.group for one in table.indicators)) == [
        "技术交易",
        "转移机构",
        "产业孵化",
        "支撑保障",
        "政策环境",
    ]
    assert [one.number for one in table.indicators if one.kind == "text"] == [24, 25]
    assert [one.number for one in table.indicators if one.source == "computed"] == list(computed(Row(), 0))
    assert table.due.of(2027) == date(2027, 1, 31)


def test_computed_indicators_are_in_the_units_of_the_table() -> None:
    """Contract value in hundred millions of yuan, organisations and sessions as counts."""
    assert computed(Row(total_fen=123_456_700_000, sessions=7), 42) == {1: "12.3457", 22: "42", 23: "7"}


@given(st.integers(0, 10**15))
def test_amounts_in_hundred_millions_are_right_to_half_a_unit(fen: int) -> None:
    """Four decimals, half up."""
    units = int(in_hundred_millions(fen).replace(".", ""))
    assert -500_000 <= units * 1_000_000 - fen <= 500_000


def test_every_target_has_its_source() -> None:
    """Document, clause and year; ids are unique; Jinan's and Heilongjiang's contract values are counted here."""
    assert len({one.id for one in targets()}) == len(targets())
    assert all(one.document and one.clause and one.year and one.unit for one in targets())
    assert [one.id for one in targets() if one.figure] == ["JN-1", "HLJ-6", "HLJ-7"]


def test_a_target_is_reached_in_its_own_place_only() -> None:
    """The city's contracts for the city, the province's for the province; what is not known stays unknown."""
    by_id = {one.id: one for one in targets()}
    row = Row(total_fen=10**10)
    assert reached(by_id["JN-1"], {"shandong": row}, {}) == "0.0000"
    assert reached(by_id["JN-1"], {}, {"济南": row}) == "1.0000"
    assert reached(by_id["HLJ-7"], {"heilongjiang": row}, {}) == "1.0000"
    assert reached(by_id["JN-2"], {}, {}) is None


def test_the_annual_report_is_due_by_the_region_s_date() -> None:
    """Zhejiang by 30 March, Shandong by 31 March of the next year; nothing is made up for others."""
    form = annual_form()
    assert form.due_on("zhejiang", 2026) == date(2027, 3, 30)
    assert form.due_on("shandong", 2026) == date(2027, 3, 31)
    assert form.due_on("henan", 2026) is None


def test_it_is_overdue_after_its_day_until_it_is_handed_in() -> None:
    """On the day itself it is not."""
    due = date(2027, 3, 30)
    assert not overdue(due, None, end_of_day(due))
    assert overdue(due, None, end_of_day(due) + 1)
    assert not overdue(due, due, end_of_day(due) + 1)
    assert not overdue(None, None, end_of_day(due) + 1)


def test_fields_are_kept_in_one_form() -> None:
    """Amounts with two decimals, counts without leading zeros; empty and unknown ones are left out."""
    said = {"self_count": "007", "self_income": "1,200,000.00", "staff": " ", "other": "x"}
    assert read_entered(annual_form(), said) == {"self_count": "7", "self_income": "1200000.00"}


@pytest.mark.parametrize(
    ("field", "text"), [("self_count", "-1"), ("self_count", "1.5"), ("self_income", "12"), ("staff", "²")]
)
def test_a_wrong_field_is_named(field: str, text: str) -> None:
    """The error says which field, and what is expected."""
    with pytest.raises(Malformed, match=field):
        read_entered(annual_form(), {field: text})


def test_a_draft_has_the_money_of_its_year() -> None:
    """Of the sale in March: one contract with its price, received whole, in 2026; in 2027 nothing."""
    state = new_state(read_rulebook())
    for recorded in played():
        apply(state, recorded)
    trade = next(iter(state.settlement.trades.values()))
    found = draft(state, trade.seller.id, 2026, {}, rehearsals=True)
    assert [(one.kind, one.contracts, one.value_fen) for one in found.modes] == [
        ("assignment", 1, trade.price_fen)
    ]
    assert found.received_fen == trade.price_fen
    assert found.technical_income_fen == state.settlement.registrations[f"TC-{trade.id}"].certified_fen > 0
    assert draft(state, trade.seller.id, 2027, {}, rehearsals=True).received_fen == 0
    assert draft(state, trade.seller.id, 2026, {}).modes == ()


def test_a_draft_of_nothing_is_zero() -> None:
    """A holder without a trade has a draft all the same."""
    found = draft(new_state(read_rulebook()), "u", 2026, {2025: 3, 2026: 2})
    assert found == Draft("u", 2026, 2, 3, (), 0, 0, 0, 0, 0)
