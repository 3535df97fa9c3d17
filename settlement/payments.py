"""Orders to the bank, in two phases: pending, then posted when the bank confirms, or void, or expired.

Each order ends once. The money of a void or expired order waits on an account of its own until it is ordered
again under another payment id, so that the bank, which executes an id once, cannot mistake one for the other.
"""

from matching_engine.errors import require
from settlement.bank_account import BankAccount
from settlement.commands import ConfirmPayment, ExpirePayment, RepeatPayment, VoidPayment
from settlement.creditors import creditor_of
from settlement.dates import due_date, end_of_day, parse_date
from settlement.default_events import ObligationMoneyPaid
from settlement.dispatch import Deciders, Evolvers
from settlement.events import (
    ClaimPaid,
    DepositReleased,
    PaymentRepeated,
    PaymentVoided,
    ProceedsPaid,
    SuspenseRefunded,
)
from settlement.ids import repeated_id
from settlement.milestone_messages import MilestonePaid
from settlement.refusals import Events, Refusal, refuse
from settlement.registration_checks import benefit_block
from settlement.state import PaymentKind, PaymentOrder, PaymentState, Settlement

ORDER_DAYS = 10
"""Calendar days after which an order that the bank has not answered may be taken to have expired."""


def confirm_payment(state: Settlement, command: ConfirmPayment, _at: int) -> Events:
    """The bank has paid: say so of the deposit, the proceeds, the claim or the refund."""
    order = state.payments.get(command.payment)
    if order is None:
        return refuse(command.payment, command, Refusal.PAYMENT_UNKNOWN, "this payment was never ordered")
    if order.paid_on is not None:
        detail = f"confirmed before, paid on {order.paid_on} as {order.bank_reference}"
        return refuse(command.payment, command, Refusal.PAYMENT_DONE, detail)
    if order.state is not PaymentState.PENDING:
        return _not_pending(order, command)
    if command.amount_fen not in (None, order.amount_fen):
        detail = f"the order is for {order.amount_fen} fen, not for {command.amount_fen}"
        return refuse(command.payment, command, Refusal.PAYMENT_AMOUNT, detail)
    if parse_date(command.paid_on) is None:
        return refuse(command.payment, command, Refusal.DATE_INVALID, "paid_on is a date like 2026-11-20")
    if order.kind is PaymentKind.RETURN:
        back = ObligationMoneyPaid(
            order.subject, order.payment, order.amount_fen, command.bank_reference, command.paid_on, True
        )
        return (back,)
    paid = _PAID[order.kind]
    return (paid(order.subject, order.payment, order.amount_fen, command.bank_reference, command.paid_on),)


_Paid = (
    type[DepositReleased]
    | type[ProceedsPaid]
    | type[ClaimPaid]
    | type[SuspenseRefunded]
    | type[ObligationMoneyPaid]
    | type[MilestonePaid]
)
_PAID: dict[PaymentKind, _Paid] = {
    PaymentKind.DEPOSIT: DepositReleased,
    PaymentKind.PROCEEDS: ProceedsPaid,
    PaymentKind.CLAIM: ClaimPaid,
    PaymentKind.REFUND: SuspenseRefunded,
    PaymentKind.RETURN: ObligationMoneyPaid,
    PaymentKind.DEBT: ObligationMoneyPaid,
    PaymentKind.COMMISSION: ObligationMoneyPaid,
    PaymentKind.ROYALTY: ObligationMoneyPaid,
    PaymentKind.COMPENSATION: ObligationMoneyPaid,
    PaymentKind.MILESTONE: MilestonePaid,
}


def _not_pending(
    order: PaymentOrder, command: ConfirmPayment | VoidPayment | ExpirePayment | RepeatPayment
) -> Events:
    detail = f"the order is {order.state}"
    if order.repeated_as:
        detail += f" and was given again as {order.repeated_as}"
    return refuse(order.payment, command, Refusal.PAYMENT_STATE, detail)


def void_payment(state: Settlement, command: VoidPayment, _at: int) -> Events:
    """The bank will not pay: the money is free for another order."""
    order = state.payments.get(command.payment)
    if order is None:
        return refuse(command.payment, command, Refusal.PAYMENT_UNKNOWN, "this payment was never ordered")
    if order.state is not PaymentState.PENDING:
        return _not_pending(order, command)
    return (PaymentVoided(order.payment, order.amount_fen, command.reason),)


def expire_payment(state: Settlement, command: ExpirePayment, at: int) -> Events:
    """An order without an answer expires, not before its last day is over."""
    order = state.payments.get(command.payment)
    if order is None:
        return refuse(command.payment, command, Refusal.PAYMENT_UNKNOWN, "this payment was never ordered")
    if order.state is not PaymentState.PENDING:
        return _not_pending(order, command)
    last = due_date(order.ready_at or order.ordered_at, ORDER_DAYS)
    if at <= end_of_day(last):
        detail = f"the bank has until {last.isoformat()} to execute it"
        return refuse(command.payment, command, Refusal.PAYMENT_NOT_DUE, detail)
    return (PaymentVoided(order.payment, order.amount_fen, f"not executed until {last.isoformat()}", True),)


def repeat_payment(state: Settlement, command: RepeatPayment, _at: int) -> Events:
    """Order the same money again."""
    order = state.payments.get(command.payment)
    if order is None:
        return refuse(command.payment, command, Refusal.PAYMENT_UNKNOWN, "this payment was never ordered")
    if order.state not in (PaymentState.VOID, PaymentState.EXPIRED) or order.repeated_as:
        return _not_pending(order, command)
    ended = _claim_block(state, order)
    if ended is not None:
        return refuse(command.payment, command, Refusal.REGISTRATION_ENDED, ended)
    again = repeated_id(order.payment, order.attempt + 1)
    return (PaymentRepeated(order.payment, again, order.amount_fen),)


def _claim_block(state: Settlement, order: PaymentOrder) -> str | None:
    """Why a claim that came back is not paid again: its registration has ended since."""
    claim = state.claims.get(order.subject) if order.kind is PaymentKind.CLAIM else None
    return benefit_block(state, state.trades[claim.trade]) if claim is not None else None


def open_payment(
    state: Settlement, payment: str, kind: PaymentKind, subject: str, party: str, amount_fen: int, at: int
) -> PaymentOrder:
    """Note an order, given at the instant `at` (µs), that the bank is to execute."""
    require(payment not in state.payments, "a payment is ordered once")
    order = PaymentOrder(payment, kind, subject, party, amount_fen, ordered_at=at)
    order.creditor = creditor_of(state, kind, subject, party)
    if order.creditor is not None:
        make_ready(state, order, order.creditor, at)
    state.payments[payment] = state.payments_open[payment] = order
    return order


def make_ready(state: Settlement, order: PaymentOrder, account: BankAccount, at: int) -> None:
    """The order has its account: the bank can execute it, and its days to do so run. The fund's orders are not watched."""
    order.creditor, order.ready_at = account, at
    if order.account == "escrow":
        state.orders_due[order.payment] = end_of_day(due_date(at, ORDER_DAYS)) + 1


def close_payment(state: Settlement, payment: str, bank_reference: str, paid_on: str) -> None:
    """Note that the bank executed an order."""
    require(payment in state.payments_open, "a payment is confirmed once, after it was ordered")
    order = state.payments_open.pop(payment)
    state.orders_due.pop(payment, None)
    order.state = PaymentState.POSTED
    order.bank_reference = bank_reference
    order.paid_on = paid_on


def voided(state: Settlement, event: PaymentVoided, _at: int) -> None:
    """The order counts no more."""
    require(event.payment in state.payments_open, "only a pending order becomes void")
    order = state.payments_open.pop(event.payment)
    state.orders_due.pop(event.payment, None)
    order.state = PaymentState.EXPIRED if event.expired else PaymentState.VOID
    order.reason = event.reason
    order.return_reference = event.bank_reference or None


def repeated(state: Settlement, event: PaymentRepeated, at: int) -> None:
    """The same money is ordered anew."""
    order = state.payments[event.payment]
    require(order.repeated_as is None, "a void order is given again once")
    order.repeated_as = event.again
    anew = open_payment(state, event.again, order.kind, order.subject, order.party, event.amount_fen, at)
    anew.attempt = order.attempt + 1
    _now_paid_by(state, order, event.again)


def _now_paid_by(state: Settlement, order: PaymentOrder, again: str) -> None:
    """What pointed to the void order points to the one that pays in its stead."""
    if order.kind is PaymentKind.PROCEEDS:
        state.trades[order.subject].payment = again
    elif order.subject in state.obligations:
        state.obligations[order.subject].payment = again
    elif order.kind is PaymentKind.MILESTONE:
        number, _, trade = order.subject.removeprefix("M").partition("-")
        state.trades[trade].milestones[int(number)].payment = again


DECIDE: Deciders = {
    ConfirmPayment: confirm_payment,
    VoidPayment: void_payment,
    ExpirePayment: expire_payment,
    RepeatPayment: repeat_payment,
}
EVOLVE: Evolvers = {PaymentVoided: voided, PaymentRepeated: repeated}
