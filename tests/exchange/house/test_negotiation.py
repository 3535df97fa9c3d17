"""A negotiation through a running house: the gavel, the trade, the session that ends a table, and a journal that replays."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.house.house import House
from exchange.house.verify import Verifier
from exchange.market import negotiation_commands as c
from exchange.market.listing_commands import WithdrawListing
from exchange.market.negotiation_state import TableState
from exchange.market.state import ListingState
from exchange.store.clock import ManualClock
from matching_engine.terms import DAY, HOUR
from tests.exchange.house.running import BEGIN, RULEBOOK, command, opened, running, sqlite_url
from tests.exchange.market.table import LISTING, PRICE, TABLE, sheet


class Room:
    """A house with a table at which the university and jia sit."""

    def __init__(self, house: House, clock: ManualClock) -> None:
        self.house = house
        self.clock = clock

    async def ask(self, login: str, body: c.NegotiationCommand) -> str | None:
        """One command, and everything that follows; the code of a refusal."""
        outcome = await self.house.submit(command(login, body))
        await self.house.settled()
        return outcome.refusal.code if outcome.refusal else None

    async def later(self, length: int) -> None:
        """Let time go by, and everything happen that is due."""
        self.clock.advance(length)
        await self.house.gavel.strike()
        await self.house.settled()

    async def agree(self) -> None:
        """Jia offers, the university agrees."""
        assert await self.ask("jia", c.OfferTerms(TABLE, "jia", sheet(), DAY)) is None
        standing = self.house.view.market.negotiation.tables[TABLE].standing
        assert standing is not None
        agreed = c.AgreeTerms(TABLE, "university", standing.number, standing.digest)
        assert await self.ask("university", agreed) is None


@pytest.fixture
async def room(sqlite_path: Path) -> AsyncIterator[Room]:
    """A house on a journal, which at the end verifies and replays."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal:
        async with running(journal, clock) as house:
            steps = Steps(house, "room")
            await steps.enrol()
            await steps.offer(LISTING, load()[0])
            made = Room(house, clock)
            await made.later(NOTICE)
            assert await made.ask("university", c.OpenTable(LISTING, "jia", "university")) is None
            assert await made.ask("jia", c.AnswerInvitation(TABLE, "jia", True)) is None
            yield made
        verifier = Verifier("hub", RULEBOOK)
        async for row in journal.read("hub"):
            verifier.take(row)
        assert verifier.wrong_books() is None


async def test_the_gavel_lapses_an_offer_and_confirms_an_agreement(room: Room) -> None:
    """The offer goes at its hour; the agreement of a later one becomes a trade with a contract when its notice is over."""
    assert await room.ask("jia", c.OfferTerms(TABLE, "jia", sheet(), HOUR)) is None
    await room.later(HOUR)
    table = room.house.view.market.negotiation.tables[TABLE]
    assert (table.standing, table.state) == (None, TableState.OPEN)
    await room.agree()
    await room.later(17 * DAY)
    trade = room.house.view.settlement.trades[f"T-{TABLE}"]
    assert (trade.price_fen, trade.mechanism, trade.lot) == (PRICE, "negotiated", TABLE)
    assert trade.subject.deal == sheet().deal
    assert trade.contract in room.house.view.settlement.contracts
    assert room.house.view.market.listings[LISTING].state is ListingState.AGREED


async def test_an_objection_moves_the_gavel(room: Room) -> None:
    """While an objection is open no notice ends; after its dismissal the new end counts."""
    await room.agree()
    assert await room.ask("yi", c.ObjectAgreement(TABLE, "yi", "价格偏低")) is None
    await room.later(30 * DAY)
    assert room.house.view.settlement.trades == {}
    decided = c.DecideAgreementObjection(TABLE, 1, False, "评估报告支持该价格")
    assert await room.ask("operator", decided) is None
    assert room.house.view.settlement.trades == {}
    await room.later(18 * DAY)
    assert f"T-{TABLE}" in room.house.view.settlement.trades


async def test_a_session_ends_the_tables_of_its_listings(room: Room) -> None:
    """Put up for competition, the listing is negotiated no longer."""
    steps = Steps(room.house, "session")
    await steps.schedule("S1", "专场", (plan_lot("L1", LISTING, load()[0], room.clock.now() + HOUR, HOUR),))
    await room.house.settled()
    table = room.house.view.market.negotiation.tables[TABLE]
    assert (table.state, table.reason) == (TableState.ENDED, "in_session")


async def test_a_listing_taken_back_ends_its_tables(room: Room) -> None:
    """The seller withdraws the listing; under an agreement's notice it cannot."""
    withdraw = WithdrawListing(LISTING, "university", "自行实施")
    await room.agree()
    assert (await room.house.submit(command("university", withdraw))).refusal is not None
    assert await room.ask("yi", c.ObjectAgreement(TABLE, "yi", "关联交易")) is None
    upheld = c.DecideAgreementObjection(TABLE, 1, True, "属实")
    assert await room.ask("operator", upheld) is None
    assert await room.ask("university", c.OpenTable(LISTING, "yi", "university")) is None
    assert (await room.house.submit(command("university", withdraw))).refusal is None
    await room.house.settled()
    assert room.house.view.market.negotiation.tables["N-A1-2"].reason == "withdrawn"


async def test_no_lot_takes_the_name_of_a_table(room: Room) -> None:
    """Ids that begin with N- are the tables'."""
    steps = Steps(room.house, "session")
    outcome = await steps.schedule(
        "S1", "专场", (plan_lot("N-A1", LISTING, load()[0], room.clock.now() + HOUR, HOUR),)
    )
    assert outcome.refusal is not None
    assert outcome.refusal.code == "LOT_EXISTS"
