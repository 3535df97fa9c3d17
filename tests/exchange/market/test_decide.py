"""The market's answers: enrolment, listings, notices, sessions, entries."""

import msgspec
import pytest

from exchange.demo import people
from exchange.demo.data import load
from exchange.demo.steps import CHECKED, NOTICE, plan_lot, subject_of
from exchange.market import commands as c
from exchange.market import events as e
from exchange.market.decide import Ask, decide
from exchange.market.evolve import evolve
from exchange.market.refusals import Events, MarketRefusal
from exchange.market.state import ListingState, Market
from matching_engine.terms import DAY, HOUR

AT = 1_772_413_200_000_000
ACHIEVEMENT = load()[0]


def ask(market: Market, body: c.MarketCommand, at: int = AT, id_: str = "id") -> Events:
    """Decide and let the events become state."""
    events = decide(market, body, Ask(at, id_))
    for event in events:
        evolve(market, event)
    return events


def code(events: Events) -> str:
    """The code of the refusal that the events are."""
    assert isinstance(events[0], e.MarketRefused)
    return events[0].code


def submit(listing: str = "A1") -> c.SubmitListing:
    """The university offers the first achievement."""
    subject = subject_of(listing, ACHIEVEMENT)
    return c.SubmitListing(listing, "demo-1", "00", "university", subject, 160_000_000)


def schedule(listing: str = "A1", at: int = AT + NOTICE) -> c.ScheduleSession:
    """A session of one lot, opening an hour later."""
    plan = plan_lot("L1", listing, ACHIEVEMENT, at + HOUR, DAY)
    return c.ScheduleSession("S1", "专场", "LISTED_BIDDING", (plan,), DAY)


def state_of(market: Market) -> ListingState:
    """Where the second listing stands."""
    return market.listings["A2"].state


@pytest.fixture
def market() -> Market:
    """A market with its parties and one tradable listing."""
    market = Market()
    for party in people.PARTIES:
        ask(market, c.EnrolParty(party, ("wu",) if party.id == "university" else ()))
    ask(market, submit())
    ask(market, c.AdmitListing("A1", NOTICE, CHECKED))
    ask(market, c.CloseNotice("A1"), AT + NOTICE)
    return market


def test_a_listing_goes_through_its_notice(market: Market) -> None:
    """Submitted, under notice until its end, then tradable: the states of rule 14."""
    ask(market, submit("A2"))
    assert state_of(market) is ListingState.SUBMITTED
    ask(market, c.AdmitListing("A2", NOTICE, CHECKED))
    assert market.listings["A2"].notice_until == AT + NOTICE
    assert ask(market, c.CloseNotice("A2"), AT + NOTICE - 1) == ()
    assert ask(market, c.CloseNotice("A2"), AT + NOTICE) == (e.NoticeClosed("A2"),)
    assert state_of(market) is ListingState.TRADABLE


def test_a_listing_is_admitted_once(market: Market) -> None:
    """Admitting again, or admitting what was never submitted, is refused by name."""
    assert code(ask(market, c.AdmitListing("A1", NOTICE, CHECKED))) == MarketRefusal.LISTING_STATE
    assert code(ask(market, c.AdmitListing("A9", NOTICE, CHECKED))) == MarketRefusal.LISTING_UNKNOWN
    assert code(ask(market, submit())) == MarketRefusal.LISTING_EXISTS


def test_only_enrolled_parties_take_part(market: Market) -> None:
    """A stranger neither lists nor enters, and nobody enrols twice."""
    stranger = msgspec.structs.replace(submit("A2"), seller="stranger")
    assert code(ask(market, stranger)) == MarketRefusal.PARTY_UNKNOWN
    assert code(ask(market, c.EnrolParty(people.UNIVERSITY))) == MarketRefusal.PARTY_ENROLLED
    ask(market, schedule(), AT + NOTICE)
    assert code(ask(market, c.ApplyEntry("L1", "stranger"))) == MarketRefusal.PARTY_UNKNOWN


def test_a_session_takes_tradable_listings_only(market: Market) -> None:
    """A listing whose notice still runs cannot be put up; a session without lots is none."""
    ask(market, submit("A2"))
    ask(market, c.AdmitListing("A2", NOTICE, CHECKED))
    assert code(ask(market, schedule("A2"), AT + DAY)) == MarketRefusal.LISTING_STATE
    empty = c.ScheduleSession("S1", "专场", "LISTED_BIDDING", (), DAY)
    assert code(ask(market, empty)) == MarketRefusal.SESSION_EMPTY
    assert market.sessions == {}


def test_one_listing_stands_in_one_lot(market: Market) -> None:
    """The same listing twice in a session, a lot id twice, or an opening in the past: all refused, nothing stands."""
    plan = schedule().lots[0]
    twice = msgspec.structs.replace(plan, lot="L2")
    for lots, at in (((plan, twice), AT), ((plan, plan), AT), ((plan,), AT + NOTICE + 2 * HOUR)):
        body = c.ScheduleSession("S1", "专场", "LISTED_BIDDING", lots, DAY)
        assert isinstance(ask(market, body, at)[0], e.MarketRefused)
    assert market.lot_plans == {}


def test_an_entry_gets_a_code_that_tells_nothing(market: Market) -> None:
    """Four digits from a salt that only its party knows; one entry a party (J18)."""
    ask(market, schedule(), AT + NOTICE)
    entered = ask(market, c.ApplyEntry("L1", "jia"), id_="secret")[0]
    assert isinstance(entered, e.EntryApplied)
    assert len(entered.code) == 4
    assert market.code_of("L1", "jia") == entered.code
    assert code(ask(market, c.ApplyEntry("L1", "jia"))) == MarketRefusal.ENTRY_EXISTS


def test_codes_never_collide(market: Market) -> None:
    """Two parties whose draw is the same get different codes."""
    ask(market, schedule(), AT + NOTICE)
    codes = [ask(market, c.ApplyEntry("L1", party), id_="same")[0].code for party in ("jia", "yi", "bing")]  # type: ignore[union-attr]
    assert len(set(codes)) == 3


def test_the_seller_and_its_affiliates_do_not_enter(market: Market) -> None:
    """Whoever sells, and whoever belongs to it, is refused (auction law art. 22, 30)."""
    ask(market, schedule(), AT + NOTICE)
    for party in ("university", "wu"):
        assert code(ask(market, c.ApplyEntry("L1", party))) == MarketRefusal.BID_SELF_DEALING
