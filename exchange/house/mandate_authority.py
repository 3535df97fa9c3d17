"""Whoever acts for an organisation needs its mandate; a broker acts for one side of a listing only."""

from collections.abc import Callable
from datetime import date
from typing import Any

from exchange.house.command import Denied, Principal
from exchange.house.state import State
from exchange.market import commands as mc
from exchange.market import listing_commands as pc
from exchange.market.mandate_messages import ActingRole
from exchange.market.mandates import acts, clients
from exchange.market.question_messages import AnswerQuestion
from matching_engine import commands as lc
from settlement import commands as sc
from settlement.dates import shanghai_date

Acting = tuple[str | None, ActingRole, str | None]
"""For whom a command acts, in which role, and on which listing."""


def _of_lot(state: State, lot: str) -> str | None:
    placed = state.market.lot_plans.get(lot)
    return placed.listing if placed else None


def _selling(body: Any, state: State) -> Acting:
    return body.seller, "seller", body.listing


def _wanting(body: pc.RegisterInterest, state: State) -> Acting:
    return body.party, "bidder", body.listing


def _entering(body: Any, state: State) -> Acting:
    return body.party, "bidder", _of_lot(state, body.lot)


def _bidding(body: Any, state: State) -> Acting:
    entry = state.market.entry(body.lot, body.bidder)
    return (entry.party if entry else None), "bidder", _of_lot(state, body.lot)


def _signing(body: sc.SignContract, state: State) -> Acting:
    contract = state.settlement.contracts.get(body.contract)
    trade = state.settlement.trades.get(contract.trade) if contract else None
    if trade is None:
        return None, "bidder", None
    return body.party, ("seller" if trade.seller.id == body.party else "bidder"), trade.subject.listing


ACTING: dict[type, Callable[[Any, State], Acting]] = {
    mc.SubmitListing: _selling,
    pc.ResubmitListing: _selling,
    pc.WithdrawListing: _selling,
    pc.RegisterInterest: _wanting,
    mc.ApplyEntry: _entering,
    mc.AnswerSecondBest: _entering,
    lc.Bid: _bidding,
    lc.Match: _bidding,
    lc.Seal: _bidding,
    lc.Accept: _bidding,
    sc.SignContract: _signing,
    AnswerQuestion: _selling,
}
"""Command → for whom it acts. Whatever is not here acts for nobody."""


def refuse_without_mandate(principal: Principal, body: Any, state: State, at: int) -> None:
    """Raise Denied unless the principal may act for whom the command names, on the day of an instant."""
    found = ACTING.get(type(body))
    if found is None:
        return
    party, role, listing = found(body, state)
    if party is None:
        return
    market = state.market
    if party == principal.party and party not in market.mandated:
        return
    day = shanghai_date(at)
    if party == principal.party:
        if not acts(market, principal.account, party, role, day):
            raise Denied("MANDATE_MISSING", f"your organisation has given you no mandate as {role}")
        return
    if "broker" not in principal.roles or not acts(market, principal.account, party, "broker", day):
        raise Denied("MANDATE_MISSING", "no client's mandate of yours is in force")
    _refuse_both_sides(principal, party, listing, state, day)


def _refuse_both_sides(
    principal: Principal, client: str, listing: str | None, state: State, day: date
) -> None:
    """A broker has one client in a listing: not its seller and a bidder, nor two who bid against each other."""
    market = state.market
    one = market.listings.get(listing or "")
    if one is None:
        return
    lot = market.lot_of(one.id)
    others = [
        one.seller,
        *one.interests,
        *(entry.party for entry in market.entries.get(lot or "", {}).values()),
    ]
    own = clients(market, principal.account, principal.party, day)
    agency = [principal.party] if principal.party else []
    for other in others:
        if other != client and any(market.related(other, mine) for mine in (*own, *agency) if mine != client):
            raise Denied("BID_CONFLICT_OF_INTEREST", "a broker acts for one side of a listing only")
