"""What is asked about the accounts at banks to which money goes."""

from settlement.bank_account import BankAccount
from settlement.command_base import Command


class StatePayoutAccount(Command, frozen=True, tag=True):
    """A party states the account to which it is to be paid; it counts once two persons of the operator confirmed it."""

    party: str
    account: BankAccount
    author: str
    person: str = ""


class ConfirmPayoutAccount(Command, frozen=True, tag=True):
    """A person of the operator has checked a stated account with the party; the second one makes it effective."""

    party: str
    version: int
    approver: str
    person: str = ""


class RejectPayoutAccount(Command, frozen=True, tag=True):
    """A person of the operator turns a stated account down, and says why."""

    party: str
    version: int
    approver: str
    reason: str


class DirectPayment(Command, frozen=True, tag=True):
    """A person of the operator names the account of an order that waits for one; the second one with the same words
    makes it so. For money sent back to a payer whose account the bank did not tell."""

    payment: str
    account: BankAccount
    author: str
    person: str = ""


AccountCommand = StatePayoutAccount | ConfirmPayoutAccount | RejectPayoutAccount | DirectPayment
