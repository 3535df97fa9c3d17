"""The outbox: an order is carried until it is answered, across failures and restarts, and paid once."""

import asyncio
from pathlib import Path

from exchange.house.house import House
from exchange.ports import Payment
from exchange.store.clock import ManualClock
from matching_engine.terms import HOUR
from settlement.state import DepositState
from tests.exchange.house.running import BEGIN, LOT, RULEBOOK, bid, open_lot, opened, running, sqlite_url


class StubbornBank:
    """A bank at the other end of a bad line: it pays, but its first answers are lost."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.paid: list[str] = []

    async def pay(self, payment: Payment) -> tuple[str, str]:
        """Pay a payment id once, whatever becomes of the answer."""
        if payment.payment not in self.paid:
            self.paid.append(payment.payment)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the line is down")
        return f"BK-{payment.payment}", "2026-03-10"


async def test_a_payment_is_repeated_until_answered_and_made_once(sqlite_path: Path) -> None:
    """Two lost answers: the deposit is given back once, and its release is journaled once."""
    clock, bank = ManualClock(BEGIN), StubbornBank(2)
    async with opened(sqlite_url(sqlite_path)) as journal:
        house = House("hub", journal, clock, RULEBOOK, bank)
        await house.start("test")
        await open_lot(house, clock)
        await bid(house, "jia", 160_000_000)
        clock.advance(HOUR)
        await house.gavel.strike()
        await house.settled()
        await house.stop()
        rows = [row.type async for row in journal.read("hub")]
    assert len(bank.paid) == 1
    assert rows.count("DepositReleased") == 1


async def test_an_open_order_is_handed_over_after_a_restart(sqlite_path: Path) -> None:
    """The process ended with an order open and no bank: the next one, with a bank, carries it."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal:
        async with running(journal, clock, bank=False) as house:
            await open_lot(house, clock)
            await bid(house, "jia", 160_000_000)
            clock.advance(HOUR)
            await house.gavel.strike()
            await house.settled()
            assert list(house.view.settlement.payments_open) != []
        async with running(journal, clock) as house:
            async with asyncio.timeout(5):
                await house.settled()
            code = house.view.market.code_of(LOT, "yi")
            deposit = house.view.settlement.deposits[f"D-{LOT}-{code}"]
            assert deposit.state is DepositState.RELEASED
