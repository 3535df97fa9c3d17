"""The table of notices for what follows from a lot: deposits, trades, contracts, registration, claims. Pure."""

from typing import Any

from exchange.house.state import State
from exchange.notices.table import Row, lot_about
from exchange.notices.told import To, party
from settlement import default_events as d
from settlement import events as s
from settlement import milestone_messages as ms
from settlement import registration_events as r
from settlement.rescission_messages import TradeRescinded
from settlement.state import Trade


def _trade(state: State, id_: str) -> Trade | None:
    return state.settlement.trades.get(id_)


def _trade_of(state: State, event: Any) -> Trade | None:
    """The trade of an event: named, or that of its contract or claim."""
    settlement = state.settlement
    named = getattr(event, "trade", None)
    if named is None and hasattr(event, "contract"):
        contract = settlement.contracts.get(event.contract)
        named = contract.trade if contract else None
    if named is None and hasattr(event, "claim"):
        claim = settlement.claims.get(event.claim)
        named = claim.trade if claim else None
    return _trade(state, named) if named else None


def _both(state: State, event: Any) -> tuple[To, ...]:
    trade = _trade_of(state, event)
    return (To("party", trade.seller.id), To("party", trade.buyer.id)) if trade else ()


def _other(state: State, event: Any) -> tuple[To, ...]:
    """The side that did not act."""
    return tuple(one for one in _both(state, event) if one.id != event.party)


def _seller(state: State, event: Any) -> tuple[To, ...]:
    trade = _trade_of(state, event)
    return party(trade.seller.id) if trade else ()


def _buyer(state: State, event: Any) -> tuple[To, ...]:
    trade = _trade_of(state, event)
    return party(trade.buyer.id) if trade else ()


def _depositor(state: State, event: Any) -> tuple[To, ...]:
    deposit = state.settlement.deposits.get(event.deposit)
    return party(deposit.party) if deposit else ()


def _debtor(state: State, event: Any) -> tuple[To, ...]:
    return party(event.debtor)


def _claimant(state: State, event: Any) -> tuple[To, ...]:
    claim = state.settlement.claims.get(event.claim)
    return party(claim.party) if claim else ()


def _drawn_up(state: State, event: s.ClaimDrawnUp) -> tuple[To, ...]:
    return (*party(event.party), To("role", "funder"))


def _filed(state: State, event: Any) -> tuple[To, ...]:
    return (To("role", "registrar"), *_both(state, event))


def _registrars(state: State, event: Any) -> tuple[To, ...]:
    return (To("role", "registrar"),)


def _about(state: State, event: Any) -> tuple[str, str]:
    trade = _trade_of(state, event)
    return (f"/trades/{trade.id}", trade.subject.title) if trade else ("/desk", "")


def _about_deposit(state: State, event: Any) -> tuple[str, str]:
    deposit = state.settlement.deposits.get(event.deposit)
    return lot_about(state, deposit.lot) if deposit else ("/desk", "")


TRADES: dict[type, tuple[Row, ...]] = {
    s.DepositCalled: (Row("money.called", _depositor, _about_deposit, ("amount_fen", "reference")),),
    s.DepositHeld: (Row("money.held", _depositor, _about_deposit, ("amount_fen",)),),
    s.DepositReleased: (Row("money.released", _depositor, _about_deposit, ("amount_fen",)),),
    d.DepositForfeited: (Row("money.forfeited", _depositor, _about_deposit, ("amount_fen",)),),
    s.ObligationRaised: (Row("money.owed", _debtor, _about, ("amount_fen", "due_on", "reference")),),
    d.DefaultDebtRaised: (Row("money.owed", _debtor, _about, ("amount_fen", "due_on", "reference")),),
    s.ObligationMet: (Row("money.met", _both, _about),),
    s.ProceedsPaid: (Row("money.proceeds", _seller, _about, ("amount_fen", "paid_on")),),
    s.ContractDrafted: (Row("contract.draft", _both, _about),),
    s.ContractRevised: (Row("contract.revised", _other, _about),),
    s.ContractSigned: (Row("contract.signed", _other, _about),),
    s.ContractConcluded: (Row("contract.concluded", _both, _about, ("effective_on",)),),
    d.TradeDefaulted: (Row("contract.default", _both, _about),),
    TradeRescinded: (Row("contract.undone", _both, _about),),
    ms.MilestoneSubmitted: (Row("contract.milestone_in", _buyer, _about, ("number",)),),
    ms.MilestoneAccepted: (Row("contract.milestone_done", _seller, _about, ("number",)),),
    ms.MilestoneRejected: (
        Row("contract.milestone_back", _seller, _about, ("number", "reasons", "cure_until")),
    ),
    ms.MilestoneMissed: (Row("contract.milestone_late", _both, _about, ("number", "cure_until")),),
    r.RegistrationSubmitted: (Row("registration.filed", _filed, _about),),
    r.SupplementRequested: (Row("registration.supplement", _both, _about, ("words",)),),
    r.SupplementAnswered: (Row("registration.answered", _registrars, _about),),
    r.RegistrationAccepted: (Row("registration.accepted", _both, _about, ("accepted_on",)),),
    r.ContractRegistered: (Row("registration.registered", _both, _about, ("number", "registered_on")),),
    r.RegistrationRefused: (Row("registration.refused", _both, _about, ("reason",)),),
    r.RegistrationChanged: (Row("registration.changed", _both, _about, ("changed_on",)),),
    r.RegistrationCancelled: (Row("registration.ended", _both, _about, ("reason",)),),
    r.RegistrationRevoked: (Row("registration.ended", _both, _about, ("reason",)),),
    s.ClaimDrawnUp: (Row("claim.drawn", _drawn_up, _about, ("amount_fen",)),),
    s.ClaimApproved: (Row("claim.approved", _claimant, _about, when=lambda event: event.final),),
    s.ClaimPaid: (Row("claim.paid", _claimant, _about, ("amount_fen", "paid_on")),),
}
"""Event type → what is told of it."""
