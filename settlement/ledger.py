"""Double entry in fen: every event that moves money posts debits and credits that sum to zero.

A debit is positive, a credit negative; the accounts are those of settlement.chart. An order to the bank is
posted in two phases: pending on "ordered/…", then out of escrow, or back onto "returned/…" when it is void or
expired. No account may ever stand on the other side of the chart's.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from matching_engine.errors import require
from settlement.bank_events import PaymentReturned
from settlement.charge_events import HeldMoneyApplied
from settlement.chart import Account, chart_line
from settlement.dates import shanghai_date
from settlement.default_events import (
    DepositForfeited,
    ForfeitApplied,
    ObligationMoneyOrdered,
    ObligationMoneyPaid,
)
from settlement.events import (
    ClaimPaid,
    ClaimPaymentOrdered,
    CreditRecorded,
    DepositApplied,
    DepositReleased,
    DepositReleaseOrdered,
    PaymentRepeated,
    PaymentVoided,
    ProceedsOrdered,
    ProceedsPaid,
    SettlementEvent,
    SuspenseAssigned,
    SuspenseRefunded,
    SuspenseRefundOrdered,
)
from settlement.ids import is_commission, obligation_id
from settlement.milestone_messages import MilestonePaid, MilestonePaymentOrdered

__all__ = ["Account", "Entry", "Ledger", "Posting", "postings"]


class Posting(NamedTuple):
    """One line of an entry: a debit if positive, a credit if negative."""

    account: str
    amount_fen: int


class Entry(NamedTuple):
    """An entry in its place: when it was booked, the bank's date of it, what happened, and the reference."""

    at: int
    value_on: str
    kind: str
    reference: str
    lines: tuple[Posting, ...]


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


def _proceeds_ordered(event: ProceedsOrdered | MilestonePaymentOrdered) -> tuple[Posting, ...]:
    price = Account.HELD.of(obligation_id(event.trade))
    return _move(price, Account.ORDERED.of(event.payment), event.amount_fen)


def _voided(event: PaymentVoided) -> tuple[Posting, ...]:
    return _move(Account.ORDERED.of(event.payment), Account.RETURNED.of(event.payment), event.amount_fen)


def _returned(event: PaymentReturned) -> tuple[Posting, ...]:
    return _move(Account.ESCROW.value, Account.RETURNED.of(event.payment), event.amount_fen)


def _repeated(event: PaymentRepeated) -> tuple[Posting, ...]:
    return _move(Account.RETURNED.of(event.payment), Account.ORDERED.of(event.again), event.amount_fen)


def _refund_ordered(event: SuspenseRefundOrdered) -> tuple[Posting, ...]:
    return _move(Account.SUSPENSE.value, Account.ORDERED.of(event.payment), event.amount_fen)


def _assigned(event: SuspenseAssigned) -> tuple[Posting, ...]:
    return _move(Account.SUSPENSE.value, Account.HELD.of(event.target), event.amount_fen)


def _forfeited(event: DepositForfeited) -> tuple[Posting, ...]:
    price = Account.HELD.of(obligation_id(event.trade))
    return _move(price, Account.FORFEITED.of(event.trade), event.amount_fen)


def _forfeit_applied(event: ForfeitApplied) -> tuple[Posting, ...]:
    return _move(Account.FORFEITED.of(event.trade), Account.HELD.of(event.obligation), event.amount_fen)


def _money_ordered(event: ObligationMoneyOrdered) -> tuple[Posting, ...]:
    return _move(Account.HELD.of(event.obligation), Account.ORDERED.of(event.payment), event.amount_fen)


def _held_applied(event: HeldMoneyApplied) -> tuple[Posting, ...]:
    return _move(Account.HELD.of(event.source), Account.HELD.of(event.obligation), event.amount_fen)


def _obligation_paid(event: ObligationMoneyPaid) -> tuple[Posting, ...]:
    """Out of escrow; a commission is then on the exchange's own account, and its income."""
    left = _left_escrow(event)
    if not is_commission(event.obligation) or event.refund:
        return left
    return (*left, *_move(Account.OWN.value, Account.COMMISSION.value, event.amount_fen))


def _left_escrow(
    event: DepositReleased | ProceedsPaid | SuspenseRefunded | ObligationMoneyPaid | MilestonePaid,
) -> tuple[Posting, ...]:
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
    MilestonePaymentOrdered: _proceeds_ordered,
    MilestonePaid: _left_escrow,
    PaymentVoided: _voided,
    PaymentReturned: _returned,
    PaymentRepeated: _repeated,
    SuspenseRefundOrdered: _refund_ordered,
    SuspenseRefunded: _left_escrow,
    SuspenseAssigned: _assigned,
    DepositForfeited: _forfeited,
    ForfeitApplied: _forfeit_applied,
    ObligationMoneyOrdered: _money_ordered,
    ObligationMoneyPaid: _obligation_paid,
    HeldMoneyApplied: _held_applied,
    ClaimPaymentOrdered: _claim_ordered,
    ClaimPaid: _left_fund,
}


_REFERENCES = ("bank_reference", "credit", "payment", "deposit", "trade")
_VALUE_DATES = ("credited_on", "paid_on", "returned_on", "applied_on")


def _first(event: SettlementEvent, names: tuple[str, ...]) -> str | None:
    """The first of some fields that the event has."""
    return next((getattr(event, name) for name in names if hasattr(event, name)), None)


class Ledger:
    """The entries, and the balances they add up to; an account at zero is dropped from these."""

    __slots__ = ("_balances", "entries")

    def __init__(self) -> None:
        self._balances: dict[str, int] = {}
        self.entries: list[Entry] = []

    @classmethod
    def of(cls, balances: dict[str, int], entries: list[Entry]) -> "Ledger":
        """The books with these balances and these entries, as a snapshot kept them."""
        ledger = cls()
        ledger._balances, ledger.entries = balances, entries
        return ledger

    def balances(self) -> dict[str, int]:
        """A copy of the balance of every open account."""
        return dict(self._balances)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Ledger) and self._balances == other._balances and self.entries == other.entries
        )

    __hash__ = None  # type: ignore[assignment]

    def book(self, event: SettlementEvent, at: int) -> None:
        """Book the entry of an event that happened at the instant `at` (µs), if it moves money."""
        lines = postings(event)
        if lines:
            self.post(lines)
            value_on = _first(event, _VALUE_DATES) or shanghai_date(at).isoformat()
            reference = _first(event, _REFERENCES) or ""
            self.entries.append(Entry(at, value_on, type(event).__name__, reference, lines))

    def post(self, entry: tuple[Posting, ...]) -> None:
        """Add one entry to the balances; Broken if it does not sum to zero or overdraws an account."""
        require(sum(line.amount_fen for line in entry) == 0, "every entry of the ledger sums to zero")
        for account, amount_fen in entry:
            balance = self._balances.pop(account, 0) + amount_fen
            if balance:
                self._balances[account] = balance
            right_side = balance >= 0 if chart_line(account).debit else balance <= 0
            require(right_side, f"{account} is never overdrawn")

    def balance(self, account: str) -> int:
        """The balance of an account in fen: a debit positive, a credit negative."""
        return self._balances.get(account, 0)

    def trial_balance(self) -> tuple[Posting, ...]:
        """Every open account with its balance, by name; they sum to zero."""
        return tuple(Posting(account, self._balances[account]) for account in sorted(self._balances))

    def wrong(self) -> str | None:
        """What is wrong with the books: a trial balance that is not zero, or balances that are not the entries'."""
        difference_fen = sum(self._balances.values())
        if difference_fen:
            return f"the trial balance is {difference_fen} fen and not zero"
        added: dict[str, int] = {}
        for line in (line for entry in self.entries for line in entry.lines):
            added[line.account] = added.get(line.account, 0) + line.amount_fen
        left = {account: fen for account, fen in added.items() if fen}
        return None if left == self._balances else "the balances are not what the entries add up to"
