"""A running house for tests: the real journal, a clock that is moved by hand, the demo's people."""

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from exchange.bootstrap import read_rulebook
from exchange.demo import people
from exchange.demo.bank import DemoBank
from exchange.demo.data import DemoAchievement, load
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.house.command import Body, Command, Outcome
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.market.commands import LotPlan
from exchange.ports import Journal, Lease, Row, Vault
from exchange.store.clock import ManualClock
from exchange.store.journal import open_journal
from matching_engine.commands import Bid
from matching_engine.terms import HOUR
from tests.services import databases

BEGIN = 1_772_413_200_000_000
RULEBOOK = read_rulebook()
LOT = "L1"
_ids = itertools.count(1)

Plan = Callable[[str, str, DemoAchievement, int, int], LotPlan]
"""Lot, listing, achievement, opens_at, length."""


def command(login: str, body: Body, id_: str | None = None) -> Command:
    """A command of a demo account, with an id of its own unless one is given."""
    return Command(id_ or f"test-{next(_ids):08d}", people.principal(login), body)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Journal]:
    """A journal that is up to date and connected."""
    await databases.migrated(url)
    journal = open_journal(url)
    try:
        await journal.open()
        yield journal
    finally:
        await journal.close()


@asynccontextmanager
async def running(
    journal: Journal,
    clock: ManualClock,
    bank: bool = True,
    name: str = "hub",
    vault: Vault | None = None,
) -> AsyncIterator[House]:
    """A house at work on a journal."""
    house = House(name, journal, clock, RULEBOOK, DemoBank(clock) if bank else None, vault)
    try:
        await house.start("test")
        yield house
    finally:
        await house.stop()


def sqlite_url(path: Path) -> str:
    """The address of a file."""
    return f"sqlite:///{path}"


async def open_lot(
    house: House,
    clock: ManualClock,
    bidders: Sequence[str] = ("jia", "yi"),
    length: int = HOUR,
    plan: Plan = plan_lot,
) -> Steps:
    """One lot that takes bids, with these bidders admitted and their deposits held."""
    steps = Steps(house, f"open{next(_ids)}")
    await steps.enrol()
    achievement = load()[0]
    await steps.offer("A1", achievement)
    clock.advance(NOTICE)
    await house.gavel.strike()
    await steps.schedule("S1", "专场", (plan(LOT, "A1", achievement, clock.now() + HOUR, length),))
    for login in bidders:
        await steps.enter(login, LOT)
    await house.settled()
    for login in bidders:
        await steps.pay_deposit(login, LOT)
    clock.advance(HOUR)
    await house.gavel.strike()
    await house.settled()
    return steps


async def bid(
    house: House | RemoteHouse, login: str, amount_fen: int, id_: str | None = None, **more: Any
) -> Outcome:
    """Bid under the account's own code."""
    code = house.view.market.code_of(LOT, people.principal(login).party) or ""
    return await house.submit(command(login, Bid(LOT, code, amount_fen, **more), id_))


class FaultyJournal:
    """A real journal whose next appends fail as told: before the write, or after it with the answer lost."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.before: list[Exception] = []
        self.after: list[Exception] = []
        self.appends: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Append, or fail as told."""
        if self.before:
            raise self.before.pop(0)
        await self._journal.append(lease, rows)
        self.appends.append(len(rows))
        if self.after:
            raise self.after.pop(0)
