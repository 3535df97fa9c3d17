"""What the bank's statements told beside money that came in."""

from settlement.event_base import Event
from settlement.statement_head import StatementHead


class StatementNoted(Event, frozen=True, tag=True):
    """A statement of the bank is in the books, whole."""

    head: StatementHead


class PaymentReturned(Event, frozen=True, tag=True):
    """Money that had left escrow is back on it, and waits to be ordered again."""

    payment: str
    amount_fen: int
    bank_reference: str
    returned_on: str
    reason: str


BankEvent = StatementNoted | PaymentReturned
