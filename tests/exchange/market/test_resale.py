"""A winner who does not pay, over a real house: barred, the runner-up asked, or the lot put up again, lower but not too low."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from exchange.demo.data import load
from exchange.demo.steps import plan_lot
from exchange.house.command import Body, Outcome
from exchange.house.house import House
from exchange.house.verify import Verifier
from exchange.market import commands as mc
from exchange.market.state import ListingState
from exchange.store.clock import ManualClock
from matching_engine.terms import DAY, HOUR
from settlement.commands import DeclareDefault
from tests.exchange.house.running import (
    BEGIN,
    LOT,
    RULEBOOK,
    bid,
    command,
    open_lot,
    opened,
    running,
    sqlite_url,
)

OPENING, STEP = 160_000_000, 8_000_000
TRADE, SECOND = f"T-{LOT}-1", f"T-{LOT}-2"


class Sale:
    """A lot on which jia, yi and bing bid; jia wins and pays nothing for ten days."""

    def __init__(self, house: House, clock: ManualClock) -> None:
        self.house = house
        self.clock = clock

    async def ask(self, login: str, body: Body) -> Outcome:
        """One command of an account, and everything that follows."""
        outcome = await self.house.submit(command(login, body))
        await self.house.settled()
        return outcome

    async def refused(self, login: str, body: Body) -> str | None:
        """The code with which a command is refused."""
        outcome = await self.ask(login, body)
        return outcome.refusal.code if outcome.refusal else None

    async def default(self, commission_fen: int = 0) -> None:
        """The operator declares the default."""
        assert await self.refused("operator", DeclareDefault(TRADE, commission_fen)) is None

    async def schedule(self, percent: int, lot: str = "L2") -> Outcome:
        """Put the listing up again at some percentage of the first opening price."""
        plan = plan_lot(lot, "A1", load()[0], self.clock.now() + HOUR, HOUR)
        terms = msgspec.structs.replace(plan.terms, opening_price_fen=OPENING * percent // 100)
        lots = (msgspec.structs.replace(plan, terms=terms),)
        return await self.ask(
            "operator", mc.ScheduleSession(f"S-{lot}", "再次拍卖", "LISTED_BIDDING", lots, DAY)
        )


@pytest.fixture
async def sale(sqlite_path: Path) -> AsyncIterator[Sale]:
    """The sale ten days after the hammer; at the end its journal replays."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal:
        async with running(journal, clock) as house:
            await open_lot(house, clock, ("jia", "yi", "bing"))
            for n, login in enumerate(("bing", "yi", "jia")):
                assert (await bid(house, login, OPENING + n * STEP)).refusal is None
            clock.advance(HOUR)
            await house.gavel.strike()
            await house.settled()
            clock.advance(10 * DAY)
            yield Sale(house, clock)
        verifier = Verifier("hub", RULEBOOK)
        async for row in journal.read("hub"):
            verifier.take(row)
        assert verifier.wrong_books() is None


async def test_the_runner_up_takes_the_lot_at_its_own_bid(sale: Sale) -> None:
    """The second sale is a trade of its own, and the first buyer owes the difference, of which its deposit pays."""
    await sale.default(5)
    assert await sale.refused("operator", mc.OfferSecondBest(LOT, DAY)) is None
    offer = sale.house.view.market.offers[LOT]
    assert (offer.party, offer.price_fen) == ("yi", OPENING + STEP)
    assert await sale.refused("operator", mc.ReopenListing("A1")) == "OFFER_STANDS"
    assert await sale.refused("bing", mc.AnswerSecondBest(LOT, "bing", True)) == "OFFER_NONE"
    assert await sale.refused("yi", mc.AnswerSecondBest(LOT, "yi", True)) is None
    settlement = sale.house.view.settlement
    second = settlement.trades[SECOND]
    assert (second.buyer.id, second.price_fen) == ("yi", OPENING + STEP)
    debts = {o.kind: (o.amount_fen, o.met) for o in settlement.obligations.values() if o.kind != "price"}
    left_fen = OPENING // 10 - 5 - STEP
    assert debts == {"commission": (5, True), "shortfall": (STEP, True), "forfeit": (left_fen, True)}
    assert await sale.refused("yi", mc.AnswerSecondBest(LOT, "yi", True)) == "OFFER_ENDED"
    assert await sale.refused("operator", mc.ReopenListing("A1")) == "LISTING_STATE"


async def test_after_a_decline_the_next_one_is_asked(sale: Sale) -> None:
    """yi declines, bing lets its time go by, and then nobody is left."""
    await sale.default()
    await sale.ask("operator", mc.OfferSecondBest(LOT, DAY))
    assert await sale.refused("operator", mc.OfferSecondBest(LOT, DAY)) == "OFFER_STANDS"
    await sale.ask("yi", mc.AnswerSecondBest(LOT, "yi", False))
    await sale.ask("operator", mc.OfferSecondBest(LOT, DAY))
    assert sale.house.view.market.offers[LOT].party == "bing"
    sale.clock.advance(DAY + 1)
    assert await sale.refused("bing", mc.AnswerSecondBest(LOT, "bing", True)) == "OFFER_ENDED"
    assert await sale.refused("operator", mc.OfferSecondBest(LOT, DAY)) == "OFFER_NONE"
    assert await sale.refused("operator", mc.ReopenListing("A1")) is None


async def test_a_re_auction_opens_at_most_a_fifth_lower_and_without_the_buyer(sale: Sale) -> None:
    """79 per cent is too low, 80 is not; jia is turned away, yi comes in."""
    await sale.default()
    assert await sale.refused("operator", mc.ReopenListing("A1")) is None
    assert sale.house.view.market.listings["A1"].state is ListingState.TRADABLE
    low = await sale.schedule(79)
    assert low.refusal is not None
    assert low.refusal.code == "OPENING_TOO_LOW"
    assert (await sale.schedule(80)).refusal is None
    assert await sale.refused("jia", mc.ApplyEntry("L2", "jia")) == "ENTRY_BARRED"
    assert await sale.refused("yi", mc.ApplyEntry("L2", "yi")) is None
    assert await sale.refused("operator", mc.OfferSecondBest(LOT, DAY)) == "LISTING_STATE"


async def test_without_a_default_nothing_is_offered_or_reopened(sale: Sale) -> None:
    """A sold lot stays sold; what is not there is told so."""
    assert await sale.refused("operator", mc.OfferSecondBest(LOT, DAY)) == "LISTING_STATE"
    assert await sale.refused("operator", mc.ReopenListing("A1")) == "LISTING_STATE"
    assert await sale.refused("operator", mc.OfferSecondBest("L9", DAY)) == "LOT_UNKNOWN"
    assert await sale.refused("operator", mc.ReopenListing("A9")) == "LISTING_UNKNOWN"


async def test_an_unsold_lot_is_put_up_again(sqlite_path: Path) -> None:
    """Nobody bid: the same listing may open once more, a fifth lower (online judicial auctions, art. 26)."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        sale = Sale(house, clock)
        assert await sale.refused("operator", mc.ReopenListing("A1")) == "LISTING_STATE"
        clock.advance(HOUR)
        await house.gavel.strike()
        assert await sale.refused("operator", mc.ReopenListing("A1")) is None
        assert (await sale.schedule(80)).refusal is None
        assert await sale.refused("jia", mc.ApplyEntry("L2", "jia")) is None
