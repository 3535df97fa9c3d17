"""A listing whose achievement may no longer be spoken of: hidden, standing still, shown again."""

import pytest

from exchange.demo.steps import CHECKED, NOTICE
from exchange.market import commands as c
from exchange.market import listing_commands as lc
from exchange.market.refusals import MarketRefusal
from exchange.market.state import ListingState, Market
from matching_engine.terms import DAY
from tests.exchange.market.test_decide import AT, ask, code, market, schedule, submit

__all__ = ["market"]

HIDE, SHOW = lc.WithholdListing("A2", "定密"), lc.RestoreListing("A2", "已解密")


def noticed(market: Market) -> None:
    """A second listing under a notice of seven days."""
    ask(market, submit("A2"))
    ask(market, c.AdmitListing("A2", NOTICE, CHECKED))


def test_its_notice_stands_still_and_loses_nothing(market: Market) -> None:
    """Hidden on the second day for thirty: five days are left when it comes back, and then it is tradable."""
    noticed(market)
    ask(market, HIDE, at=AT + 2 * DAY)
    assert "A2" not in market.notices_due
    assert ask(market, c.CloseNotice("A2"), at=AT + 20 * DAY) == ()
    ask(market, SHOW, at=AT + 32 * DAY)
    assert market.notices_due["A2"] == AT + 37 * DAY
    ask(market, c.CloseNotice("A2"), at=AT + 37 * DAY)
    assert market.listings["A2"].state is ListingState.TRADABLE


def test_nothing_is_done_with_it(market: Market) -> None:
    """No interest, no objection, no session while it is hidden."""
    noticed(market)
    ask(market, HIDE)
    objection = lc.FileObjection("OB-1", "A2", "权属", "王小明", "电话")
    assert code(ask(market, objection)) == MarketRefusal.LISTING_UNKNOWN
    market.listings["A2"].state = ListingState.TRADABLE
    assert code(ask(market, schedule(listing="A2"))) == MarketRefusal.LISTING_WITHHELD


def test_an_objection_decided_meanwhile_starts_no_clock(market: Market) -> None:
    """The notice that an objection stopped runs on when both are over."""
    noticed(market)
    ask(market, lc.FileObjection("OB-1", "A2", "权属", "王小明", "电话"), at=AT + DAY)
    ask(market, HIDE, at=AT + 2 * DAY)
    ask(market, lc.DecideObjection("OB-1", "dismissed", "证据不足"), at=AT + 3 * DAY)
    assert "A2" not in market.notices_due
    ask(market, SHOW, at=AT + 4 * DAY)
    assert market.notices_due["A2"] >= AT + 9 * DAY


@pytest.mark.parametrize("reasons", ["", "  ", "长" * 2001])
def test_reasons_are_needed(market: Market, reasons: str) -> None:
    """Nothing is hidden without a word why."""
    noticed(market)
    assert code(ask(market, lc.WithholdListing("A2", reasons))) == MarketRefusal.REASONS_MISSING


def test_twice_is_refused(market: Market) -> None:
    """Hidden once, shown once; what does not exist is neither."""
    noticed(market)
    assert code(ask(market, SHOW)) == MarketRefusal.LISTING_STATE
    ask(market, HIDE)
    assert code(ask(market, HIDE)) == MarketRefusal.LISTING_WITHHELD
    assert code(ask(market, lc.WithholdListing("A9", "定密"))) == MarketRefusal.LISTING_UNKNOWN
