"""Simulated bidders: each has its own idea of a price, and takes its time."""

import asyncio
import random

from exchange.demo import people
from exchange.demo.steps import Steps
from exchange.ports import Unavailable
from matching_engine.commands import Bid
from matching_engine.lot import Lot

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
        opening = steps.house.view.lots[lot].terms.opening_price_fen
        premium = PREMIUM_MEDIAN * chance.lognormvariate(0, PREMIUM_SPREAD)
        self._limit_fen = opening + opening * round(premium * 1000) // 1000

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
        """Bid the least that leads, now and then a step or two more, or with a maximum."""
        minimum = lot.minimum_fen
        now = self._steps.house.clock.now()
        if minimum is None or minimum > self._limit_fen or lot.leader == code or lot.opens_at > now:
            return
        if self._chance.random() < 0.35:
            return
        step = max(1, minimum - (lot.lead_fen or minimum))
        amount = min(self._limit_fen, minimum + step * self._chance.choice((0, 0, 0, 1, 2)))
        proxy = self._chance.random() < 0.15
        body = Bid(self._lot, code, amount, self._limit_fen if proxy and self._limit_fen > amount else None)
        await self._steps.ask(self._login, body)


def simulated() -> tuple[str, ...]:
    """The logins of the enterprises that bid by themselves."""
    return tuple(account.login for account in people.ACCOUNTS if account.played and "bidder" in account.roles)
