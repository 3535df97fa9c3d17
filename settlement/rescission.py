"""A sale undone by agreement before its contract is registered and before the seller was paid.

Civil Code, art. 562 (rescission by agreement) and 566 (what was performed is restored): the price that lies in escrow
goes back, but for what both parties agreed that the seller keeps, the deposit included. Commissions that were not paid
are no longer due; one that was paid is the exchange's.
"""

from settlement.charge_events import ChargeRaised, HeldMoneyApplied
from settlement.dates import shanghai_date
from settlement.default import cancel_open, fee_back
from settlement.default_events import ObligationMoneyOrdered
from settlement.dispatch import Deciders, Evolvers
from settlement.events import ObligationMet, SettlementEvent
from settlement.ids import charge_id, payment_id
from settlement.refusals import Events, Refusal, refuse
from settlement.registration_state import RegistrationState
from settlement.rescission_messages import AgreeRescission, RescissionAgreed, TradeRescinded
from settlement.state import ContractState, Obligation, Settlement, Trade

SOURCE = "Civil Code, art. 562, 566"
_REGISTERED = (RegistrationState.REGISTERED, RegistrationState.CHANGED)


def agree_rescission(state: Settlement, command: AgreeRescission, at: int) -> Events:
    """Take a party's word; when the other side has said the same, undo the sale."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "there is no such trade")
    side = trade.side_of(command.party)
    if side is None:
        return refuse(command.trade, command, Refusal.NOT_A_PARTY, "only seller and buyer rescind")
    if trade.failed is not None:
        return refuse(command.trade, command, Refusal.TRADE_FAILED, trade.failed)
    late = _too_late(state, trade)
    if late is not None:
        return refuse(command.trade, command, Refusal.RESCISSION_LATE, late)
    owed = state.obligation_of(trade.id)
    if not 0 <= command.kept_fen <= owed.received_fen:
        detail = (
            f"kept_fen: got {command.kept_fen}, expected 0 to {owed.received_fen}, what is held of the price"
        )
        return refuse(command.trade, command, Refusal.RESCISSION_AMOUNT, detail)
    if trade.rescission.get(side) == command.kept_fen:
        return refuse(command.trade, command, Refusal.RESCISSION_STATED, "this party has said so before")
    agreed = RescissionAgreed(trade.id, command.party, side, command.author, command.kept_fen, command.reason)
    other = trade.rescission.get("buyer" if side == "seller" else "seller")
    if other != command.kept_fen:
        return (agreed,)
    return (agreed, *_undone(state, trade, owed, command.kept_fen, at))


def _too_late(state: Settlement, trade: Trade) -> str | None:
    """Why the parties can no longer undo it here; None while they can."""
    if trade.payment is not None:
        return "the price was ordered out to the seller, who would have to pay it back"
    if any(stone.payment is not None for stone in trade.milestones.values()):
        return "milestones were paid: the contract is terminated instead"
    registration = state.registrations.get(trade.registration or "")
    if registration is not None and registration.state in _REGISTERED:
        return "the contract is registered: its cancellation is filed with the office first"
    return None


def _undone(state: Settlement, trade: Trade, owed: Obligation, kept_fen: int, at: int) -> Events:
    today = shanghai_date(at).isoformat()
    refund_fen = owed.received_fen - kept_fen
    events: list[SettlementEvent] = [
        TradeRescinded(trade.id, trade.subject.listing, kept_fen, refund_fen, today)
    ]
    if kept_fen:
        kept = charge_id(trade.id, "rescission")
        events += [
            ChargeRaised(
                kept, trade.id, "rescission", trade.buyer.id, trade.seller.id, kept_fen, today, "", SOURCE
            ),
            HeldMoneyApplied(trade.id, owed.id, kept, kept_fen),
            ObligationMet(kept, trade.id),
        ]
    if refund_fen:
        events.append(ObligationMoneyOrdered(owed.id, payment_id(owed.id), owed.debtor, refund_fen, True))
    return (*events, *fee_back(state, trade))


def agreed(state: Settlement, event: RescissionAgreed, _at: int) -> None:
    """The party's word stands."""
    state.trades[event.trade].rescission[event.side] = event.kept_fen


def rescinded(state: Settlement, event: TradeRescinded, _at: int) -> None:
    """Nothing more comes of the sale."""
    trade = state.trades[event.trade]
    trade.rescinded_on = event.rescinded_on
    cancel_open(state, event.trade)
    state.obligation_of(event.trade).met = False
    contract = state.contracts.get(trade.contract or "")
    if contract is not None:
        contract.state = ContractState.RESCINDED


DECIDE: Deciders = {AgreeRescission: agree_rescission}
EVOLVE: Evolvers = {RescissionAgreed: agreed, TradeRescinded: rescinded}
