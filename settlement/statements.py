"""What a house can show of its money: a party's statement, and the deposits that are late in going back.

A statement lists what moved on the accounts that are a party's: its deposits, the price it paid in and that
still waits, and what the bank was asked to pay it. Amounts are fen; more held for the party is positive.
"""

from datetime import date
from typing import NamedTuple

from settlement.chart import Account
from settlement.dates import end_of_day, shanghai_date
from settlement.instalments import schedule
from settlement.ledger import Entry, Posting
from settlement.state import Deposit, PaymentKind, Settlement

_DAY = 24 * 3600 * 1_000_000


class Line(NamedTuple):
    """A movement: booked on `booked_on`, `value_on` by the bank, against the account `counter`."""

    booked_on: str
    value_on: str
    kind: str
    reference: str
    account: str
    counter: str
    amount_fen: int
    balance_fen: int


class Statement(NamedTuple):
    """A party's account with the house over a period: opening + lines = closing."""

    party: str
    first_on: str
    last_on: str
    opening_fen: int
    lines: tuple[Line, ...]
    closing_fen: int


class OpenItem(NamedTuple):
    """Something a party still owes: a price or a part of it, a commission, a royalty, a debt of a default."""

    obligation: str
    trade: str
    kind: str
    due_on: str
    amount_fen: int
    paid_fen: int
    missing_fen: int
    overdue: bool
    reference: str
    """What a payment names; empty for what is deducted from proceeds."""


def open_items(state: Settlement, party: str, on: date) -> tuple[OpenItem, ...]:
    """What a party owes on a day, each part with its own due date, by that date."""
    found = [
        OpenItem(
            owed.id,
            owed.trade,
            owed.kind,
            part.due_on,
            part.amount_fen,
            part.paid_fen,
            part.amount_fen - part.paid_fen,
            part.due_on < on.isoformat(),
            owed.reference,
        )
        for owed in state.obligations.values()
        if owed.debtor == party and not owed.met and not owed.cancelled
        for part in schedule(owed)
        if part.paid_fen < part.amount_fen
    ]
    return tuple(sorted(found, key=lambda item: (item.due_on, item.obligation)))


def owner(state: Settlement, account: str) -> str | None:
    """The party whose money stands on an account; None for the house's own and for suspense."""
    family, _, item = account.partition("/")
    if family == Account.HELD:
        if item in state.deposits:
            return state.deposits[item].party
        return state.obligations[item].debtor
    if family in (Account.ORDERED, Account.RETURNED):
        order = state.payments[item]
        return None if order.kind is PaymentKind.REFUND else order.party
    return None


def statement(state: Settlement, party: str, first_on: date, last_on: date) -> Statement:
    """What moved for a party from the first day to the last, both included, in Shanghai."""
    begin, end = end_of_day(first_on) - _DAY, end_of_day(last_on)
    opening_fen = balance_fen = 0
    lines: list[Line] = []
    for entry in state.ledger.entries:
        if entry.at > end:
            break
        for own, counter in _own(state, entry, party):
            balance_fen -= own.amount_fen
            if entry.at <= begin:
                opening_fen = balance_fen
            else:
                lines.append(_line(entry, own, counter, balance_fen))
    return Statement(party, first_on.isoformat(), last_on.isoformat(), opening_fen, tuple(lines), balance_fen)


def _own(state: Settlement, entry: Entry, party: str) -> list[tuple[Posting, Posting]]:
    """The postings of an entry on a party's accounts, each with the one against it."""
    pairs = ((line, entry.lines[place ^ 1]) for place, line in enumerate(entry.lines))
    return [(own, counter) for own, counter in pairs if owner(state, own.account) == party]


def _line(entry: Entry, own: Posting, counter: Posting, balance_fen: int) -> Line:
    booked_on = shanghai_date(entry.at).isoformat()
    return Line(
        booked_on,
        entry.value_on,
        entry.kind,
        entry.reference,
        own.account,
        counter.account,
        -own.amount_fen,
        balance_fen,
    )


def overdue_releases(state: Settlement, at: int) -> tuple[Deposit, ...]:
    """Deposits whose last instant for going back has passed without the bank's confirmation, the latest first.

    The instant is the rule set's (online judicial auctions, art. 23: 24 hours).
    """
    open_deposits = {order.subject for order in state.payments.values() if order.paid_on is None}
    late = [
        deposit
        for deposit in state.deposits.values()
        if deposit.due_by is not None
        and deposit.due_by < at
        and deposit.id in open_deposits
        and deposit.released_fen == 0
    ]
    return tuple(sorted(late, key=lambda deposit: (deposit.due_by or 0, deposit.id)))
