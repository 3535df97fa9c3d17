"""The live demo, four hundred times faster than people: every mechanism it shows ends in trades that settle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from exchange.demo.bank import DemoBank
from exchange.demo.data import load
from exchange.demo.director import Director
from exchange.demo.plans import ROTATION
from exchange.demo.steps import Steps
from exchange.house.house import House
from exchange.house.state import State
from exchange.store.clock import SystemClock
from exchange.store.vault import FileVault
from matching_engine.terms import Mechanism
from settlement.state import RegistrationState
from tests.exchange.house.running import RULEBOOK, opened, sqlite_url

M = Mechanism
SHOWN = {M.ENGLISH, *ROTATION}
ENOUGH = 60.0


@pytest.fixture
async def house(sqlite_path: Path) -> AsyncIterator[House]:
    """A house on the machine's own time, with twenty-four achievements that may be put up."""
    clock = SystemClock()
    async with opened(sqlite_url(sqlite_path)) as journal:
        vault = FileVault(sqlite_path.parent / "keys", "hub")
        house = House("hub", journal, clock, RULEBOOK, DemoBank(clock), vault)
        await house.start("test")
        steps = Steps(house, "seed")
        await steps.enrol()
        for achievement in load()[:24]:
            await steps.offer(f"A{achievement.number}", achievement, notice=1)
        yield house
        await house.stop()


def settled(view: State) -> set[Mechanism]:
    """The mechanisms of which a trade is paid out and registered."""
    found = set()
    for trade in view.settlement.trades.values():
        registration = view.settlement.registrations.get(trade.registration or "")
        paid = trade.payment is not None and trade.payment not in view.settlement.payments_open
        if paid and registration is not None and registration.state is RegistrationState.REGISTERED:
            found.add(Mechanism(trade.mechanism))
    return found


async def test_every_mechanism_ends_in_trades_that_settle(house: House, tmp_path: Path) -> None:
    """Lots of all six kinds are put up, bid on, opened by their officials, hammered, signed, paid and registered."""
    director = asyncio.create_task(Director(house, fast=True, times=400, officials=tmp_path / "keys").run())
    try:
        async with asyncio.timeout(ENOUGH):
            while settled(house.view) != SHOWN:
                assert not director.done(), director.exception()
                await asyncio.sleep(0.05)
    finally:
        director.cancel()
        with suppress(asyncio.CancelledError):
            await director
    lots = house.view.lots.values()
    assert {lot.terms.mechanism for lot in lots if lot.winners} == SHOWN
    english = [lot for lot in lots if lot.terms.mechanism is M.ENGLISH]
    assert abs(2 * len(english) - len(lots)) <= 1
    assert house.view.market.custody.shares, "the simulated officials opened what was sealed"
    assert house.view.market.seal_keys == {}, "and the house had no key"
    licences = [lot for lot in lots if lot.terms.mechanism is M.OPEN_LICENCE and lot.winners]
    assert max(len(lot.winners) for lot in licences) > 1
