"""What the bank's statements tell beside money that came in."""

from settlement.command_base import Command
from settlement.statement_head import StatementHead


class NoteStatement(Command, frozen=True, tag=True):
    """A statement was imported: kept so that a missing one is noticed."""

    head: StatementHead


class ReturnPayment(Command, frozen=True, tag=True):
    """Money that an order paid came back: the bank could not deliver it."""

    payment: str
    amount_fen: int
    bank_reference: str
    returned_on: str
    reason: str


BankCommand = NoteStatement | ReturnPayment
