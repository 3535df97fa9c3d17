"""What still binds a party: while any of it is open, nothing of its people is erased. Pure."""

import msgspec

from exchange.house.state import State
from exchange.market.listing_state import ListingState
from exchange.market.negotiation_state import LIVE, NOTICED
from settlement.registration_state import RegistrationState
from settlement.state import ClaimState, ContractState, DepositState, Trade

_DEPOSITS = (DepositState.CALLED, DepositState.HELD, DepositState.RELEASING)
_OFFERED = (
    ListingState.SUBMITTED,
    ListingState.RETURNED,
    ListingState.NOTICE,
    ListingState.OBJECTED,
    ListingState.TRADABLE,
    ListingState.IN_SESSION,
    ListingState.AGREEMENT_NOTICE,
)
_REGISTERING = (
    RegistrationState.SUBMITTED,
    RegistrationState.SUPPLEMENT,
    RegistrationState.ACCEPTED,
    RegistrationState.CLASSIFIED,
    RegistrationState.SECOND_REVIEW,
)


class Open(msgspec.Struct, frozen=True):
    """One thing that is open: its kind (deposit, entry, listing, table, contract, obligation, registration, claim,
    payment) and its id."""

    kind: str
    subject: str


def still_open(state: State, party: str | None) -> tuple[Open, ...]:
    """Everything in a house that still binds a party, kind by kind; nothing for an account without one."""
    if party is None:
        return ()
    settlement, market = state.settlement, state.market
    deposits = (
        one.id for one in settlement.deposits.values() if one.party == party and one.state in _DEPOSITS
    )
    entered = (lot for lot, holder in market.codes if holder == party and not state.lots[lot].ended)
    offered = (one.id for one in market.listings.values() if one.seller == party and one.state in _OFFERED)
    tables = market.negotiation.tables.values()
    talking = (
        one.id for one in tables if party in (one.holder, one.taker) and one.state in (*LIVE, *NOTICED)
    )
    paying = (id_ for id_, one in settlement.payments_open.items() if one.party == party)
    trades = (one for one in settlement.trades.values() if one.side_of(party) and one.failed is None)
    return (
        *(Open("deposit", id_) for id_ in deposits),
        *(Open("entry", id_) for id_ in entered),
        *(Open("listing", id_) for id_ in offered),
        *(Open("table", id_) for id_ in talking),
        *(Open("payment", id_) for id_ in paying),
        *(one for trade in trades for one in _of_trade(state, trade, party)),
    )


def _of_trade(state: State, trade: Trade, party: str) -> list[Open]:
    """What of a sale that stands is not done."""
    settlement = state.settlement
    found = []
    contract = settlement.contracts.get(trade.contract or "")
    if contract is None or contract.state is ContractState.DRAFTED:
        found.append(Open("contract", trade.contract or trade.id))
    owed = settlement.obligations.values()
    found += [
        Open("obligation", one.id)
        for one in owed
        if one.trade == trade.id and not one.met and not one.cancelled
    ]
    registration = settlement.registrations.get(trade.registration or "")
    if registration is not None and registration.state in _REGISTERING:
        found.append(Open("registration", registration.id))
    claims = (settlement.claims[id_] for id_ in trade.claims)
    found += [
        Open("claim", one.id) for one in claims if one.party == party and one.state is not ClaimState.PAID
    ]
    return found
