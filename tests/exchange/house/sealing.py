"""Sealed lots for tests of the house: one lot with its bidders, bids sealed by the product's own sealer."""

from collections.abc import Sequence
from typing import Any

from exchange.demo import people
from exchange.demo.data import DemoAchievement
from exchange.demo.steps import Steps
from exchange.house.command import Outcome
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.market.commands import LotPlan, ScoreBid
from exchange.store.clock import ManualClock
from exchange.store.envelope import seal_bid
from matching_engine.commands import Seal
from matching_engine.terms import HOUR, Mechanism, Terms
from tests.exchange.house.running import LOT, command, open_lot

OPENING = 160_000_000
BIDDERS = ("jia", "yi", "bing")


async def open_sealed(
    house: House, clock: ManualClock, mechanism: Mechanism, bidders: Sequence[str] = BIDDERS, **more: Any
) -> Steps:
    """A sealed lot that takes bids for an hour; `more` goes into its terms."""

    def plan(lot: str, listing: str, achievement: DemoAchievement, opens_at: int, length: int) -> LotPlan:
        terms = Terms(mechanism, OPENING, opens_at, opens_at + length, **more)
        return LotPlan(lot, listing, terms, OPENING // 10)

    return await open_lot(house, clock, bidders, HOUR, plan)


def code_of(house: House | RemoteHouse, login: str) -> str:
    """The code that stands for an account's organisation in the lot."""
    return house.view.market.code_of(LOT, people.principal(login).party) or ""


async def seal(house: House | RemoteHouse, login: str, amount_fen: int) -> Outcome:
    """Seal a bid as a bidder's program does."""
    code = code_of(house, login)
    envelope, commitment = seal_bid(house.view.market.seal_keys[LOT], LOT, code, amount_fen)
    return await house.submit(command(login, Seal(LOT, code, envelope, commitment)))


async def score(house: House, login: str, **scores: str) -> Outcome:
    """The operator scores the bid of an account's organisation."""
    return await house.submit(command("operator", ScoreBid(LOT, code_of(house, login), scores)))


async def close(house: House, clock: ManualClock) -> None:
    """Let the hour pass, and everything happen that follows."""
    clock.advance(HOUR)
    await house.gavel.strike()
    await house.settled()
