"""Setting a session: no figure of its rule set is undercut unless it is a rehearsal, and nobody is left untold."""

import msgspec
import pytest

from exchange.demo.steps import CHECKED, NOTICE
from exchange.market import commands as c
from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.events import SessionScheduled
from exchange.market.listing_terms import Papers
from exchange.market.refusals import MarketRefusal
from exchange.market.state import Market
from matching_engine.terms import DAY, HOUR, Holder
from tests.exchange.market.test_decide import AT, ask, code, market, schedule, submit

__all__ = ["market"]

NOW = AT + NOTICE


def session(opens_in: int, deposit_fen: int | None = None, **other: object) -> c.ScheduleSession:
    """A session of one lot that opens after so many µs."""
    base = schedule()
    (plan,) = base.lots
    terms = msgspec.structs.replace(plan.terms, opens_at=NOW + opens_in, closes_at=NOW + opens_in + DAY)
    fen = plan.deposit_fen if deposit_fen is None else deposit_fen
    lots = (msgspec.structs.replace(plan, terms=terms, deposit_fen=fen),)
    return msgspec.structs.replace(base, lots=lots, **other)


@pytest.mark.parametrize(
    ("wrong", "refusal", "figure"),
    [
        (session(7 * DAY - 1, rule_set="AUCTION_LAW"), MarketRefusal.NOTICE_TOO_SHORT, "7 days"),
        (session(DAY, 7_999_999), MarketRefusal.DEPOSIT_RANGE, "5 to 20 %"),
        (session(DAY, 32_000_001), MarketRefusal.DEPOSIT_RANGE, "5 to 20 %"),
        (session(DAY, payment_days=3651), MarketRefusal.LOT_TERMS, "3650"),
    ],
)
def test_a_figure_that_is_undercut_is_named(
    market: Market, wrong: c.ScheduleSession, refusal: MarketRefusal, figure: str
) -> None:
    """The house refuses, whoever asks and by whatever door; a rehearsal may."""
    refused = ask(market, wrong, NOW)
    assert code(refused) == refusal
    assert figure in refused[0].detail  # type: ignore[union-attr]
    made = ask(market, msgspec.structs.replace(wrong, rehearsal=True), NOW)[0]
    assert isinstance(made, SessionScheduled)
    assert made.rehearsal
    assert market.sessions["S1"].rehearsal


@pytest.mark.parametrize("rehearsal", [False, True])
def test_a_session_that_nobody_could_enter_is_refused(market: Market, rehearsal: bool) -> None:
    """Deposits that had to be there before the session was set are no deposits, in a rehearsal neither."""
    refused = ask(market, session(DAY, deposit_cutoff_working_days=5, rehearsal=rehearsal), NOW)
    assert code(refused) == MarketRefusal.CUTOFF_PAST
    assert "5" in refused[0].detail  # type: ignore[union-attr]


def test_the_edges_are_inside(market: Market) -> None:
    """Seven days to the microsecond, under the auction law, with the least deposit."""
    made = ask(market, session(7 * DAY, 8_000_000, rule_set="AUCTION_LAW"), NOW)
    assert isinstance(made[0], SessionScheduled)


def test_a_listing_noticed_for_a_rehearsal_is_sold_in_none_but_rehearsals(market: Market) -> None:
    """What was shortened once stays marked."""
    ask(market, submit("A2"))
    ask(market, c.AdmitListing("A2", 0, CHECKED, rehearsal=True))
    ask(market, c.CloseNotice("A2"))
    (plan,) = session(DAY).lots
    body = msgspec.structs.replace(session(DAY), lots=(msgspec.structs.replace(plan, listing="A2"),))
    assert code(ask(market, body, NOW)) == MarketRefusal.REHEARSAL_ONLY
    assert isinstance(ask(market, msgspec.structs.replace(body, rehearsal=True), NOW)[0], SessionScheduled)


def with_holder(opens_in: int, party: str = "yi") -> c.ScheduleSession:
    """A session in which a party has a right of first refusal."""
    base = session(opens_in)
    (plan,) = base.lots
    terms = msgspec.structs.replace(plan.terms, priority=(Holder("1234", 1, "live"),))
    plan = msgspec.structs.replace(plan, terms=terms, reserved=(c.Reserved("L1", party, "1234"),))
    return msgspec.structs.replace(base, lots=(plan,))


def test_holders_of_priority_are_told_in_time(market: Market) -> None:
    """Less than three days before is refused; in time each is sent a notice, which it acknowledges once."""
    assert code(ask(market, with_holder(3 * DAY - 1), NOW)) == MarketRefusal.PRIORITY_NOTICE_SHORT
    made = ask(market, with_holder(3 * DAY), NOW)
    assert made[1] == le.PriorityNoticeSent("L1", "yi", NOW + 3 * DAY, NOW)
    assert market.priority_notices == {("L1", "yi"): False}
    assert code(ask(market, lc.AcknowledgeNotice("L1", "jia"))) == MarketRefusal.NOTICE_NONE
    ask(market, lc.AcknowledgeNotice("L1", "yi"))
    assert market.priority_notices == {("L1", "yi"): True}
    assert code(ask(market, lc.AcknowledgeNotice("L1", "yi"))) == MarketRefusal.NOTICE_ACKNOWLEDGED


def test_a_holder_that_the_papers_name_is_not_left_out(market: Market) -> None:
    """A session without it, or with another in its place, is refused, rehearsal or not."""
    market.listings["A1"].papers = Papers(holders=("yi",))
    for wrong in (session(4 * DAY), with_holder(4 * DAY, "jia"), session(DAY, rehearsal=True)):
        assert code(ask(market, wrong, NOW)) == MarketRefusal.PRIORITY_NOT_NOTIFIED
    assert isinstance(ask(market, with_holder(4 * DAY), NOW)[0], SessionScheduled)


def test_entries_close_with_the_deposits(market: Market) -> None:
    """At 17:00 of the working day before the opening the last may enter; a microsecond later nobody."""
    ask(market, session(3 * DAY + HOUR, deposit_cutoff_working_days=1), NOW)
    until = market.lot_plans["L1"].deposit_until
    assert until is not None
    assert (until - AT) % DAY == 8 * HOUR
    late = ask(market, c.ApplyEntry("L1", "jia"), until + 1)
    assert code(late) == MarketRefusal.ENTRY_LATE
    assert "17:00:00+08:00" in late[0].detail  # type: ignore[union-attr]
    assert market.code_of("L1", "jia") is None
    ask(market, c.ApplyEntry("L1", "jia"), until)
    assert market.code_of("L1", "jia") is not None
