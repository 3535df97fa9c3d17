"""Interest in a listing: none waits, one buys, several compete; extensions by whole cycles of working days."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.demo.steps import CHECKED, NOTICE
from exchange.market import commands as c
from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.events import NoticeClosed
from exchange.market.instants import cutoff_instant
from exchange.market.interest import extended_until, opening_after
from exchange.market.listing_terms import Competition, Offering
from exchange.market.refusals import MarketRefusal
from exchange.market.state import ListingState, Market
from matching_engine.terms import DAY
from settlement.dates import shanghai_date
from settlement.working_days import is_working_day, working_days_between
from tests.exchange.market.test_decide import AT, ask, code, market, submit

__all__ = ["market"]

ASKING = 160_000_000
OFFERING = Offering(ASKING, Competition(8_000_000, 16_000_000), extensions_max=2)
END = AT + NOTICE


@pytest.fixture
def wanted(market: Market) -> Market:
    """A market with a second listing that takes registrations."""
    ask(market, submit("A2"))
    ask(market, c.AdmitListing("A2", NOTICE, CHECKED, offering=OFFERING))
    return market


def want(party: str, offer_fen: int = ASKING, **more: bool) -> lc.RegisterInterest:
    """A party wants it."""
    return lc.RegisterInterest("A2", party, offer_fen, **more)


def close(market: Market, at: int) -> tuple[object, ...]:
    """The gavel comes."""
    return ask(market, c.CloseNotice("A2"), at)


def test_nobody_wants_it(wanted: Market) -> None:
    """Extended by five working days as often as was said, then ended; the gavel come twice changes nothing."""
    at = END
    for number in (1, 2):
        (made,) = close(wanted, at)
        assert isinstance(made, le.NoticeExtended)
        assert (made.number, made.parties) == (number, 0)
        assert working_days_between(shanghai_date(at), shanghai_date(made.until)) == 5
        assert close(wanted, at) == ()
        at = made.until
    assert close(wanted, at) == (le.ListingEnded("A2", 2),)
    assert close(wanted, at) == ()
    assert wanted.listings["A2"].state is ListingState.ENDED


def test_one_party_has_it_at_its_offer(wanted: Market) -> None:
    """By agreement, not below the asking price."""
    assert code(ask(wanted, want("jia", ASKING - 1))) == MarketRefusal.OFFER_BELOW_ASKING
    ask(wanted, want("jia", ASKING + 1))
    closed, made = close(wanted, END)
    assert closed == NoticeClosed("A2")
    assert made == le.AgreementReached("A2", "jia", ASKING + 1, "none")
    assert close(wanted, END) == ()


def test_two_parties_compete(wanted: Market) -> None:
    """Put up at the asking price with the parties' own codes, after time to pay deposits."""
    ask(wanted, want("jia", ASKING + 1), id_="a secret of jia")
    ask(wanted, want("yi", completer=True), id_="a secret of yi")
    assert wanted.listings["A2"].interests["yi"].relation == "completer"
    made = close(wanted, END)[1]
    assert isinstance(made, le.ListingConverted)
    assert (made.parties, made.opening_fen) == (("jia", "yi"), ASKING)
    assert made.deposit_until == cutoff_instant(shanghai_date(made.opens_at), 1)
    assert END < (made.deposit_until or 0) < made.opens_at


def test_affiliates_are_marked_and_do_not_count(wanted: Market) -> None:
    """The university's affiliate registers, is marked, and leaves one party: an agreement with that one."""
    ask(wanted, want("wu"))
    assert wanted.listings["A2"].interests["wu"].relation == "affiliate"
    ask(wanted, want("jia"))
    made = close(wanted, END)[1]
    assert isinstance(made, le.AgreementReached)
    assert made.party == "jia"


def test_who_is_not_qualified_does_not_count(wanted: Market) -> None:
    """Refused with reasons, once; the listing is extended as if it had not come."""
    ask(wanted, want("jia"))
    assert code(ask(wanted, lc.RefuseInterest("A2", "jia", ""))) == MarketRefusal.REASONS_MISSING
    ask(wanted, lc.RefuseInterest("A2", "jia", "无相应资质"))
    assert code(ask(wanted, lc.RefuseInterest("A2", "jia", "x"))) == MarketRefusal.INTEREST_UNKNOWN
    assert isinstance(close(wanted, END)[0], le.NoticeExtended)


def test_registrations_that_do_not_stand(wanted: Market) -> None:
    """The seller itself, twice, a stranger, after the end, and on a listing that asks for none."""
    assert code(ask(wanted, want("university"))) == MarketRefusal.BID_SELF_DEALING
    ask(wanted, want("jia"))
    assert code(ask(wanted, want("jia"))) == MarketRefusal.INTEREST_EXISTS
    assert code(ask(wanted, want("stranger"))) == MarketRefusal.PARTY_UNKNOWN
    assert code(ask(wanted, want("yi"), END)) == MarketRefusal.LISTING_STATE
    assert (
        code(ask(wanted, msgspec.structs.replace(want("yi"), listing="A1"))) == MarketRefusal.LISTING_UNKNOWN
    )


@pytest.mark.parametrize(
    "wrong",
    [
        msgspec.structs.replace(OFFERING, cycle_working_days=4),
        msgspec.structs.replace(OFFERING, extensions_max=13),
        msgspec.structs.replace(OFFERING, asking_fen=0),
        msgspec.structs.replace(OFFERING, competition=Competition(1, ASKING // 20 - 1)),
        msgspec.structs.replace(OFFERING, competition=Competition(1, ASKING // 10, opens_after=1)),
    ],
)
def test_terms_outside_the_rules_are_not_prepared(market: Market, wrong: Offering) -> None:
    """A shorter cycle, too many of them, no price, a deposit outside its range, a rehearsal's opening: refused."""
    ask(market, submit("A2"))
    made = ask(market, c.AdmitListing("A2", NOTICE, CHECKED, offering=wrong))
    assert code(made) == MarketRefusal.OFFERING_TERMS


@given(st.integers(0, 3 * 365 * 24), st.integers(5, 60))
def test_an_extension_is_whole_working_days(hours: int, days: int) -> None:
    """Begun at any hour, it holds exactly so many working days after its first, and ends with the last of them."""
    at = AT + hours * DAY // 24
    until = extended_until(days, at)
    last = shanghai_date(until)
    assert working_days_between(shanghai_date(at), last) == days
    assert is_working_day(last)
    assert shanghai_date(until + 1) != last


@given(st.integers(0, 3 * 365 * 24), st.sampled_from(["AUCTION_LAW", "LISTED_BIDDING"]))
def test_a_competition_leaves_time_for_deposits_and_priority(hours: int, rule_set: str) -> None:
    """Three working days to pay, the cut-off a working day before, holders told three days before, at any hour."""
    at = AT + hours * DAY // 24
    terms = msgspec.structs.replace(OFFERING.competition, rule_set=rule_set)
    opens_at, until = opening_after(msgspec.structs.replace(OFFERING, competition=terms), at)
    assert until is not None
    assert working_days_between(shanghai_date(at), shanghai_date(until)) >= 3
    assert working_days_between(shanghai_date(until), shanghai_date(opens_at)) == 1
    assert opens_at - at >= (7 if rule_set == "AUCTION_LAW" else 3) * DAY
