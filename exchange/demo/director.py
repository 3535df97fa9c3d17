"""The director of the demo: keeps a few lots open, and lets bidders and staff do the rest."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from exchange.demo.bidders import Bidder, simulated
from exchange.demo.data import DemoAchievement, load
from exchange.demo.officials import Officials
from exchange.demo.plans import mechanism_of, plan
from exchange.demo.staff import Staff
from exchange.demo.steps import Steps
from exchange.house.house import House
from exchange.market.seal_messages import CustodyKind
from exchange.market.state import ListingState
from matching_engine.errors import LuochuiError
from matching_engine.terms import MINUTE, SECOND

log = structlog.get_logger()

OPEN_LOTS = 4
LENGTHS = (6 * MINUTE, 9 * MINUTE, 12 * MINUTE, 4 * MINUTE)
OPENING_WITHIN = 10 * MINUTE
"""How long a closed lot of the demo waits for the shares of its officials."""
FAST = 20
"""How many times faster `--fast` is."""


Play = Callable[[str, str, float, random.Random], Awaitable[None]]
"""Acts as an account on a lot, at a pace, with chances of its own, until the lot has ended."""


class Director:
    """Runs the demo in a house until cancelled."""

    def __init__(
        self,
        house: House,
        fast: bool = False,
        seed: int = 1,
        times: int = FAST,
        officials: Path | None = None,
        play: Play | None = None,
    ) -> None:
        """`fast` runs everything `times` times faster than people are.

        `officials` is where the simulated operator and auditor keep their keys; without it the house keeps sealed bids
        closed by itself. `play` lets the bidders act from outside, as programs do; without it they act in the house.
        """
        self._house = house
        self._pace = 1 / times if fast else 1.0
        self._steps = Steps(house, f"live{house.epoch}")
        self._chance = random.Random(seed + house.epoch)  # noqa: S311 (a simulation, not a secret)
        self._bidding: set[str] = set()
        self._officials = officials
        self._play = play or self._inside
        self._achievements = {f"demo-{achievement.number}": achievement for achievement in load()}

    async def run(self) -> None:
        """Staff works, sessions are set, bidders come."""
        async with asyncio.TaskGroup() as group:
            group.create_task(Staff(self._steps, self._pace).run())
            if self._officials is not None:
                group.create_task(Officials(self._steps, self._officials, self._pace).run())
            while True:
                await self._keep_lots_open()
                self._send_bidders(group)
                await asyncio.sleep(self._pace)

    def _send_bidders(self, group: asyncio.TaskGroup) -> None:
        for id_, lot in self._house.view.lots.items():
            if lot.closed_at is None and id_ not in self._bidding:
                self._bidding.add(id_)
                for login in simulated():
                    chance = random.Random(self._chance.random())  # noqa: S311
                    group.create_task(self._guarded(login, id_, chance))

    async def _inside(self, login: str, lot: str, pace: float, chance: random.Random) -> None:
        await Bidder(self._steps, login, lot, pace, chance).run()

    async def _guarded(self, login: str, lot: str, chance: random.Random) -> None:
        try:
            await self._play(login, lot, self._pace, chance)
        except LuochuiError as failure:
            log.info("demo bidder gave up", reason=str(failure))

    async def _keep_lots_open(self) -> None:
        market, lots = self._house.view.market, self._house.view.lots
        missing = OPEN_LOTS - sum(lot.closed_at is None for lot in lots.values())
        if missing <= 0:
            return
        ready = [listing for listing in market.listings.values() if listing.state is ListingState.TRADABLE]
        if len(ready) < missing:
            await self._list_again()
        for listing in ready[:missing]:
            await self._open(listing.id, self._achievements[listing.achievement])

    async def _open(self, listing: str, achievement: DemoAchievement) -> None:
        """A session of one lot, opening in a moment."""
        number = len(self._house.view.lots) + 1
        length = int(LENGTHS[number % len(LENGTHS)] * self._pace)
        opens_at = self._house.clock.now() + int(
            (8 * SECOND + 4 * SECOND * (number % OPEN_LOTS)) * self._pace
        )
        lot = plan(mechanism_of(number), f"L{number}", listing, achievement, opens_at, length)
        custody: CustodyKind = "house" if self._officials is None else "two_officials"
        await self._steps.schedule(f"S{number}", f"演示专场 {number}", (lot,), custody, OPENING_WITHIN)

    async def _list_again(self) -> None:
        """Everything was put up once: the unsold and the sold come again, after a notice cut to a minute."""
        market = self._house.view.market
        waiting = [listing for listing in market.listings.values() if listing.state is ListingState.NOTICE]
        if waiting:
            return
        round_ = len(market.listings) // len(self._achievements) + 1
        for achievement in self._achievements.values():
            await self._steps.offer(f"A{achievement.number}-{round_}", achievement, MINUTE)
