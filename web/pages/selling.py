"""The seller's desk: listings, notices, objections, sessions, contracts, money and the annual report, each with its
next step and date."""

from datetime import date
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.market.listing_state import Listing, ListingState
from exchange.registers.reports import annual_id
from settlement.dates import shanghai_date
from settlement.registration_state import Registration
from settlement.state import Contract, ContractState, Trade
from settlement.statements import statement
from web import errors
from web.pages.desk import to_do, trade_row
from web.pages.listings import row
from web.pages.lots import summary
from web.pages.report_entries import draft_of
from web.pages.shell import Visit, page
from web.pages.workspace import REPORTING, due

SHOWN = 60
OVER = (ListingState.AGREED, ListingState.ENDED, ListingState.WITHDRAWN)


async def selling(visit: Visit) -> Response:
    """The page."""
    party = visit.principal.party
    if party is None or "seller" not in visit.principal.roles:
        raise errors.failure(403, "FORBIDDEN", "this page is for organisations that sell")
    organisation = await visit.exchange.registers.organisations.get(party)
    if organisation is None:
        raise errors.not_found("party")
    state, today = visit.state, shanghai_date(visit.now)
    listings = [one for one in state.market.listings.values() if one.seller == party]
    standing = [one for one in reversed(listings) if one.state not in OVER]
    trades = [one for one in state.settlement.trades.values() if one.seller.id == party]
    account = statement(state.settlement, party, today.replace(month=1, day=1), today)
    return visit.render(
        "selling.html",
        organisation=organisation.name,
        to_do=to_do(visit, party, [], trades),
        due=await due(visit, organisation, today),
        listings=[_listing(visit, one) for one in standing[:SHOWN]],
        over=[_listing(visit, one) for one in reversed(listings) if one.state in OVER][:SHOWN],
        objections=_objections(visit, listings),
        lots=_lots(visit, party),
        contracts=[_contract(visit, party, one) for one in reversed(trades[-SHOWN:])],
        account=account,
        owed=_owed(visit, party, today),
        annual=await _annual(visit, party, today.year) if organisation.kind in REPORTING else None,
    )


def _listing(visit: Visit, one: Listing) -> dict[str, Any]:
    """A listing with what comes next for it, and when."""
    market = visit.state.market
    lot = market.lot_of(one.id)
    placed = visit.state.lots.get(lot or "") if one.state is ListingState.IN_SESSION else None
    step, at = str(one.state), placed.closes_at if placed else None
    if placed is not None and placed.ended:
        step, at = "sold" if placed.winners else "ended", None
    return {**row(visit, one), "next": visit.speech.code("listing_next", step), "at": at, "lot": lot}


def _objections(visit: Visit, listings: list[Listing]) -> list[dict[str, Any]]:
    """Objections to the seller's listings, the open ones first."""
    known = visit.state.market.objections
    found = [
        {"listing": one, "objection": known[id_], "open": known[id_].decision is None}
        for one in listings
        for id_ in one.objections
    ]
    found.reverse()
    return sorted(found, key=lambda item: not item["open"])[:SHOWN]


def _lots(visit: Visit, party: str) -> list[dict[str, Any]]:
    """The seller's lots in sessions: what runs or comes first, then the latest that ended."""
    market = visit.state.market
    own = [one for one in market.lot_plans.values() if market.listings[one.listing].seller == party]
    rows = [
        {**summary(visit.exchange, one.lot, visit.now), "sitting": market.sessions[one.session].title}
        for one in reversed(own)
        if one.lot in visit.state.lots
    ]
    return sorted(rows, key=lambda one: one["closed_at"] is not None)[:SHOWN]


def _contract(visit: Visit, party: str, trade: Trade) -> dict[str, Any]:
    """A sale with its contract, its registration, what is next, and by when."""
    state = visit.state.settlement
    contract = state.contracts.get(trade.contract or "")
    registration = state.registrations.get(trade.registration or "")
    owed = state.obligations.get(trade.obligation or "")
    waits = owed is not None and not owed.met and not owed.cancelled
    step = _next(party, trade, contract, registration, waits)
    return {
        **trade_row(visit, party, trade),
        "buyer": trade.buyer.name,
        "registration": registration,
        "next": visit.speech.code("sale_next", step),
        "by": owed.due_on if owed and waits and step == "payment" else None,
    }


def _next(
    party: str, trade: Trade, contract: Contract | None, registration: Registration | None, waits: bool
) -> str:
    """The step of a sale that comes next, in one word."""
    if trade.failed is not None:
        return "failed"
    if contract is None:
        return "contract"
    if contract.state is ContractState.DRAFTED:
        signed = any(one.party == party for one in contract.signatures)
        return "other_signature" if signed else "signature"
    if waits:
        return "payment"
    if registration is None or not registration.in_force:
        return "registration"
    return "done" if trade.side_of(party) in trade.elected or trade.election else "election"


def _owed(visit: Visit, party: str, today: date) -> list[dict[str, Any]]:
    """What buyers still owe the seller, by the day on which it is due."""
    found = [
        {
            "trade": one.trade,
            "due_on": one.due_on,
            "missing_fen": one.missing_fen,
            "late": one.due_on < str(today),
        }
        for one in visit.state.settlement.obligations.values()
        if one.creditor == party and not one.met and not one.cancelled
    ]
    return sorted(found, key=lambda one: str(one["due_on"]))


async def _annual(visit: Visit, party: str, year: int) -> list[dict[str, Any]]:
    """The running year and the one that is to be reported: what the platform knows, and whether it was handed in."""
    found = []
    for one in (year, year - 1):
        entry = await visit.exchange.registers.annual_reports.get(annual_id(party, one))
        handed = entry.submitted_on if entry else None
        found.append({"year": one, "draft": await draft_of(visit, party, one), "handed": handed})
    return found


ROUTES: list[Route] = [page("/selling", selling)]
