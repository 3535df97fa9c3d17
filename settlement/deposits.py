"""A bidder's deposit: called before the first bid, held, and ended once: applied to the price or given back.

Sources: online judicial auction rules (2016), arts. 17 and 23; a deposit is not earnest money (Civil Code, art. 586).
"""

from matching_engine.errors import require
from settlement.commands import CallDeposit, ReleaseDeposit
from settlement.dispatch import Deciders, Evolvers
from settlement.events import (
    DepositApplied,
    DepositCalled,
    DepositHeld,
    DepositReleased,
    DepositReleaseOrdered,
)
from settlement.ids import payment_id
from settlement.payments import close_payment, open_payment
from settlement.references import add_reference, fold
from settlement.refusals import Events, Refusal, refuse
from settlement.state import Deposit, DepositState, PaymentKind, Settlement


def call_deposit(state: Settlement, command: CallDeposit, _at: int) -> Events:
    """Ask for the deposit; the bidder pays it under the deposit's id."""
    if command.amount_fen <= 0:
        return refuse(command.deposit, command, Refusal.AMOUNT_INVALID, "a deposit is above 0.00")
    if command.deposit in state.deposits or fold(command.deposit) in state.references:
        return refuse(command.deposit, command, Refusal.DEPOSIT_EXISTS, "this deposit was called before")
    called = DepositCalled(
        deposit=command.deposit,
        lot=command.lot,
        bidder=command.bidder,
        party=command.party,
        amount_fen=command.amount_fen,
        reference=command.deposit,
    )
    return (called,)


def release_deposit(state: Settlement, command: ReleaseDeposit, _at: int) -> Events:
    """Order a held deposit to be paid back whole."""
    deposit = state.deposits.get(command.deposit)
    if deposit is None:
        return refuse(command.deposit, command, Refusal.DEPOSIT_UNKNOWN, "no such deposit")
    if deposit.state is not DepositState.HELD:
        detail = f"only a held deposit is released; this one is {deposit.state}"
        return refuse(command.deposit, command, Refusal.DEPOSIT_STATE, detail)
    return (order_release(deposit, deposit.amount_fen, command.due_by),)


def order_release(deposit: Deposit, amount_fen: int, due_by: int) -> DepositReleaseOrdered:
    """The order to pay the deposit, or what is left of it, back to its party."""
    return DepositReleaseOrdered(
        deposit=deposit.id,
        payment=payment_id(deposit.id),
        party=deposit.party,
        amount_fen=amount_fen,
        due_by=due_by,
    )


def called(state: Settlement, event: DepositCalled, _at: int) -> None:
    """The deposit is awaited under its reference."""
    require(event.deposit not in state.deposits, "a deposit is called once")
    state.deposits[event.deposit] = Deposit(
        id=event.deposit,
        lot=event.lot,
        bidder=event.bidder,
        party=event.party,
        amount_fen=event.amount_fen,
        reference=event.reference,
    )
    add_reference(state, event.reference, event.deposit)


def held(state: Settlement, event: DepositHeld, _at: int) -> None:
    """The whole deposit lies in escrow."""
    deposit = state.deposits[event.deposit]
    require(deposit.state is DepositState.CALLED, "a deposit is held once, after it was called")
    deposit.state = DepositState.HELD


def applied(state: Settlement, event: DepositApplied, _at: int) -> None:
    """The deposit became a part of the price."""
    deposit = state.deposits[event.deposit]
    require(deposit.state is DepositState.HELD, "a deposit ends once")
    require(event.amount_fen <= deposit.amount_fen, "no more than the deposit is applied")
    deposit.state = DepositState.APPLIED
    deposit.trade = event.trade
    deposit.applied_fen = event.amount_fen
    obligation = state.obligation_of(event.trade)
    obligation.deposit_fen += event.amount_fen
    obligation.received_fen += event.amount_fen


def release_ordered(state: Settlement, event: DepositReleaseOrdered, at: int) -> None:
    """The bank is to pay back a held deposit, or what an applied one exceeded the price by."""
    deposit = state.deposits[event.deposit]
    require(deposit.state in (DepositState.HELD, DepositState.APPLIED), "a release is ordered of money held")
    require(event.amount_fen == deposit.amount_fen - deposit.applied_fen, "all that is left is released")
    if deposit.state is DepositState.HELD:
        deposit.state = DepositState.RELEASING
    deposit.due_by = event.due_by
    open_payment(state, event.payment, PaymentKind.DEPOSIT, event.deposit, event.party, event.amount_fen, at)


def released(state: Settlement, event: DepositReleased, _at: int) -> None:
    """The bank has paid back."""
    deposit = state.deposits[event.deposit]
    ordered = (DepositState.RELEASING, DepositState.APPLIED, DepositState.FORFEITED)
    require(deposit.state in ordered, "what was ordered back is released")
    close_payment(state, event.payment, event.bank_reference, event.paid_on)
    deposit.released_fen = event.amount_fen
    if deposit.state is DepositState.RELEASING:
        deposit.state = DepositState.RELEASED


DECIDE: Deciders = {CallDeposit: call_deposit, ReleaseDeposit: release_deposit}
EVOLVE: Evolvers = {
    DepositCalled: called,
    DepositHeld: held,
    DepositApplied: applied,
    DepositReleaseOrdered: release_ordered,
    DepositReleased: released,
}
