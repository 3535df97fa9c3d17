"""What happened before the demo begins: months of sessions, played by the real house on a clock that runs ahead.

Every notice has its seven days, every lot its day, every sale its contract, registration, payment and claim; a lot
now and then finds nobody. So indices, reports and pictures have something to show that is no rehearsal.
"""

import random
from collections.abc import Sequence

from exchange.bootstrap import Exchange
from exchange.demo import background, people, releases
from exchange.demo.catalogue_generator import achievements
from exchange.demo.data import DemoAchievement, load, register_row
from exchange.demo.seed import listing_id
from exchange.demo.staff import Staff
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.house.house import House
from exchange.market.commands import EnrolParty
from exchange.store.clock import ManualClock
from matching_engine.commands import Bid
from matching_engine.terms import DAY, HOUR
from settlement.commands import PartyFacts

MONTHS = 4
OF_UNIVERSITY, OF_INSTITUTE = 3, 2
"""Lots of each seller in a month's session."""
LENGTH = (MONTHS * 30 + 2) * DAY
"""How long before the end of the history it begins, in µs."""
BIDDERS = ("bing", "ding", "wu")
UNWANTED = 5
"""Every so many lots nobody comes."""
BIDS_MAX = 14
PUBLISHED_AFTER = 1
"""The month, from 0, at whose end a batch of unconverted results is published."""
GENERATED_FROM = 900
"""Numbers of the institute's achievements, which are made up, come after this one."""


def institute_achievements(seed: int = 7) -> tuple[DemoAchievement, ...]:
    """What the institute sells: made up, and its source says so."""
    rows = achievements(MONTHS * OF_INSTITUTE, seed)
    return tuple(
        DemoAchievement(
            number=GENERATED_FROM + n,
            title=row.title,
            source="演示生成数据，并非真实成果",
            ipc="",
            trl=row.trl or 6,
            field=row.field,
            holder=people.INSTITUTE.name,
        )
        for n, row in enumerate(rows, 1)
    )


class History:
    """Plays the months in a house that is empty."""

    def __init__(self, exchange: Exchange, clock: ManualClock, seed: int = 3) -> None:
        self._exchange = exchange
        self._clock = clock
        self._house: House = exchange.own_house
        self._steps = Steps(self._house, "history")
        self._chance = random.Random(seed)  # noqa: S311 (a story, not a secret)

    async def play(self) -> None:
        """Every month in turn; ends about as many months after it began."""
        await self._steps.enrol()
        await self._steps.ask("operator", EnrolParty(people.INSTITUTE))
        made = institute_achievements()
        generated = releases.generated()
        rows = [*(register_row(one, people.INSTITUTE.id) for one in made), *generated]
        await self._exchange.registers.achievements.add_all(rows, "demo", self._clock.now())
        await background.fill(self._exchange.registers, [*generated, *rows], self._clock.now())
        known = load()[-MONTHS * OF_UNIVERSITY :]
        for month in range(MONTHS):
            ours = known[month * OF_UNIVERSITY : (month + 1) * OF_UNIVERSITY]
            theirs = made[month * OF_INSTITUTE : (month + 1) * OF_INSTITUTE]
            offers = [(one, people.UNIVERSITY) for one in ours] + [(one, people.INSTITUTE) for one in theirs]
            await self._month(month, offers)
            await releases.scan(self._exchange, self._steps)
            if month == PUBLISHED_AFTER:
                await releases.publish(self._exchange, self._steps)

    async def _month(self, month: int, offers: Sequence[tuple[DemoAchievement, PartyFacts]]) -> None:
        """List, wait, sell, settle; thirty days in all."""
        began = self._clock.now()
        for achievement, seller in offers:
            await self._steps.offer(listing_id(achievement), achievement, seller=seller)
        await self._pass(NOTICE + HOUR)
        opens_at, first = self._clock.now() + DAY, len(self._house.view.lots) + 1
        plans = [
            plan_lot(f"L{first + n}", listing_id(achievement), achievement, opens_at, DAY)
            for n, (achievement, _) in enumerate(offers)
        ]
        await self._steps.schedule(f"S{month + 1}", f"第{month + 1}期成果专场", plans, rehearsal=False)
        for plan in plans:
            if int(plan.lot[1:]) % UNWANTED:
                await self._enter(plan.lot)
        await self._pass(DAY + HOUR)
        for plan in plans:
            await self._bid(plan.lot)
        await self._pass(2 * DAY)
        staff = Staff(self._steps, 0)
        await staff.finish()
        await self._pass(began + 30 * DAY - self._clock.now())

    async def _enter(self, lot: str) -> None:
        for login in BIDDERS:
            await self._steps.enter(login, lot)
            await self._house.settled()
            await self._steps.pay_deposit(login, lot)
        await self._house.settled()

    async def _bid(self, lot: str) -> None:
        """Some bids, each of the least amount that leads, by somebody who does not lead."""
        for _ in range(self._chance.randrange(2, BIDS_MAX)):
            view = self._house.view
            amount, market = view.lots[lot].minimum_fen, view.market
            codes = {login: market.code_of(lot, login) for login in BIDDERS}
            free = [login for login in BIDDERS if codes[login] not in (None, view.lots[lot].leader)]
            if not free or amount is None:
                return
            login = self._chance.choice(free)
            await self._steps.ask(login, Bid(lot, codes[login] or "", amount))
            await self._pass(self._chance.randrange(1, 40) * HOUR // 60)

    async def _pass(self, length: int) -> None:
        self._clock.advance(length)
        await self._house.gavel.strike()
        await self._house.settled()
