"""Before a listing is traded: the checklist, back and again, taken back."""

import msgspec
import pytest

from exchange.demo.steps import CHECKED, NOTICE
from exchange.market import commands as c
from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.events import ListingAdmitted, NoticePublished
from exchange.market.listing_terms import Check, Checked, Papers
from exchange.market.refusals import MarketRefusal
from exchange.market.state import ListingState, Market
from matching_engine.terms import DAY
from tests.exchange.market.test_decide import AT, ask, code, market, schedule, submit

__all__ = ["market"]

ADMIT = c.AdmitListing("A2", NOTICE, CHECKED)


def offer(market: Market, papers: Papers | None = None) -> None:
    """A second listing, with these papers."""
    ask(market, msgspec.structs.replace(submit("A2"), papers=papers or Papers()))


def without(check: Check) -> tuple[Checked, ...]:
    """The checklist but one."""
    return tuple(one for one in CHECKED if one.check is not check)


@pytest.mark.parametrize("check", list(Check))
def test_every_check_has_to_be_confirmed(market: Market, check: Check) -> None:
    """A checklist without one of them is refused by its name."""
    offer(market)
    refused = ask(market, msgspec.structs.replace(ADMIT, checks=without(check)))
    assert code(refused) == MarketRefusal.CHECK_MISSING
    assert check in refused[0].detail  # type: ignore[union-attr]
    assert market.listings["A2"].state is ListingState.SUBMITTED


@pytest.mark.parametrize(
    ("papers", "check"),
    [
        (Papers(co_owners=("某研究院",)), Check.CO_OWNERS),
        (Papers(impediment="质押"), Check.IMPEDIMENT),
        (Papers(state_asset="enterprise"), Check.APPRAISAL),
    ],
)
def test_what_the_seller_states_makes_a_check_needed(market: Market, papers: Papers, check: Check) -> None:
    """Co-owners need their consent, a pledge its consent, assets of state enterprises their appraisal."""
    offer(market, papers)
    length = c.AdmitListing("A2", None, CHECKED)
    assert check in ask(market, length)[0].detail  # type: ignore[union-attr]
    confirmed = (*without(check), Checked(check, "confirmed", "文件"))
    assert isinstance(ask(market, c.AdmitListing("A2", None, confirmed))[0], ListingAdmitted)


def test_a_check_without_evidence_is_none(market: Market) -> None:
    """Confirmed on nothing is not confirmed; twice is not once."""
    offer(market)
    empty = (*without(Check.MANDATE), Checked(Check.MANDATE, "confirmed", " "))
    assert code(ask(market, msgspec.structs.replace(ADMIT, checks=empty))) == MarketRefusal.CHECK_MISSING
    twice = (*CHECKED, CHECKED[0])
    assert code(ask(market, msgspec.structs.replace(ADMIT, checks=twice))) == MarketRefusal.CHECK_MISSING


def test_a_short_notice_is_refused_with_its_rule_unless_it_is_a_rehearsal(market: Market) -> None:
    """A microsecond less than seven days names figure and article; a rehearsal says that it is one, for good."""
    offer(market)
    refused = ask(market, msgspec.structs.replace(ADMIT, notice_length=7 * DAY - 1))
    assert code(refused) == MarketRefusal.NOTICE_TOO_SHORT
    assert "7 days at least (auction law, art. 45)" in refused[0].detail  # type: ignore[union-attr]
    made = ask(market, msgspec.structs.replace(ADMIT, notice_length=0, rehearsal=True))
    assert isinstance(made[1], NoticePublished)
    assert market.listings["A2"].rehearsal


def test_a_sale_by_agreement_has_the_longer_notice(market: Market) -> None:
    """Fifteen days: what is shortest follows from the kind of sale."""
    offer(market)
    ask(market, c.AdmitListing("A2", None, CHECKED, "agreement"))
    assert market.notices_due["A2"] == AT + 15 * DAY


def test_returned_and_offered_again(market: Market) -> None:
    """The reasons stay with the version; the next one waits anew and needs all checks again."""
    offer(market)
    assert code(ask(market, lc.ReturnListing("A2", " "))) == MarketRefusal.REASONS_MISSING
    ask(market, lc.ReturnListing("A2", "缺材料"))
    assert code(ask(market, ADMIT)) == MarketRefusal.LISTING_STATE
    first = submit("A2")
    again = lc.ResubmitListing("A2", "university", "01", first.subject, 5, Papers(mandate="授权书"))
    assert code(ask(market, msgspec.structs.replace(again, seller="jia"))) == MarketRefusal.LISTING_UNKNOWN
    ask(market, again)
    listing = market.listings["A2"]
    assert [one.returned for one in listing.versions] == ["缺材料", None]
    assert (listing.state, listing.achievement_digest) == (ListingState.SUBMITTED, "01")
    assert code(ask(market, again)) == MarketRefusal.LISTING_STATE


def test_a_listing_is_taken_back_before_a_session_only(market: Market) -> None:
    """Its own seller may, while it is under notice; in a session the rule is named; off is off."""
    ask(market, c.ScheduleSession("S1", "专场", "LISTED_BIDDING", schedule().lots, DAY), AT + NOTICE)
    take = lc.WithdrawListing("A1", "university", "改变计划")
    refused = ask(market, take)
    assert code(refused) == MarketRefusal.LISTING_STATE
    assert "art. 29" in refused[0].detail  # type: ignore[union-attr]
    offer(market)
    ask(market, ADMIT)
    assert code(ask(market, lc.WithdrawListing("A2", "jia", ""))) == MarketRefusal.LISTING_UNKNOWN
    made = ask(market, lc.WithdrawListing("A2", "university", "改变计划"))[0]
    assert isinstance(made, le.ListingWithdrawn)
    assert ask(market, c.CloseNotice("A2"), AT + NOTICE) == ()
    assert market.listings["A2"].state is ListingState.WITHDRAWN
