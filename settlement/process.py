"""What follows by itself: the commands that the house gives itself after an event.

Every step asks the state whether it is due, so it does not matter which of its conditions came last, and a
step that was taken before is not asked for again.
"""

from collections.abc import Callable

from settlement.claim_steps import missing_for_claims
from settlement.commands import (
    AssessDefault,
    DraftContract,
    DrawUpClaims,
    PayDebt,
    PayProceeds,
    SettlementCommand,
    SubmitRegistration,
)
from settlement.default_events import DepositForfeited, ObligationMoneyOrdered
from settlement.events import (
    ClaimantElected,
    ContractConcluded,
    ContractRegistered,
    CreditRecorded,
    ObligationMet,
    ProceedsPaid,
    SettlementEvent,
    SuspenseAssigned,
    TradeConcluded,
)
from settlement.income import to_reduce
from settlement.milestone_messages import MilestoneAccepted, PayMilestones
from settlement.milestone_pay import payable, unfinished
from settlement.regions import registration_office
from settlement.state import ContractState, Settlement, Trade

Step = Callable[[Settlement, Trade], SettlementCommand | None]


def _draft(_state: Settlement, trade: Trade) -> SettlementCommand | None:
    return DraftContract(trade.id) if trade.contract is None else None


def _submit(state: Settlement, trade: Trade) -> SettlementCommand | None:
    """The seller side files with the office of its region, once by itself."""
    if trade.registration is not None or trade.default is not None or not _contract_concluded(state, trade):
        return None
    return SubmitRegistration(trade.contract or "", registration_office(trade.seller.region))


def _pay(state: Settlement, trade: Trade) -> SettlementCommand | None:
    """The seller is paid when the price is in escrow and the contract concluded, whichever comes last."""
    if trade.payment is not None or unfinished(trade) or not state.obligation_of(trade.id).met:
        return None
    return PayProceeds(trade.id) if _contract_concluded(state, trade) else None


def _release(state: Settlement, trade: Trade) -> SettlementCommand | None:
    """An accepted milestone is paid when it is covered and the contract concluded; the last by the proceeds."""
    if _pay(state, trade) is not None or not payable(state, trade):
        return None
    return PayMilestones(trade.id)


def _draw_up(state: Settlement, trade: Trade) -> SettlementCommand | None:
    """Claims follow money received, registration and joint election, whichever comes last."""
    ready = not trade.claims and missing_for_claims(state, trade) is None
    return DrawUpClaims(trade.id) if ready else None


def _assess(state: Settlement, trade: Trade) -> SettlementCommand | None:
    """A sale of what a defaulting buyer left shows what the default cost."""
    failed = state.defaults.get(trade.subject.listing)
    return AssessDefault(failed[0], trade.id) if failed else None


def _contract_concluded(state: Settlement, trade: Trade) -> bool:
    contract = state.contracts.get(trade.contract or "")
    return contract is not None and contract.state is ContractState.CONCLUDED


def _trade_of(state: Settlement, event: SettlementEvent) -> Trade | None:
    """The trade that an event is about; money names its obligation alone, and other money none."""
    if isinstance(event, ObligationMoneyOrdered):
        return state.trades[state.obligations[event.obligation].trade]
    if isinstance(event, CreditRecorded | SuspenseAssigned):
        owed = state.obligations.get(event.target or "")
        return state.trades[owed.trade] if owed is not None else None
    return state.trades[event.trade]  # type: ignore[union-attr]


_STEPS: dict[type, tuple[Step, ...]] = {
    TradeConcluded: (_draft, _assess),
    ContractConcluded: (_submit, _pay, _release),
    ObligationMet: (_pay, _release),
    MilestoneAccepted: (_pay, _release),
    CreditRecorded: (_release,),
    SuspenseAssigned: (_release,),
    ProceedsPaid: (_draw_up,),
    ContractRegistered: (_draw_up,),
    ClaimantElected: (_draw_up,),
    DepositForfeited: (to_reduce,),
    ObligationMoneyOrdered: (to_reduce,),
}


def react(state: Settlement, event: SettlementEvent) -> tuple[SettlementCommand, ...]:
    """The commands due because of `event`; `state` has taken the event in already."""
    steps = _STEPS.get(type(event))
    if steps is None:
        return ()
    if isinstance(event, ObligationMet) and state.obligations[event.obligation].kind != "price":
        return (PayDebt(event.obligation),)
    trade = _trade_of(state, event)
    if trade is None:
        return ()
    commands = (step(state, trade) for step in steps)
    return tuple(command for command in commands if command is not None)
