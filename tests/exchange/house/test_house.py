"""The house: from the hammer to the claim, and what a restart leaves as it was."""

from pathlib import Path

import pytest

from exchange.house.command import HOUSE, Command, Denied
from exchange.house.recovery import replay
from exchange.ports import Fenced, OutcomeUnknown, Unavailable
from exchange.store.clock import ManualClock
from matching_engine import events as le
from matching_engine.commands import Resume, Suspend
from matching_engine.errors import Broken, Malformed
from matching_engine.terms import HOUR, MINUTE, SECOND
from settlement.state import DepositState
from tests.exchange.house.running import (
    BEGIN,
    RULEBOOK,
    FaultyJournal,
    bid,
    command,
    open_lot,
    opened,
    running,
    sqlite_url,
)

OPENING = 160_000_000
STEP = 8_000_000


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return sqlite_url(sqlite_path)
    return str(request.getfixturevalue("postgres_url"))


async def test_a_lot_from_the_first_bid_to_the_hammer(url: str) -> None:
    """Deposits admit, bids are decided in order, the gavel hammers, losers get their deposits back."""
    clock = ManualClock(BEGIN)
    async with opened(url) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        assert (await bid(house, "jia", OPENING)).refusal is None
        low = await bid(house, "yi", OPENING + 1)
        assert low.refusal is not None
        assert (low.refusal.code, low.refusal.minimum_fen) == ("BID_BELOW_INCREMENT", OPENING + STEP)
        assert (await bid(house, "yi", OPENING + STEP)).refusal is None
        clock.advance(HOUR)
        await house.gavel.strike()
        await house.settled()
        trade = house.view.settlement.trades["T-L1-1"]
        assert (trade.buyer.id, trade.price_fen) == ("yi", OPENING + STEP)
        states = {deposit.party: deposit.state for deposit in house.view.settlement.deposits.values()}
        assert states == {"jia": DepositState.RELEASED, "yi": DepositState.APPLIED}
        late = await bid(house, "jia", OPENING + 9 * STEP)
        assert late.refusal is not None
        assert late.refusal.code == "LOT_CLOSED"


async def test_a_bid_after_the_close_is_refused_before_the_gavel(url: str) -> None:
    """The deadline is judged by the instant of arrival, whether or not the gavel was quick (invariant 4)."""
    clock = ManualClock(BEGIN)
    async with opened(url) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        clock.advance(HOUR)
        late = await bid(house, "jia", OPENING)
        assert late.refusal is not None
        assert late.refusal.code == "LOT_CLOSED"


async def test_a_restart_gives_the_same_state(url: str) -> None:
    """Every acknowledged bid is there after a stop and a start, and the chain goes on (invariants 1, 12)."""
    clock = ManualClock(BEGIN)
    async with opened(url) as journal:
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            await bid(house, "jia", OPENING, max_fen=OPENING + 6 * STEP)
            await bid(house, "yi", OPENING + 2 * STEP)
            before = house.view
        clock.advance(SECOND)
        async with running(journal, clock) as house:
            assert house.view.hash == before.hash
            assert house.view.lots["L1"].lead_fen == OPENING + 3 * STEP
            assert house.epoch == 2
            await bid(house, "yi", OPENING + 8 * STEP)
            assert house.view.lots["L1"].leader == house.view.market.code_of("L1", "yi")


async def test_an_outage_across_the_close_extends_the_lot(url: str) -> None:
    """The house was away when the lot should have closed: it gets the outage and the grace, and is not hammered late."""
    clock = ManualClock(BEGIN)
    async with opened(url) as journal:
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            await bid(house, "jia", OPENING)
            closes_at = house.view.lots["L1"].closes_at or 0
            clock.advance(HOUR - MINUTE)
            await journal.renew(house.lease, clock.now())
        clock.advance(10 * MINUTE)
        async with running(journal, clock) as house:
            await house.settled()
            moved = house.view.lots["L1"].closes_at
            assert moved == closes_at + 10 * MINUTE + MINUTE
            assert (await bid(house, "yi", OPENING + STEP)).refusal is None


async def test_a_stop_in_mid_settlement_is_taken_up_again(url: str) -> None:
    """The hammer fell and the process died before anything followed: the next one concludes the trade, once."""
    clock = ManualClock(BEGIN)
    async with opened(url) as real:
        journal = FaultyJournal(real)
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            await bid(house, "jia", OPENING)
            clock.advance(HOUR)
            journal.after.extend([OutcomeUnknown("killed")])
            journal.before.extend([])
            house.watch(lambda batch: journal.before.append(Unavailable("killed")))
            with pytest.raises((Unavailable, OutcomeUnknown, TimeoutError)):
                await _strike_until_dead(house)
        async with running(real, clock) as house:
            await house.settled()
            trades = [row async for row in real.read("hub") if row.type == "TradeConcluded"]
            assert len(trades) == 1
            assert house.view.settlement.trades["T-L1-1"].buyer.id == "jia"


async def _strike_until_dead(house: object) -> None:
    import asyncio

    await asyncio.wait_for(house.gavel.strike(), 1)  # type: ignore[attr-defined]
    raise Unavailable("the process died")


async def test_an_edited_row_stops_the_start(sqlite_path: Path) -> None:
    """Somebody changed an amount in the database: the chain breaks and the house refuses to start."""
    import sqlite3

    clock = ManualClock(BEGIN)
    url = sqlite_url(sqlite_path)
    async with opened(url) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        await bid(house, "jia", OPENING)
    with sqlite3.connect(sqlite_path) as connection:
        connection.execute(
            "UPDATE journal SET body = CAST(replace(body, '160000000', '150000000') AS BLOB)"
            " WHERE type = 'BidAccepted'"
        )
    async with opened(url) as journal:
        with pytest.raises(Broken, match="breaks at seq"):
            await replay(journal, "hub", RULEBOOK)


async def test_nothing_is_shown_before_it_is_durable(sqlite_path: Path) -> None:
    """Whenever a listener hears of an event, the journal already has it (invariant 8)."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        heard: list[int] = []
        house.watch(lambda batch: heard.extend(recorded.seq for recorded in batch))
        for n in range(5):
            await bid(house, ("jia", "yi")[n % 2], OPENING + n * STEP)
            rows = [row.seq async for row in journal.read("hub")]
            assert set(heard) <= set(rows)
        assert len(heard) == 5


async def test_who_may_not_ask_leaves_no_trace(sqlite_path: Path) -> None:
    """A denied command is not journaled; an id that is none names field and expectation."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        before = house.view.seq
        with pytest.raises(Denied):
            await house.submit(command("jia", Suspend("L1", "because")))
        with pytest.raises(Malformed, match="id: expected 8 to 64"):
            await house.submit(command("operator", Suspend("L1", "because"), "r:1:1"))
        assert house.view.seq == before


async def test_a_suspended_lot_waits(sqlite_path: Path) -> None:
    """While suspended nothing is accepted and the clock of the lot stands; it goes on where it stopped."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        closes_at = house.view.lots["L1"].closes_at or 0
        await house.submit(Command("house-stops-1", HOUSE, Suspend("L1", "platform_fault")))
        refused = await bid(house, "jia", OPENING)
        assert refused.refusal is not None
        assert refused.refusal.code == "LOT_SUSPENDED"
        clock.advance(2 * HOUR)
        await house.gavel.strike()
        await house.submit(command("operator", Resume("L1")))
        assert house.view.lots["L1"].closes_at == closes_at + 2 * HOUR
        rows = [row async for row in journal.read("hub")]
        assert not any(row.type in (le.Hammered.__name__, le.Passed.__name__) for row in rows)


async def test_an_old_view_denies_nothing(sqlite_path: Path) -> None:
    """A holder that hung while another took over learns so before it refuses anything from its view."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await house.certain()
        await journal.acquire("hub", "successor", clock.now())
        clock.advance(MINUTE)
        with pytest.raises(Fenced):
            await house.certain()
