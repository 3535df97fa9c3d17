"""What the house does by itself with listings: a competition put up, a sale by agreement, late deposits sent back."""

from pathlib import Path

import msgspec
import pytest

from exchange.demo.data import load
from exchange.demo.steps import CHECKED, NOTICE, Steps, plan_lot, subject_of
from exchange.house.house import House
from exchange.market import commands as mc
from exchange.market import listing_commands as lc
from exchange.market.listing_terms import Competition, Offering, Papers
from exchange.market.state import ListingState
from exchange.store.clock import ManualClock
from matching_engine.commands import EntryStatus
from matching_engine.terms import DAY, HOUR
from settlement.commands import RecordCredit
from settlement.dates import shanghai_date
from settlement.state import DepositState
from tests.exchange.house.running import BEGIN, command, opened, running, sqlite_url

ASKING, STEP, DEPOSIT = 160_000_000, 8_000_000, 16_000_000
OFFERING = Offering(ASKING, Competition(STEP, DEPOSIT))


async def noticed(house: House, papers: Papers | None = None) -> None:
    """A listing under notice that takes registrations."""
    steps = Steps(house, "noticed")
    await steps.enrol()
    subject = subject_of("A1", load()[0])
    body = mc.SubmitListing("A1", "demo-1", "00", "university", subject, ASKING, papers or Papers())
    await house.submit(command("university", body))
    await house.submit(command("operator", mc.AdmitListing("A1", NOTICE, CHECKED, offering=OFFERING)))


async def want(house: House, *logins: str) -> None:
    """Each registers at the asking price."""
    for login in logins:
        made = await house.submit(command(login, lc.RegisterInterest("A1", login, ASKING)))
        assert made.refusal is None


async def go(house: House, clock: ManualClock, until: int) -> None:
    """Time passes, and everything happens that is due."""
    clock.advance(until - clock.now())
    await house.gavel.strike()
    await house.settled()


async def test_a_competition_is_put_up_once_and_replays(sqlite_path: Path) -> None:
    """Two parties: session, lot, entries under their own codes, a holder told; read back it is the same."""
    async with opened(sqlite_url(sqlite_path)) as journal:
        clock = ManualClock(BEGIN)
        async with running(journal, clock) as house:
            await noticed(house, Papers(holders=("bing",)))
            await want(house, "jia", "yi")
            await go(house, clock, BEGIN + NOTICE)
            market = house.view.market
            lot = market.lot_of("A1")
            assert lot is not None
            codes = {one.party: one.code for one in market.listings["A1"].interests.values()}
            assert {party: market.code_of(lot, party) for party in ("jia", "yi")} == codes
            assert list(market.priority_notices) == [(lot, "bing")]
            assert house.view.lots[lot].terms.priority[0].bidder == market.reserved[lot, "bing"]
            assert market.lot_plans[lot].deposit_until is not None
            assert not market.sessions[market.lot_plans[lot].session].rehearsal
            seq, before = house.view.seq, msgspec.json.encode(sorted(market.codes.values()))
            await go(house, clock, clock.now() + HOUR)
            assert house.view.seq == seq
        async with running(journal, clock) as again:
            assert msgspec.json.encode(sorted(again.view.market.codes.values())) == before
            assert again.view.market.lot_of("A1") == lot
            assert again.view.market.listings == market.listings


async def test_one_taker_has_a_trade(sqlite_path: Path) -> None:
    """At the end of the notice, at its offer, with a contract drafted; the listing is agreed."""
    async with opened(sqlite_url(sqlite_path)) as journal:
        clock = ManualClock(BEGIN)
        async with running(journal, clock) as house:
            await noticed(house)
            await want(house, "jia")
            await go(house, clock, BEGIN + NOTICE)
            trade = house.view.settlement.trades["T-A1-1"]
            assert (trade.buyer.id, trade.price_fen) == ("jia", ASKING)
            assert trade.contract == "C-T-A1-1"
            assert house.view.market.listings["A1"].state is ListingState.AGREED


@pytest.mark.parametrize(
    ("hours", "dated", "in_time"), [(0, 0, True), (1, 0, False), (48, -1, True), (48, 0, False)]
)
async def test_a_deposit_after_the_cut_off_goes_back(
    sqlite_path: Path, hours: int, dated: int, in_time: bool
) -> None:
    """By arrival at the bank: told at 17:00 it counts, an hour later not, unless the bank dates it to the day before."""
    async with opened(sqlite_url(sqlite_path)) as journal:
        clock = ManualClock(BEGIN)
        async with running(journal, clock) as house:
            steps = Steps(house, "late")
            await steps.enrol()
            await steps.offer("A1", load()[0])
            await go(house, clock, BEGIN + NOTICE)
            plan = plan_lot("L1", "A1", load()[0], clock.now() + 7 * DAY, DAY)
            body = mc.ScheduleSession("S1", "专场", "LISTED_BIDDING", (plan,), DAY, 5, 2)
            assert (await house.submit(command("operator", body))).refusal is None
            code = await steps.enter("jia", "L1")
            await house.settled()
            until = house.view.market.lot_plans["L1"].deposit_until
            assert until is not None
            await go(house, clock, until + hours * HOUR)
            day = shanghai_date(until + dated * DAY).isoformat()
            await house.submit(
                command("bank", RecordCredit("CR-1", f"D-L1-{code}", "jia", plan.deposit_fen, day))
            )
            await house.settled()
            deposit = house.view.settlement.deposits[f"D-L1-{code}"]
            admitted = house.view.lots["L1"].entries[code] is EntryStatus.ADMITTED
            assert admitted == in_time
            assert (("L1", code) in house.view.market.entries_refused) == (not in_time)
            assert deposit.state is (DepositState.HELD if in_time else DepositState.RELEASED)
