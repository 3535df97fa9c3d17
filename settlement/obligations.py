"""A trade and the price it makes due, until the seller has the money.

The price is due a number of calendar days after the hammer; the first day is not counted (Civil Code,
art. 201). The winner's deposit becomes a part of it.
"""

from matching_engine.errors import require
from settlement.charge_events import HeldMoneyApplied
from settlement.charges import deduct, raise_commissions
from settlement.commands import ConcludeTrade, PayProceeds
from settlement.dates import due_date, end_of_day, shanghai_date
from settlement.deal import days_to_pay, fault
from settlement.deposits import order_release
from settlement.dispatch import Deciders, Evolvers
from settlement.events import (
    DepositApplied,
    ObligationMet,
    ObligationRaised,
    ProceedsOrdered,
    ProceedsPaid,
    SettlementEvent,
    TradeConcluded,
)
from settlement.ids import obligation_id, payment_id
from settlement.instalments import planned
from settlement.milestone_pay import released_fen, unfinished
from settlement.payments import close_payment, open_payment
from settlement.references import add_reference, fold
from settlement.refusals import Events, Refusal, refuse
from settlement.state import (
    ContractState,
    Deposit,
    DepositState,
    Obligation,
    PaymentKind,
    Settlement,
    Trade,
)

_DAYS_MAX = 3650
"""No price is due later than in ten years; more days are a slip of whoever set the session."""


def conclude_trade(state: Settlement, command: ConcludeTrade, at: int) -> Events:
    """The sale, the price due, and what the winner's deposit pays of it."""
    if command.trade in state.trades or fold(obligation_id(command.trade)) in state.references:
        return refuse(command.trade, command, Refusal.TRADE_EXISTS, "this trade was concluded before")
    if command.price_fen <= 0 or not 0 <= command.payment_days <= _DAYS_MAX:
        detail = f"the price is above 0.00 and the days to pay are from 0 to {_DAYS_MAX}"
        return refuse(command.trade, command, Refusal.AMOUNT_INVALID, detail)
    wrong = fault(command.subject.deal) if command.subject.deal else None
    if wrong is not None:
        return refuse(command.trade, command, Refusal.DEAL_INVALID, wrong)
    if command.seller.id == command.buyer.id:
        detail = "seller and buyer are the same party"
        return refuse(command.trade, command, Refusal.TRADE_PARTIES, detail)
    deposit = _deposit_of(state, command)
    charges = raise_commissions(command)
    return (_concluded(command), _raised(command), *_settle_by_deposit(command, deposit, at), *charges)


def _deposit_of(state: Settlement, command: ConcludeTrade) -> Deposit | None:
    """The winner's deposit, if it is held for this lot: a sale stands with or without it."""
    deposit = state.deposits.get(command.deposit or "")
    if deposit is None or deposit.state is not DepositState.HELD or deposit.lot != command.lot:
        return None
    return deposit if deposit.party in (command.seller.id, command.buyer.id) else None


def _settle_by_deposit(
    command: ConcludeTrade, deposit: Deposit | None, at: int
) -> tuple[SettlementEvent, ...]:
    """The buyer's deposit goes into the price, what it is above it goes back; a winning seller's goes back whole."""
    if deposit is None:
        return ()
    pays = deposit.party == command.buyer.id
    applied_fen = min(deposit.amount_fen, command.price_fen) if pays else 0
    events: list[SettlementEvent] = []
    if applied_fen:
        events.append(DepositApplied(deposit.id, command.trade, applied_fen, shanghai_date(at).isoformat()))
    if deposit.amount_fen > applied_fen:
        due_by = end_of_day(due_date(command.hammered_at, command.payment_days))
        events.append(order_release(deposit, deposit.amount_fen - applied_fen, due_by))
    if applied_fen == command.price_fen:
        events.append(ObligationMet(obligation_id(command.trade), command.trade))
    return tuple(events)


def _concluded(command: ConcludeTrade) -> TradeConcluded:
    return TradeConcluded(
        trade=command.trade,
        lot=command.lot,
        subject=command.subject,
        seller=command.seller,
        buyer=command.buyer,
        price_fen=command.price_fen,
        deposit=command.deposit,
        mechanism=command.mechanism,
        hammered_at=command.hammered_at,
    )


def _raised(command: ConcludeTrade) -> ObligationRaised:
    obligation = obligation_id(command.trade)
    return ObligationRaised(
        obligation=obligation,
        trade=command.trade,
        debtor=command.buyer.id,
        creditor=command.seller.id,
        amount_fen=command.price_fen,
        due_on=due_date(command.hammered_at, _days(command)).isoformat(),
        reference=obligation,
    )


def _days(command: ConcludeTrade) -> int:
    """Days to pay the whole price: a price in instalments is whole with the last one."""
    return days_to_pay(command.subject.deal, command.payment_days)


def pay_proceeds(state: Settlement, command: PayProceeds, _at: int) -> Events:
    """Order the price, less the seller's commission, out to the seller, once it lies in escrow and the contract is concluded."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "no such trade")
    if trade.payment is not None:
        return refuse(command.trade, command, Refusal.PAYMENT_DONE, "the proceeds were ordered before")
    if trade.failed is not None:
        return refuse(command.trade, command, Refusal.TRADE_FAILED, trade.failed)
    if not state.obligation_of(trade.id).met:
        detail = "the price is not wholly on the escrow account"
        return refuse(command.trade, command, Refusal.OBLIGATION_OPEN, detail)
    if unfinished(trade):
        detail = "milestones are not accepted yet"
        return refuse(command.trade, command, Refusal.PAYMENT_NOT_DUE, detail)
    contract = state.contracts.get(trade.contract or "")
    if contract is None or contract.state is not ContractState.CONCLUDED:
        detail = "the contract is not signed by both parties"
        return refuse(command.trade, command, Refusal.CONTRACT_NOT_SIGNED, detail)
    deducted = deduct(state, trade)
    kept_fen = sum(one.amount_fen for one in deducted if isinstance(one, HeldMoneyApplied))
    net_fen = trade.price_fen - released_fen(trade) - kept_fen
    return (*deducted, ProceedsOrdered(trade.id, payment_id(trade.id), trade.seller.id, net_fen))


def concluded(state: Settlement, event: TradeConcluded, _at: int) -> None:
    """The sale stands."""
    require(event.trade not in state.trades, "a trade is concluded once")
    state.trades[event.trade] = Trade(
        id=event.trade,
        lot=event.lot,
        subject=event.subject,
        seller=event.seller,
        buyer=event.buyer,
        price_fen=event.price_fen,
        deposit=event.deposit,
        mechanism=event.mechanism,
        hammered_at=event.hammered_at,
    )


def raised(state: Settlement, event: ObligationRaised, _at: int) -> None:
    """The price is awaited under its reference."""
    trade = state.trades[event.trade]
    require(trade.obligation is None, "one trade, one obligation")
    trade.obligation = event.obligation
    state.obligations[event.obligation] = Obligation(
        id=event.obligation,
        trade=event.trade,
        debtor=event.debtor,
        creditor=event.creditor,
        amount_fen=event.amount_fen,
        due_on=event.due_on,
        reference=event.reference,
        plan=planned(trade),
    )
    add_reference(state, event.reference, event.obligation)


def met(state: Settlement, event: ObligationMet, _at: int) -> None:
    """The whole price lies in escrow."""
    obligation = state.obligations[event.obligation]
    require(not obligation.met, "an obligation is met once")
    require(obligation.missing_fen == 0, "an obligation is met when nothing is missing")
    obligation.met = True


def ordered(state: Settlement, event: ProceedsOrdered, at: int) -> None:
    """The bank is to pay the seller."""
    trade = state.trades[event.trade]
    require(trade.payment is None, "the proceeds of a trade are paid once")
    trade.payment = event.payment
    open_payment(state, event.payment, PaymentKind.PROCEEDS, event.trade, event.party, event.amount_fen, at)


def paid(state: Settlement, event: ProceedsPaid, _at: int) -> None:
    """The seller has the money."""
    close_payment(state, event.payment, event.bank_reference, event.paid_on)


DECIDE: Deciders = {ConcludeTrade: conclude_trade, PayProceeds: pay_proceeds}
EVOLVE: Evolvers = {
    TradeConcluded: concluded,
    ObligationRaised: raised,
    ObligationMet: met,
    ProceedsOrdered: ordered,
    ProceedsPaid: paid,
}
