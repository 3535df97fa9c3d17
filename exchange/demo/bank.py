"""The demo's bank: pays what it is told, once for each payment, and dates it by the house's clock."""

from exchange.ports import Clock, Payment
from settlement.dates import shanghai_date


class DemoBank:
    """Answers at once; the reference is derived from the payment, so asking twice gives the same answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def pay(self, payment: Payment) -> tuple[str, str]:
        """The bank reference and the date."""
        return f"BK-{payment.payment}", shanghai_date(self._clock.now()).isoformat()
