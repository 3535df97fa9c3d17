"""What a bank's statement says of our own orders: paid, come back, or nothing that we know of.

A debit is ours when it names a payment id, or the one open order of its subject and amount. What it says is asked of
the books as a command; what fits no order, or another amount, is reported and booked nowhere.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from matching_engine.errors import require
from settlement.bank_commands import NoteStatement, ReturnPayment
from settlement.bank_events import PaymentReturned, StatementNoted
from settlement.bank_statement import BankCredit, BankDebit
from settlement.commands import ConfirmPayment
from settlement.dates import parse_date
from settlement.dispatch import Deciders, Evolvers
from settlement.events import PaymentVoided
from settlement.refusals import Events, Refusal, refuse
from settlement.state import (
    DepositState,
    PaymentKind,
    PaymentOrder,
    PaymentState,
    Settlement,
)

_WORD = re.compile(r"[A-Z0-9][A-Z0-9-]*")


class Mismatch(StrEnum):
    """Why a debit or a return says nothing that could be booked."""

    NO_ORDER = "NO_ORDER"
    """It names no order of ours, or several."""
    AMOUNT = "AMOUNT"
    """The order is for another amount."""
    PAID_BEFORE = "PAID_BEFORE"
    """The order was confirmed under another reference: perhaps the bank paid twice."""
    ORDER_ENDED = "ORDER_ENDED"
    """The order is void or expired: ask for it again in the books, and confirm that."""
    REVERSAL = "REVERSAL"
    """The bank took back money that had come in."""


class Told(NamedTuple):
    """What an entry comes to: a command, or it is known, or why it is neither."""

    command: ConfirmPayment | ReturnPayment | None
    known: bool = False
    mismatch: Mismatch | None = None
    detail: str = ""


def orders_by_name(state: Settlement) -> dict[str, PaymentOrder]:
    """The orders on the escrow account under their ids in capitals, as banks write them."""
    return {id_.upper(): order for id_, order in state.payments.items() if order.account == "escrow"}


def of_debit(orders: dict[str, PaymentOrder], debit: BankDebit) -> Told:
    """What money that left the account says of our orders."""
    if debit.reversal:
        return Told(None, mismatch=Mismatch.REVERSAL, detail="a credit was reversed")
    order = _named(orders, debit.reference) or _of_subject(orders, debit)
    if order is None:
        return Told(None, mismatch=Mismatch.NO_ORDER, detail="it names no order, or several")
    if order.amount_fen != debit.amount_fen:
        detail = f"{order.payment} is for {order.amount_fen} fen"
        return Told(None, mismatch=Mismatch.AMOUNT, detail=detail)
    if order.bank_reference == debit.bank_reference:
        return Told(None, known=True)
    if order.bank_reference is not None:
        detail = f"{order.payment} was confirmed before as {order.bank_reference}"
        return Told(None, mismatch=Mismatch.PAID_BEFORE, detail=detail)
    if order.state is not PaymentState.PENDING:
        return Told(None, mismatch=Mismatch.ORDER_ENDED, detail=f"{order.payment} is {order.state}")
    return Told(ConfirmPayment(order.payment, debit.bank_reference, debit.paid_on, debit.amount_fen))


def of_return(orders: dict[str, PaymentOrder], credit: BankCredit) -> Told | None:
    """What money that came back says of our orders; None when it is money like any other.

    Where the bank does not mark it as returned, only an order that was paid can have come back: else whoever
    writes a payment's id on a transfer could call it off.
    """
    order = _named(orders, credit.reference)
    marked = bool(credit.returned)
    if order is None:
        detail = "money was returned that names no order"
        return Told(None, mismatch=Mismatch.NO_ORDER, detail=detail) if marked else None
    if order.return_reference == credit.bank_reference:
        return Told(None, known=True)
    if not marked and (order.state is not PaymentState.POSTED or order.amount_fen != credit.amount_fen):
        return None
    if order.amount_fen != credit.amount_fen:
        detail = f"{order.payment} is for {order.amount_fen} fen"
        return Told(None, mismatch=Mismatch.AMOUNT, detail=detail)
    if order.state not in (PaymentState.PENDING, PaymentState.POSTED):
        return Told(None, mismatch=Mismatch.ORDER_ENDED, detail=f"{order.payment} is {order.state}")
    reason = credit.returned or "returned"
    return Told(
        ReturnPayment(order.payment, credit.amount_fen, credit.bank_reference, credit.credited_on, reason)
    )


def _words(reference: str) -> dict[str, None]:
    return dict.fromkeys(_WORD.findall(reference.upper()))


def _named(orders: dict[str, PaymentOrder], reference: str) -> PaymentOrder | None:
    """The one order whose id stands in a text."""
    return _only(orders[word] for word in _words(reference) if word in orders)


def _of_subject(orders: dict[str, PaymentOrder], debit: BankDebit) -> PaymentOrder | None:
    """The one open order of an amount whose purpose a bank repeats without our payment's id."""
    words = _words(debit.reference)
    return _only(
        order
        for order in orders.values()
        if order.subject.upper() in words
        and order.amount_fen == debit.amount_fen
        and (order.state is PaymentState.PENDING or order.bank_reference == debit.bank_reference)
    )


def _only(found: Iterable[PaymentOrder]) -> PaymentOrder | None:
    all_ = list(found)
    return all_[0] if len(all_) == 1 else None


def note_statement(state: Settlement, command: NoteStatement, _at: int) -> Events:
    """Keep a statement's head, once."""
    head = command.head
    known = state.statements.get(head.account, {}).get(head.statement)
    if known is None:
        return (StatementNoted(head),)
    if known == head:
        detail = "this statement was imported before"
        return refuse(head.statement, command, Refusal.STATEMENT_KNOWN, detail)
    detail = "imported before with another number, period, balance or count of entries"
    return refuse(head.statement, command, Refusal.STATEMENT_MISMATCH, detail)


def return_payment(state: Settlement, command: ReturnPayment, _at: int) -> Events:
    """Take money back that an order had paid; one that was not confirmed yet becomes void."""
    order = state.payments.get(command.payment)
    if order is None or order.account != "escrow":
        detail = "this payment was never ordered from escrow"
        return refuse(command.payment, command, Refusal.PAYMENT_UNKNOWN, detail)
    if command.amount_fen != order.amount_fen:
        detail = f"the order is for {order.amount_fen} fen, not for {command.amount_fen}"
        return refuse(command.payment, command, Refusal.PAYMENT_AMOUNT, detail)
    if parse_date(command.returned_on) is None:
        return refuse(command.payment, command, Refusal.DATE_INVALID, "returned_on is a date like 2026-11-20")
    if order.state is PaymentState.PENDING:
        return (
            PaymentVoided(order.payment, order.amount_fen, command.reason, False, command.bank_reference),
        )
    if order.state is not PaymentState.POSTED:
        detail = f"the order is {order.state}"
        return refuse(command.payment, command, Refusal.PAYMENT_STATE, detail)
    returned = PaymentReturned(
        order.payment, order.amount_fen, command.bank_reference, command.returned_on, command.reason
    )
    return (returned,)


def noted(state: Settlement, event: StatementNoted, _at: int) -> None:
    """The statement is known."""
    head = event.head
    of_account = state.statements.setdefault(head.account, {})
    require(head.statement not in of_account, "a statement is noted once")
    of_account[head.statement] = head


def returned(state: Settlement, event: PaymentReturned, _at: int) -> None:
    """The order is void after all; a deposit that had gone back is on its way once more."""
    order = state.payments[event.payment]
    require(order.state is PaymentState.POSTED, "only what was paid comes back")
    order.state, order.reason, order.paid_on = PaymentState.VOID, event.reason, None
    order.return_reference = event.bank_reference
    if order.kind is PaymentKind.DEPOSIT:
        deposit = state.deposits[order.subject]
        deposit.released_fen = 0
        if deposit.state is DepositState.RELEASED:
            deposit.state = DepositState.RELEASING


DECIDE: Deciders = {NoteStatement: note_statement, ReturnPayment: return_payment}
EVOLVE: Evolvers = {StatementNoted: noted, PaymentReturned: returned}
