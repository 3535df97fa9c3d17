"""The money of milestones: what is held, what may go out, and what goes back when a contract ends early."""

from matching_engine.errors import require
from settlement.charges import unpaid_fen
from settlement.default import cancel_open, fee_back
from settlement.default_events import ObligationMoneyOrdered
from settlement.dispatch import Evolvers
from settlement.events import SettlementEvent
from settlement.ids import payment_id
from settlement.milestone_messages import MilestonePaid, MilestonePaymentOrdered, TradeTerminated
from settlement.milestone_state import Milestone, MilestoneState
from settlement.payments import close_payment, open_payment
from settlement.state import ContractState, PaymentKind, Settlement, Trade


def released_fen(trade: Trade) -> int:
    """What went out to the awardee milestone by milestone."""
    return sum(stone.amount_fen for stone in trade.milestones.values() if stone.payment is not None)


def held_fen(state: Settlement, trade: Trade) -> int:
    """What of the price lies in escrow."""
    return state.obligation_of(trade.id).received_fen - released_fen(trade)


def unfinished(trade: Trade) -> bool:
    """Whether milestones of the trade are not accepted yet: until then there are no proceeds."""
    return any(stone.state is not MilestoneState.ACCEPTED for stone in trade.milestones.values())


def payable(state: Settlement, trade: Trade, ending: bool = False) -> tuple[MilestonePaymentOrdered, ...]:
    """The orders for accepted milestones that the money held covers, in their order.

    While the contract goes on the last of all is left to the proceeds, and so is what the exchange's commission needs.
    """
    contract = state.contracts.get(trade.contract or "")
    if contract is None or contract.state is not ContractState.CONCLUDED:
        return ()
    if trade.failed is not None or trade.payment is not None:
        return ()
    waiting = [one for one in trade.milestones.values() if one.payment is None]
    if not ending:
        waiting = _but_last(waiting)
    left_fen = held_fen(state, trade) - (0 if ending else unpaid_fen(state, trade.id, "seller_commission"))
    orders: list[MilestonePaymentOrdered] = []
    for stone in waiting:
        if stone.state is MilestoneState.ACCEPTED and stone.amount_fen <= left_fen - (0 if ending else 1):
            left_fen -= stone.amount_fen
            orders.append(_order(trade, stone))
    return tuple(orders)


def _but_last(waiting: list[Milestone]) -> list[Milestone]:
    """Without the one that the proceeds will pay: the only one left, however many were accepted out of turn."""
    open_ = [one for one in waiting if one.state is not MilestoneState.ACCEPTED]
    return [one for one in waiting if one.state is MilestoneState.ACCEPTED] if open_ else waiting[:-1]


def _order(trade: Trade, stone: Milestone) -> MilestonePaymentOrdered:
    return MilestonePaymentOrdered(
        trade.id, stone.number, stone.id, payment_id(stone.id), trade.seller.id, stone.amount_fen
    )


def refund(state: Settlement, trade: Trade, refund_fen: int) -> tuple[SettlementEvent, ...]:
    """What is held and not earned goes back to the issuer, and a commission that was not paid whole."""
    owed = state.obligation_of(trade.id)
    back = fee_back(state, trade)
    if not refund_fen:
        return tuple(back)
    return (ObligationMoneyOrdered(owed.id, payment_id(owed.id), owed.debtor, refund_fen, True), *back)


def ordered(state: Settlement, event: MilestonePaymentOrdered, at: int) -> None:
    """The bank is to pay the awardee."""
    stone = state.trades[event.trade].milestones[event.number]
    require(stone.payment is None, "a milestone is paid once")
    require(stone.state is MilestoneState.ACCEPTED, "what was accepted is paid")
    stone.payment = event.payment
    open_payment(state, event.payment, PaymentKind.MILESTONE, stone.id, event.party, event.amount_fen, at)


def paid(state: Settlement, event: MilestonePaid, _at: int) -> None:
    """The awardee has it."""
    close_payment(state, event.payment, event.bank_reference, event.paid_on)


def terminated(state: Settlement, event: TradeTerminated, _at: int) -> None:
    """Nothing more comes of the sale."""
    trade = state.trades[event.trade]
    require(trade.failed is None, "a contract ends once")
    trade.terminated = f"the contract was terminated on {event.terminated_on}: {event.ground}"
    cancel_open(state, trade.id)
    state.obligation_of(trade.id).met = False
    contract = state.contracts.get(trade.contract or "")
    if contract is not None:
        contract.state = ContractState.RESCINDED
    for stone in trade.milestones.values():
        state.milestones_due.pop(stone.id, None)


EVOLVE: Evolvers = {
    MilestonePaymentOrdered: ordered,
    MilestonePaid: paid,
    TradeTerminated: terminated,
}
