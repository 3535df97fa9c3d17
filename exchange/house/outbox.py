"""The outbox: payments that the journal ordered, handed to the bank until it answers.

An order stands in the settlement state from the commit that made it until the commit that confirms it, so
nothing needs a table of its own: after a restart the same orders are open and are handed over again. The bank
executes a payment id once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from exchange.house.command import HOUSE, Command
from exchange.house.state import State
from exchange.ports import Bank, Payment
from settlement.commands import ConfirmPayment

log = structlog.get_logger()

RETRY_FIRST, RETRY_LONGEST = 0.2, 60.0
IN_FLIGHT_MAX = 64


class Outbox:
    """Carries open payment orders to the bank and brings its answers back as commands."""

    def __init__(self, view: State, bank: Bank, submit: Callable[[Command], Awaitable[object]]) -> None:
        self._view = view
        self._bank = bank
        self._submit = submit
        self._wake = asyncio.Event()
        self._in_flight: dict[str, asyncio.Task[None]] = {}

    def note(self, batch: object) -> None:
        """Something was committed: look for new orders."""
        self._wake.set()

    async def run(self) -> None:
        """Hand over open orders, for ever."""
        try:
            while True:
                self._wake.clear()
                self._start_open()
                await self._wake.wait()
        finally:
            for task in self._in_flight.values():
                task.cancel()

    def _start_open(self) -> None:
        for payment in self._view.settlement.payments_open:
            if payment not in self._in_flight and len(self._in_flight) < IN_FLIGHT_MAX:
                task = asyncio.create_task(self._carry(payment), name=f"payment {payment}")
                self._in_flight[payment] = task
                task.add_done_callback(partial(self._landed, payment))

    def _landed(self, payment: str, _task: asyncio.Task[None]) -> None:
        self._in_flight.pop(payment, None)
        self._wake.set()

    async def _carry(self, payment: str) -> None:
        """One payment, until the bank has answered and the answer is journaled."""
        delay = RETRY_FIRST
        while (order := self._view.settlement.payments_open.get(payment)) is not None:
            try:
                reference, paid_on = await self._bank.pay(
                    Payment(order.payment, order.account, order.party, order.amount_fen, order.purpose)
                )
                await self._submit(
                    Command(f"b:{payment}", HOUSE, ConfirmPayment(payment, reference, paid_on))
                )
            except Exception as failure:
                log.warning("payment not carried", payment=payment, error=str(failure))
                await asyncio.sleep(delay)
                delay = min(2 * delay, RETRY_LONGEST)
