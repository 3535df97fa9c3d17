"""Objections: the notice stands still and loses nothing, however often and for however long."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.demo.steps import CHECKED, NOTICE
from exchange.market import commands as c
from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.listing_state import Listing
from exchange.market.listing_terms import Check, Checked, Papers
from exchange.market.objections import resumed_until
from exchange.market.refusals import MarketRefusal
from exchange.market.state import ListingState, Market
from matching_engine.terms import DAY
from settlement.commands import Subject
from settlement.dates import shanghai_date
from settlement.working_days import working_days_between
from tests.exchange.market.test_decide import AT, ask, code, market, submit

__all__ = ["market"]

OBJECT = lc.FileObjection("OB-1", "A2", "权属有争议", "王小明", "wang@example.org")


@pytest.fixture
def noticed(market: Market) -> Market:
    """A market with a second listing under notice."""
    ask(market, submit("A2"))
    ask(market, c.AdmitListing("A2", NOTICE, CHECKED))
    return market


def rule(decision: str, id_: str = "OB-1") -> lc.DecideObjection:
    """A decision with its reasons."""
    return lc.DecideObjection(id_, decision, "经核查")  # type: ignore[arg-type]


def test_an_objection_stops_the_clock_of_the_notice(noticed: Market) -> None:
    """Two days gone, five are left; nothing closes meanwhile; dismissed after a month, five days run on."""
    made = ask(noticed, OBJECT, AT + 2 * DAY)
    assert made[1] == le.NoticeSuspended("A2", 5 * DAY, 0)
    assert ask(noticed, c.CloseNotice("A2"), AT + 20 * DAY) == ()
    ask(noticed, rule("dismissed"), AT + 30 * DAY)
    assert noticed.notices_due["A2"] == AT + 35 * DAY
    assert noticed.listings["A2"].state is ListingState.NOTICE


def test_the_last_open_objection_lets_it_run_on(noticed: Market) -> None:
    """With two open, dismissing one changes nothing."""
    ask(noticed, OBJECT, AT + DAY)
    ask(noticed, msgspec.structs.replace(OBJECT, objection="OB-2"), AT + 2 * DAY)
    ask(noticed, rule("dismissed"), AT + 3 * DAY)
    assert noticed.listings["A2"].state is ListingState.OBJECTED
    ask(noticed, rule("dismissed", "OB-2"), AT + 4 * DAY)
    assert noticed.notices_due["A2"] == AT + 10 * DAY


@pytest.mark.parametrize(
    ("decision", "state"), [("returned", ListingState.RETURNED), ("withdrawn", ListingState.WITHDRAWN)]
)
def test_an_objection_that_is_upheld_ends_the_notice(
    noticed: Market, decision: str, state: ListingState
) -> None:
    """Back to the seller, or off; nothing is due."""
    ask(noticed, OBJECT, AT + DAY)
    ask(noticed, rule(decision), AT + 2 * DAY)
    assert noticed.listings["A2"].state is state
    assert "A2" not in noticed.notices_due


def test_objections_that_do_not_stand(noticed: Market) -> None:
    """Too late, without a name, twice, of nothing, decided before, without reasons: each by its code."""
    assert code(ask(noticed, OBJECT, AT + NOTICE)) == MarketRefusal.OBJECTION_LATE
    nameless = msgspec.structs.replace(OBJECT, name=" ")
    assert code(ask(noticed, nameless)) == MarketRefusal.REASONS_MISSING
    assert code(ask(noticed, msgspec.structs.replace(OBJECT, listing="A9"))) == MarketRefusal.LISTING_UNKNOWN
    assert code(ask(noticed, rule("dismissed"))) == MarketRefusal.OBJECTION_UNKNOWN
    ask(noticed, OBJECT)
    assert code(ask(noticed, OBJECT)) == MarketRefusal.OBJECTION_EXISTS
    silent = lc.DecideObjection("OB-1", "dismissed", "")
    assert code(ask(noticed, silent)) == MarketRefusal.REASONS_MISSING
    ask(noticed, rule("dismissed"))
    assert code(ask(noticed, rule("dismissed"))) == MarketRefusal.OBJECTION_DECIDED


@given(st.integers(0, 400), st.integers(0, 10**11), st.integers(0, 25))
def test_a_notice_that_runs_on_loses_neither_time_nor_working_days(day: int, left: int, days: int) -> None:
    """Whenever it runs on, what was left is left: µs for µs, and working day for working day."""
    at = AT + day * DAY
    subject = Subject("A2", "x")
    listing = Listing("A2", "x", "0", "u", subject, 1, notice_working=True, left=left, left_working_days=days)
    until = resumed_until(listing, at)
    assert until - at >= left
    assert working_days_between(shanghai_date(at), shanghai_date(until)) >= days
    listing.notice_working = False
    assert resumed_until(listing, at) == at + left


def test_a_notice_in_working_days_resumes_in_working_days(market: Market) -> None:
    """State assets of an enterprise above ten million: twenty working days, five gone, fifteen left over a holiday."""
    papers = Papers(state_asset="enterprise", appraisal="评报一号")
    offered = msgspec.structs.replace(submit("A2"), papers=papers, price_idea_fen=1_000_000_001)
    ask(market, offered)
    checks = (
        *(one for one in CHECKED if one.check is not Check.APPRAISAL),
        Checked(Check.APPRAISAL, "confirmed", "一号"),
    )
    ask(market, c.AdmitListing("A2", None, checks))
    begun = shanghai_date(AT)
    assert working_days_between(begun, shanghai_date(market.notices_due["A2"])) == 20
    ask(market, OBJECT, AT + 7 * DAY)
    assert market.listings["A2"].left_working_days == 15
    ask(market, rule("dismissed"), AT + 30 * DAY)
    on = shanghai_date(AT + 30 * DAY)
    assert working_days_between(on, shanghai_date(market.notices_due["A2"])) == 15
    assert shanghai_date(market.notices_due["A2"]) > on + timedelta(days=15)
