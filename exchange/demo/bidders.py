"""Simulated bidders: each has its own idea of a price, and takes its time."""

import asyncio
import random

from exchange.demo import people
from exchange.demo.moves import Look, next_step, worth_fen
from exchange.demo.steps import Steps
from exchange.market.custody import keys_of
from exchange.ports import Unavailable
from matching_engine.lot import Lot
from matching_engine.terms import Terms

PREMIUM_MEDIAN, PREMIUM_SPREAD = 0.36, 0.6
"""How far a simulated bidder goes above the opening price: log-normal about the premium of real sessions (35.6 %)."""


class Bidder:
    """One enterprise on one lot."""

    def __init__(self, steps: Steps, login: str, lot: str, pace: float, chance: random.Random) -> None:
        self._steps = steps
        self._login = login
        self._lot = lot
        self._pace = pace
        self._chance = chance
        self._limit_fen = limit_of(steps.house.view.lots[lot].terms, chance)

    async def run(self) -> None:
        """Enter, wait for the deposit, bid while the price is within the own limit."""
        await self._pause(0.5, 3)
        code = await self._steps.enter(self._login, self._lot)
        while (lot := self._steps.house.view.lots[self._lot]).closed_at is None:
            await self._pause(2, 9)
            try:
                await self._consider(lot, code)
            except Unavailable:
                await self._pause(2, 5)

    async def _pause(self, least: float, most: float) -> None:
        await asyncio.sleep(self._pace * self._chance.uniform(least, most))

    async def _consider(self, lot: Lot, code: str) -> None:
        house = self._steps.house
        keys = keys_of(house.view.market, self._lot)
        step = next_step(Look(lot, code, self._limit_fen, house.clock.now(), keys, self._chance))
        if step is not None:
            await self._steps.ask(self._login, step)


def limit_of(terms: Terms, chance: random.Random) -> int:
    """How far a simulated bidder goes, in fen."""
    return worth_fen(terms, PREMIUM_MEDIAN * chance.lognormvariate(0, PREMIUM_SPREAD))


def simulated() -> tuple[str, ...]:
    """The logins of the enterprises that bid by themselves."""
    return tuple(account.login for account in people.ACCOUNTS if account.played and "bidder" in account.roles)
