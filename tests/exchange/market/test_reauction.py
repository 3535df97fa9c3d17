"""Re-auctions and commissions of a session, by its rule set: in time, announced, and never above the law's cap."""

import msgspec
import pytest

from exchange.market import commands as mc
from exchange.market.commands import LotPlan, RuleSet, ScheduleSession
from exchange.market.decide import Ask, decide
from exchange.market.events import ListingReopened, MarketRefused, SessionScheduled
from exchange.market.evolve import evolve
from exchange.market.listing_state import Listing, ListingState
from exchange.market.rule_sets import commission
from exchange.market.state import Market
from matching_engine.terms import DAY, Mechanism, Rung, Terms
from settlement.commission import Bracket, Commission, fault
from settlement.dates import due_date, end_of_day
from tests.settlement.desk import AT, SUBJECT

OPENING = 100_000_000


def market(failed_at: int | None = AT) -> Market:
    """A market with one listing that is put up again."""
    state = Market()
    state.listings["A1"] = Listing("A1", "X1", "0" * 64, "P-U", SUBJECT, OPENING, ListingState.TRADABLE)
    evolve(state, ListingReopened("A1", "L1", OPENING * 80 // 100, failed_at))
    return state


def session(opens_at: int, rule_set: RuleSet = "AUCTION_LAW", **more: object) -> ScheduleSession:
    """A session of the one listing."""
    terms = Terms(Mechanism.ENGLISH, OPENING, opens_at, opens_at + DAY, ladder=(Rung(0, 1_000_000),))
    lots = (LotPlan("L2", "A1", terms, OPENING // 10),)
    return ScheduleSession("S2", "再次拍卖", rule_set, lots, DAY, **more)  # type: ignore[arg-type]


def answer(
    command: ScheduleSession, at: int, state: Market | None = None
) -> SessionScheduled | MarketRefused:
    """What the market says."""
    first = decide(state or market(), command, Ask(at, "c"))[0]
    assert isinstance(first, SessionScheduled | MarketRefused)
    return first


def code(command: ScheduleSession, at: int, state: Market | None = None) -> str:
    """The code of a refusal, or nothing."""
    said = answer(command, at, state)
    return said.code if isinstance(said, MarketRefused) else ""


def test_a_re_auction_opens_within_thirty_days() -> None:
    """The thirtieth day is in time to its last instant; the next one is not, and the refusal names the day."""
    last = end_of_day(due_date(AT, 30))
    assert code(session(last), AT + DAY) == ""
    late = answer(session(last + 1), AT + DAY)
    assert isinstance(late, MarketRefused)
    assert (late.code, "until 2026-12-20" in late.detail, "art. 26" in late.detail) == (
        "REAUCTION_LATE",
        True,
        True,
    )


def test_a_re_auction_is_announced_fifteen_days_before() -> None:
    """Fifteen days, not the seven of a first sale."""
    assert code(session(AT + 15 * DAY), AT) == ""
    assert code(session(AT + 15 * DAY - 1), AT) == "NOTICE_TOO_SHORT"
    assert code(session(AT + 8 * DAY), AT, market(None)) == ""


def test_listed_bidding_keeps_its_own_time() -> None:
    """The listing's public notice is its announcement; no limit is on the next sale."""
    assert code(session(AT + 90 * DAY, "LISTED_BIDDING"), AT) == ""
    assert code(session(AT + 1, "LISTED_BIDDING"), AT) == ""


def test_where_nothing_was_agreed_the_rule_set_has_the_commission() -> None:
    """The event carries it, so a later edition changes nothing; listed bidding has none, nor has a rehearsal."""
    said = answer(session(AT + 15 * DAY), AT)
    assert isinstance(said, SessionScheduled)
    assert said.commission is not None
    assert said.commission == commission("AUCTION_LAW", AT)
    assert fault(said.commission) is None
    state = market()
    evolve(state, said)
    assert state.sessions["S2"].commission == said.commission
    for other in (session(AT + 1, "LISTED_BIDDING"), session(AT + 15 * DAY, rehearsal=True)):
        scheduled = answer(other, AT)
        assert isinstance(scheduled, SessionScheduled)
        assert scheduled.commission is None


@pytest.mark.parametrize("rule_set", ["AUCTION_LAW", "LISTED_BIDDING"])
def test_what_was_agreed_holds(rule_set: RuleSet) -> None:
    """Also that nothing is due."""
    for agreed in (Commission((Bracket(0, "6"),), agreed=True), Commission(agreed=True)):
        said = answer(session(AT + 15 * DAY, rule_set, commission=agreed), AT)
        assert isinstance(said, SessionScheduled)
        assert said.commission == agreed


def test_a_commission_above_the_cap_is_refused() -> None:
    """Where nothing was agreed five per cent is the most."""
    wrong = session(AT + 15 * DAY, commission=Commission((Bracket(0, "6"),)))
    assert code(wrong, AT) == "COMMISSION"


def test_the_default_of_a_buyer_is_kept_with_its_instant() -> None:
    """From there the days of the re-auction run."""
    state = market()
    scheduled = answer(session(AT + 15 * DAY), AT, state)
    evolve(state, scheduled)
    (barred,) = decide(state, mc.BarBuyer("L2", "P-F"), Ask(AT + 40 * DAY, "c"))
    evolve(state, msgspec.structs.replace(barred))
    assert state.defaulted_at["L2"] == AT + 40 * DAY
