"""What happened to the accounts at banks to which money goes."""

from settlement.bank_account import BankAccount
from settlement.event_base import Event


class PayoutAccountStated(Event, frozen=True, tag=True):
    """A party states where it is to be paid; an older statement that nobody has confirmed counts no more."""

    party: str
    version: int
    account: BankAccount
    author: str
    person: str = ""


class PayoutAccountConfirmed(Event, frozen=True, tag=True):
    """One person of the operator confirmed; `final` is True for the second, and the account is effective."""

    party: str
    version: int
    approver: str
    final: bool
    person: str = ""


class PayoutAccountRejected(Event, frozen=True, tag=True):
    """A stated account was turned down; the one before stays effective."""

    party: str
    version: int
    approver: str
    reason: str


class PaymentDirected(Event, frozen=True, tag=True):
    """The account of an order that waited for one: named by a person, and `final` once a second one said the same, or
    once the party's own became effective."""

    payment: str
    account: BankAccount
    author: str
    final: bool
    person: str = ""


AccountEvent = PayoutAccountStated | PayoutAccountConfirmed | PayoutAccountRejected | PaymentDirected
