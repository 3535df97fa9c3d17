"""The winner's default: deposit forfeited, and when the lot is sold again, shortfall and both commissions due.

Auction law, art. 39: the first buyer pays the commissions of both sides and what the second sale brings less.
Online judicial auctions (2016), art. 24: the deposit does not go back; it pays the costs, then the difference.
Art. 56 of the law caps a commission that was not agreed at 5 % a side. What the deposit leaves is the seller's.
"""

from fractions import Fraction

from matching_engine.errors import require
from settlement.charges import EXCHANGE as EXCHANGE
from settlement.charges import unpaid_fen
from settlement.commands import AssessDefault, DeclareDefault, PayDebt
from settlement.dates import due_date, end_of_day, parse_date
from settlement.default_events import (
    DebtKind,
    DefaultAssessed,
    DefaultDebtRaised,
    DepositForfeited,
    ForfeitApplied,
    ObligationMoneyOrdered,
    ObligationMoneyPaid,
    TradeDefaulted,
)
from settlement.dispatch import Deciders, Evolvers
from settlement.events import ObligationMet, SettlementEvent
from settlement.ids import charge_id, debt_id, payment_id
from settlement.instalments import next_due
from settlement.payments import close_payment, open_payment
from settlement.references import add_reference
from settlement.refusals import Events, Refusal, refuse
from settlement.state import Default, DepositState, Obligation, PaymentKind, Settlement, Trade

COMMISSION_MAX = Fraction(5, 100)
"""Of the price, a side (auction law, art. 56)."""
DEBT_DAYS = 10
"""Calendar days that a demand leaves."""


def declare_default(state: Settlement, command: DeclareDefault, at: int) -> Events:
    """The price is overdue: forfeit the deposit, send what else was paid back, and await the price no longer."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "there is no such trade")
    if trade.default is not None:
        return refuse(command.trade, command, Refusal.DEFAULT_DECLARED, "the default was declared before")
    if trade.failed is not None:
        return refuse(command.trade, command, Refusal.TRADE_FAILED, trade.failed)
    if any(stone.payment is not None for stone in trade.milestones.values()):
        detail = "milestones were paid: the contract is terminated instead"
        return refuse(command.trade, command, Refusal.DEFAULT_NOT_DUE, detail)
    owed = state.obligation_of(trade.id)
    due = parse_date(next_due(owed))
    require(due is not None, "an obligation has its due date")
    if owed.met or due is None or at <= end_of_day(due):
        detail = (
            "the price is paid"
            if owed.met
            else f"the price, or the next part of it, may be paid until {next_due(owed)}"
        )
        return refuse(command.trade, command, Refusal.DEFAULT_NOT_DUE, detail)
    for fen in (command.buyer_commission_fen, command.seller_commission_fen):
        if fen is not None and not 0 <= fen <= trade.price_fen * COMMISSION_MAX:
            detail = "a commission is from 0 to 5 % of the price (auction law, art. 56)"
            return refuse(command.trade, command, Refusal.DEFAULT_COMMISSION, detail)
    return (_defaulted(state, trade, command), *_unwind(trade, owed), *fee_back(state, trade))


def fee_back(state: Settlement, trade: Trade) -> list[SettlementEvent]:
    """What was paid in of a commission that is not whole goes back: the default counts it anew."""
    fee = state.obligations.get(charge_id(trade.id, "buyer_commission"))
    if fee is None or fee.met or not fee.received_fen:
        return []
    return [ObligationMoneyOrdered(fee.id, payment_id(fee.id), fee.debtor, fee.received_fen, True)]


def _defaulted(state: Settlement, trade: Trade, command: DeclareDefault) -> TradeDefaulted:
    return TradeDefaulted(
        trade=trade.id,
        listing=trade.subject.listing,
        lot=trade.lot,
        buyer=trade.buyer.id,
        price_fen=trade.price_fen,
        buyer_commission_fen=_fee(state, trade, "buyer_commission", command.buyer_commission_fen),
        seller_commission_fen=_fee(state, trade, "seller_commission", command.seller_commission_fen),
    )


def _fee(state: Settlement, trade: Trade, kind: str, told_fen: int | None) -> int:
    """The commission that was told, or the sale's own that is not paid."""
    return unpaid_fen(state, trade.id, kind) if told_fen is None else told_fen


def _unwind(trade: Trade, owed: Obligation) -> list[SettlementEvent]:
    """The deposit is forfeited; what the buyer paid beside it goes back."""
    events: list[SettlementEvent] = []
    if owed.deposit_fen:
        events.append(DepositForfeited(trade.id, trade.deposit or "", owed.deposit_fen))
    back_fen = owed.received_fen - owed.deposit_fen
    if back_fen:
        events.append(ObligationMoneyOrdered(owed.id, payment_id(owed.id), owed.debtor, back_fen, True))
    return events


def assess_default(state: Settlement, command: AssessDefault, at: int) -> Events:
    """The lot was sold again: name what the first buyer owes, and pay of it what the deposit can."""
    trade, resale = state.trades.get(command.trade), state.trades.get(command.resale)
    if trade is None or resale is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "there is no such trade")
    default = trade.default
    if default is None or default.resale is not None or not _sold_again(trade, resale):
        detail = "no default of this trade waits for this sale"
        return refuse(command.trade, command, Refusal.DEFAULT_NOT_DUE, detail)
    commission_fen = default.commission_fen
    shortfall_fen = max(0, trade.price_fen - resale.price_fen)
    pool_fen = default.forfeited_fen
    assessed = DefaultAssessed(trade.id, resale.id, commission_fen, shortfall_fen, pool_fen)
    due_on = due_date(at, DEBT_DAYS).isoformat()
    events: list[SettlementEvent] = [assessed]
    debts: tuple[tuple[DebtKind, int], ...] = (("commission", commission_fen), ("shortfall", shortfall_fen))
    for kind, amount_fen in debts:
        covered_fen = min(pool_fen, amount_fen)
        pool_fen -= covered_fen
        events += _debt(trade, kind, amount_fen, covered_fen, due_on)
    return (*events, *_debt(trade, "forfeit", pool_fen, pool_fen, due_on))


def _sold_again(trade: Trade, resale: Trade) -> bool:
    return resale.id != trade.id and resale.subject.listing == trade.subject.listing


def _debt(
    trade: Trade, kind: DebtKind, amount_fen: int, covered_fen: int, due_on: str
) -> list[SettlementEvent]:
    """A debt, what the forfeited deposit pays of it, and that it is met when that is all."""
    if amount_fen == 0:
        return []
    debt = debt_id(trade.id, kind)
    creditor = EXCHANGE if kind == "commission" else trade.seller.id
    events: list[SettlementEvent] = [
        DefaultDebtRaised(debt, trade.id, kind, trade.buyer.id, creditor, amount_fen, due_on, debt)
    ]
    if covered_fen:
        events.append(ForfeitApplied(trade.id, debt, covered_fen))
    if covered_fen == amount_fen:
        events.append(ObligationMet(debt, trade.id))
    return events


def pay_debt(state: Settlement, command: PayDebt, _at: int) -> Events:
    """Order a debt of a default, once it is whole, out to its creditor."""
    owed = state.obligations.get(command.obligation)
    if owed is None or owed.kind == "price" or not owed.met:
        detail = "no debt of a default is whole under this id"
        return refuse(command.obligation, command, Refusal.OBLIGATION_OPEN, detail)
    if owed.payment is not None:
        detail = f"ordered before as {owed.payment}"
        return refuse(command.obligation, command, Refusal.PAYMENT_DONE, detail)
    return (ObligationMoneyOrdered(owed.id, payment_id(owed.id), owed.creditor, owed.amount_fen, False),)


def defaulted(state: Settlement, event: TradeDefaulted, _at: int) -> None:
    """The sale has failed; the listing waits to be sold again."""
    trade = state.trades[event.trade]
    require(trade.default is None, "a default is declared once")
    trade.default = Default(event.buyer_commission_fen + event.seller_commission_fen)
    cancel_open(state, event.trade)
    state.defaults[event.listing] = (*state.defaults.get(event.listing, ()), event.trade)


def cancel_open(state: Settlement, trade: str) -> None:
    """Nothing more is awaited for a sale that has failed: neither its price nor its commissions."""
    state.obligation_of(trade).cancelled = True
    for kind in ("buyer_commission", "seller_commission"):
        fee = state.obligations.get(charge_id(trade, kind))
        if fee is not None and not fee.met:
            fee.cancelled = True


def forfeited(state: Settlement, event: DepositForfeited, _at: int) -> None:
    """The deposit is no longer a part of the price."""
    trade, deposit = state.trades[event.trade], state.deposits[event.deposit]
    require(deposit.state is DepositState.APPLIED, "a deposit is forfeited out of the price it went into")
    require(trade.default is not None, "a deposit is forfeited by a default")
    assert trade.default is not None
    deposit.state = DepositState.FORFEITED
    trade.default.forfeited_fen = event.amount_fen
    state.obligation_of(event.trade).received_fen -= event.amount_fen


def assessed(state: Settlement, event: DefaultAssessed, _at: int) -> None:
    """What the default cost is known."""
    trade = state.trades[event.trade]
    require(trade.default is not None and trade.default.resale is None, "a default is assessed once")
    assert trade.default is not None
    trade.default.resale = event.resale
    listing = trade.subject.listing
    left = tuple(failed for failed in state.defaults.pop(listing) if failed != trade.id)
    if left:
        state.defaults[listing] = left


def debt_raised(state: Settlement, event: DefaultDebtRaised, _at: int) -> None:
    """Money for the debt is awaited under its reference."""
    require(event.obligation not in state.obligations, "a debt is raised once")
    state.obligations[event.obligation] = Obligation(
        id=event.obligation,
        trade=event.trade,
        debtor=event.debtor,
        creditor=event.creditor,
        amount_fen=event.amount_fen,
        due_on=event.due_on,
        reference=event.reference,
        kind=event.kind,
    )
    add_reference(state, event.reference, event.obligation)


def forfeit_applied(state: Settlement, event: ForfeitApplied, _at: int) -> None:
    """The forfeited deposit has paid."""
    state.obligations[event.obligation].receive(event.amount_fen)


_KINDS = {
    "buyer_commission": PaymentKind.COMMISSION,
    "seller_commission": PaymentKind.COMMISSION,
    "royalty": PaymentKind.ROYALTY,
    "inspection": PaymentKind.ROYALTY,
    "rescission": PaymentKind.COMPENSATION,
}


def money_ordered(state: Settlement, event: ObligationMoneyOrdered, at: int) -> None:
    """The bank is to pay what is held for an obligation."""
    owed = state.obligations[event.obligation]
    require(owed.payment is None, "the money of an obligation is ordered out once")
    owed.payment = event.payment
    if event.refund:
        owed.received_fen -= event.amount_fen
    kind = PaymentKind.RETURN if event.refund else _KINDS.get(owed.kind, PaymentKind.DEBT)
    open_payment(state, event.payment, kind, event.obligation, event.party, event.amount_fen, at)


def money_paid(state: Settlement, event: ObligationMoneyPaid, _at: int) -> None:
    """The money has arrived."""
    close_payment(state, event.payment, event.bank_reference, event.paid_on)


DECIDE: Deciders = {DeclareDefault: declare_default, AssessDefault: assess_default, PayDebt: pay_debt}
EVOLVE: Evolvers = {
    TradeDefaulted: defaulted,
    DepositForfeited: forfeited,
    DefaultAssessed: assessed,
    DefaultDebtRaised: debt_raised,
    ForfeitApplied: forfeit_applied,
    ObligationMoneyOrdered: money_ordered,
    ObligationMoneyPaid: money_paid,
}
