"""The way out of suspense: a person sends the money back to its payer, or finds what it was meant for."""

from settlement.commands import AssignSuspense, RefundSuspense
from settlement.credit import suspended, take_from_suspense
from settlement.dispatch import Deciders, Evolvers
from settlement.events import (
    DepositHeld,
    ObligationMet,
    SuspenseAssigned,
    SuspenseRefunded,
    SuspenseRefundOrdered,
)
from settlement.ids import refund_id
from settlement.payments import close_payment, open_payment
from settlement.refusals import Events, Refusal, refuse
from settlement.state import Deposit, DepositState, Obligation, PaymentKind, Settlement, Suspense


def refund_suspense(state: Settlement, command: RefundSuspense, _at: int) -> Events:
    """Order everything that a credit has in suspense back to its payer."""
    item = suspended(state, command.credit)
    if item is None:
        return _nothing_there(command)
    return (SuspenseRefundOrdered(item.credit, refund_id(item.credit), item.payer, item.amount_fen),)


def assign_suspense(state: Settlement, command: AssignSuspense, _at: int) -> Events:
    """Give money in suspense to a deposit, which takes it whole or not at all, or to an obligation."""
    item = suspended(state, command.credit)
    if item is None:
        return _nothing_there(command)
    if command.target in state.deposits:
        return _to_deposit(state.deposits[command.target], item, command)
    if command.target in state.obligations:
        return _to_obligation(state.obligations[command.target], item, command)
    detail = f"there is no deposit or obligation {command.target}"
    return refuse(command.credit, command, Refusal.TARGET_UNFIT, detail)


def _nothing_there(command: RefundSuspense | AssignSuspense) -> Events:
    detail = "no money of this credit is in suspense"
    return refuse(command.credit, command, Refusal.SUSPENSE_UNKNOWN, detail)


def _to_deposit(deposit: Deposit, item: Suspense, command: AssignSuspense) -> Events:
    if deposit.state is not DepositState.CALLED or item.amount_fen < deposit.amount_fen:
        detail = f"the deposit is {deposit.state} and asks for {deposit.amount_fen} fen in one transfer"
        return refuse(command.credit, command, Refusal.TARGET_UNFIT, detail)
    assigned = SuspenseAssigned(item.credit, deposit.id, deposit.amount_fen)
    return assigned, DepositHeld(deposit.id, deposit.lot, deposit.bidder, deposit.amount_fen)


def _to_obligation(obligation: Obligation, item: Suspense, command: AssignSuspense) -> Events:
    if not obligation.reference:
        detail = "it is deducted from the proceeds, not paid in"
        return refuse(command.credit, command, Refusal.TARGET_UNFIT, detail)
    if obligation.missing_fen == 0 or obligation.cancelled:
        return refuse(command.credit, command, Refusal.TARGET_UNFIT, "nothing is missing of the obligation")
    taken_fen = min(item.amount_fen, obligation.missing_fen)
    assigned = SuspenseAssigned(item.credit, obligation.id, taken_fen)
    if taken_fen < obligation.missing_fen:
        return (assigned,)
    return assigned, ObligationMet(obligation.id, obligation.trade)


def refund_ordered(state: Settlement, event: SuspenseRefundOrdered, at: int) -> None:
    """The bank is to send the money back."""
    take_from_suspense(state, event.credit, event.amount_fen)
    open_payment(state, event.payment, PaymentKind.REFUND, event.credit, event.payer, event.amount_fen, at)


def refunded(state: Settlement, event: SuspenseRefunded, _at: int) -> None:
    """The payer has the money back."""
    close_payment(state, event.payment, event.bank_reference, event.paid_on)


def assigned(state: Settlement, event: SuspenseAssigned, _at: int) -> None:
    """The money is held for its target; a deposit's state follows with its own event."""
    take_from_suspense(state, event.credit, event.amount_fen)
    source = state.credits[event.credit].payer_account
    if source is not None:
        state.sources[event.target] = source
    if event.target in state.obligations:
        state.obligations[event.target].receive(event.amount_fen)


DECIDE: Deciders = {RefundSuspense: refund_suspense, AssignSuspense: assign_suspense}
EVOLVE: Evolvers = {
    SuspenseRefundOrdered: refund_ordered,
    SuspenseRefunded: refunded,
    SuspenseAssigned: assigned,
}
