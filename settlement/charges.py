"""Commissions of a sale: raised at the hammer, the buyer's paid in under its reference, the seller's kept from the proceeds."""

from settlement.charge_events import ChargeRaised, HeldMoneyApplied
from settlement.commands import ConcludeTrade
from settlement.commission import Bracket, fee_fen
from settlement.dates import due_date
from settlement.dispatch import Deciders, Evolvers
from settlement.events import ObligationMet, SettlementEvent
from settlement.ids import charge_id, obligation_id
from settlement.references import add_reference
from settlement.state import Obligation, Settlement, Trade

EXCHANGE = "exchange"
"""The creditor of commissions."""


def raise_commissions(command: ConcludeTrade) -> tuple[SettlementEvent, ...]:
    """What both sides owe the exchange for a sale, as its session has it."""
    terms = command.commission
    if terms is None:
        return ()
    due_on = due_date(command.hammered_at, command.payment_days).isoformat()
    sides: tuple[tuple[str, tuple[Bracket, ...], str], ...] = (
        ("buyer_commission", terms.buyer, command.buyer.id),
        ("seller_commission", terms.seller, command.seller.id),
    )
    events: list[SettlementEvent] = []
    for kind, brackets, debtor in sides:
        amount_fen = fee_fen(brackets, command.price_fen)
        if amount_fen:
            charge = charge_id(command.trade, kind)
            reference = charge if kind == "buyer_commission" else ""
            events.append(
                ChargeRaised(
                    charge,
                    command.trade,
                    kind,  # type: ignore[arg-type]
                    debtor,
                    EXCHANGE,
                    amount_fen,
                    due_on,
                    reference,
                    terms.source,
                )
            )
    return tuple(events)


def deduct(state: Settlement, trade: Trade) -> tuple[SettlementEvent, ...]:
    """The seller's commission out of the price that is held."""
    fee = state.obligations.get(charge_id(trade.id, "seller_commission"))
    if fee is None or fee.met or fee.cancelled:
        return ()
    applied = HeldMoneyApplied(trade.id, obligation_id(trade.id), fee.id, fee.missing_fen)
    return applied, ObligationMet(fee.id, trade.id)


def unpaid_fen(state: Settlement, trade: str, kind: str) -> int:
    """A commission that was raised and is not paid."""
    fee = state.obligations.get(charge_id(trade, kind))
    return 0 if fee is None or fee.met or fee.cancelled else fee.amount_fen


def raised(state: Settlement, event: ChargeRaised, _at: int) -> None:
    """Money for it is awaited, or it will be deducted."""
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
    if event.reference:
        add_reference(state, event.reference, event.obligation)


def applied(state: Settlement, event: HeldMoneyApplied, _at: int) -> None:
    """The money is held for the other obligation."""
    owed = state.obligations[event.obligation]
    owed.receive(event.amount_fen)
    if owed.kind == "rescission":
        state.obligations[event.source].received_fen -= event.amount_fen


DECIDE: Deciders = {}
EVOLVE: Evolvers = {ChargeRaised: raised, HeldMoneyApplied: applied}
