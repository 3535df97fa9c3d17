"""The bank at the end of a link: it executes a payment id once, and remembers what it was asked to pay."""

from exchange.ports import Payment
from settlement.dates import shanghai_date
from tests.simulation.journal import Link
from tests.simulation.machine import BEGIN


class BankBooks:
    """What the bank executed; it outlives every process."""

    def __init__(self) -> None:
        self.paid: dict[str, Payment] = {}
        self.changed: list[str] = []
        """Payment ids that were asked for again with another content."""

    def execute(self, payment: Payment) -> tuple[str, str]:
        """Pay, or say again that it was paid."""
        if self.paid.setdefault(payment.payment, payment) != payment:
            self.changed.append(payment.payment)
        return f"BK-{payment.payment}", shanghai_date(BEGIN).isoformat()


class SimulatedBank:
    """One process's way to the bank."""

    def __init__(self, books: BankBooks, link: Link) -> None:
        self._books = books
        self._link = link

    async def pay(self, payment: Payment) -> tuple[str, str]:
        """See exchange.ports.Bank."""
        return await self._link.ask("pay", lambda: self._books.execute(payment))
