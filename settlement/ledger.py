"""Double entry in fen: every event that moves money posts debits and credits that sum to zero.

The chart of accounts; a debit is positive, a credit negative:

    escrow               what lies on the escrow account at the bank                debit
    held/<target>        of it, held for a deposit or for the price of a trade      credit
    suspense             of it, money that fits nothing yet                         credit
    ordered/<payment>    ordered out, not yet confirmed by the bank (pending)       credit
    granted/<claim>      public money granted to a claimant                         debit
    fund                 what the fund has paid out                                 credit

The exchange owns nothing here: what lies in escrow is always somebody's, and the accounts say whose.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from matching_engine.errors import require
from settlement.events import (
    ClaimPaid,
    ClaimPaymentOrdered,
    CreditRecorded,
    DepositApplied,
    DepositReleased,
    DepositReleaseOrdered,
    ProceedsOrdered,
    ProceedsPaid,
    SettlementEvent,
)
from settlement.ids import obligation_id


class Account(StrEnum):
    """The chart of accounts; an account that is kept per item carries the item's id after a slash."""

    ESCROW = "escrow"
    HELD = "held"
    SUSPENSE = "suspense"
    ORDERED = "ordered"
    GRANTED = "granted"
    FUND = "fund"

    def of(self, item: str) -> str:
        """The account kept for one item."""
        return f"{self.value}/{item}"


_DEBIT = (Account.ESCROW, Account.GRANTED)
"""Accounts whose balance is a debit; all others have a credit. None may ever stand on the other side."""


class Posting(NamedTuple):
    """One line of an entry: a debit if positive, a credit if negative."""

    account: str
    amount_fen: int


def postings(event: SettlementEvent) -> tuple[Posting, ...]:
    """The entry of an event, or nothing when it moves no money."""
    entry = _ENTRIES.get(type(event))
    return entry(event) if entry else ()


def _move(debit: str, credit: str, amount_fen: int) -> tuple[Posting, ...]:
    return Posting(debit, amount_fen), Posting(credit, -amount_fen)


def _credit_recorded(event: CreditRecorded) -> tuple[Posting, ...]:
    owner = Account.SUSPENSE if event.target is None else Account.HELD.of(event.target)
    return _move(Account.ESCROW.value, str(owner), event.amount_fen)


def _deposit_applied(event: DepositApplied) -> tuple[Posting, ...]:
    price = Account.HELD.of(obligation_id(event.trade))
    return _move(Account.HELD.of(event.deposit), price, event.amount_fen)


def _release_ordered(event: DepositReleaseOrdered) -> tuple[Posting, ...]:
    return _move(Account.HELD.of(event.deposit), Account.ORDERED.of(event.payment), event.amount_fen)


def _proceeds_ordered(event: ProceedsOrdered) -> tuple[Posting, ...]:
    price = Account.HELD.of(obligation_id(event.trade))
    return _move(price, Account.ORDERED.of(event.payment), event.amount_fen)


def _left_escrow(event: DepositReleased | ProceedsPaid) -> tuple[Posting, ...]:
    return _move(Account.ORDERED.of(event.payment), Account.ESCROW.value, event.amount_fen)


def _claim_ordered(event: ClaimPaymentOrdered) -> tuple[Posting, ...]:
    return _move(Account.GRANTED.of(event.claim), Account.ORDERED.of(event.payment), event.amount_fen)


def _left_fund(event: ClaimPaid) -> tuple[Posting, ...]:
    return _move(Account.ORDERED.of(event.payment), Account.FUND.value, event.amount_fen)


_ENTRIES: dict[type, Callable[[Any], tuple[Posting, ...]]] = {
    CreditRecorded: _credit_recorded,
    DepositApplied: _deposit_applied,
    DepositReleaseOrdered: _release_ordered,
    DepositReleased: _left_escrow,
    ProceedsOrdered: _proceeds_ordered,
    ProceedsPaid: _left_escrow,
    ClaimPaymentOrdered: _claim_ordered,
    ClaimPaid: _left_fund,
}


class Ledger:
    """The balances. An account at zero is dropped, so the ledger is as large as what is open."""

    __slots__ = ("_balances",)

    def __init__(self) -> None:
        self._balances: dict[str, int] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ledger) and self._balances == other._balances

    __hash__ = None  # type: ignore[assignment]

    def post(self, entry: tuple[Posting, ...]) -> None:
        """Book one entry; Broken if it does not sum to zero or overdraws an account."""
        require(sum(line.amount_fen for line in entry) == 0, "every entry of the ledger sums to zero")
        for account, amount_fen in entry:
            balance = self._balances.pop(account, 0) + amount_fen
            if balance:
                self._balances[account] = balance
            debit = account.partition("/")[0] in _DEBIT
            require(balance >= 0 if debit else balance <= 0, f"{account} is never overdrawn")

    def balance(self, account: str) -> int:
        """The balance of an account in fen: a debit positive, a credit negative."""
        return self._balances.get(account, 0)

    def trial_balance(self) -> tuple[Posting, ...]:
        """Every open account with its balance, by name; they sum to zero."""
        return tuple(Posting(account, self._balances[account]) for account in sorted(self._balances))
