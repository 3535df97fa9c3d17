"""Orders to the bank and their confirmation: each is given once and confirmed once."""

from matching_engine.errors import require
from settlement.commands import ConfirmPayment
from settlement.dates import parse_date
from settlement.dispatch import Deciders
from settlement.events import ClaimPaid, DepositReleased, ProceedsPaid
from settlement.refusals import Events, Refusal, refuse
from settlement.state import PaymentKind, PaymentOrder, Settlement


def confirm_payment(state: Settlement, command: ConfirmPayment, _at: int) -> Events:
    """The bank has paid: say so of the deposit, the proceeds or the claim."""
    order = state.payments.get(command.payment)
    if order is None:
        return refuse(command.payment, command, Refusal.PAYMENT_UNKNOWN, "this payment was never ordered")
    if order.paid_on is not None:
        detail = f"confirmed before, paid on {order.paid_on} as {order.bank_reference}"
        return refuse(command.payment, command, Refusal.PAYMENT_DONE, detail)
    if parse_date(command.paid_on) is None:
        return refuse(command.payment, command, Refusal.DATE_INVALID, "paid_on is a date like 2026-11-20")
    paid = _PAID[order.kind]
    return (paid(order.subject, order.payment, order.amount_fen, command.bank_reference, command.paid_on),)


_PAID: dict[PaymentKind, type[DepositReleased] | type[ProceedsPaid] | type[ClaimPaid]] = {
    PaymentKind.DEPOSIT: DepositReleased,
    PaymentKind.PROCEEDS: ProceedsPaid,
    PaymentKind.CLAIM: ClaimPaid,
}


def open_payment(
    state: Settlement, payment: str, kind: PaymentKind, subject: str, party: str, amount_fen: int
) -> None:
    """Note an order that the bank is to execute."""
    require(payment not in state.payments, "a payment is ordered once")
    order = PaymentOrder(payment, kind, subject, party, amount_fen)
    state.payments[payment] = state.payments_open[payment] = order


def close_payment(state: Settlement, payment: str, bank_reference: str, paid_on: str) -> None:
    """Note that the bank executed an order."""
    require(payment in state.payments_open, "a payment is confirmed once, after it was ordered")
    order = state.payments_open.pop(payment)
    order.bank_reference = bank_reference
    order.paid_on = paid_on


DECIDE: Deciders = {ConfirmPayment: confirm_payment}
