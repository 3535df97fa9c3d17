"""The money of a trade as its page shows it: what is due and paid, the deposit, a default and what follows from it.

What may be done now is asked of the same functions that will decide it, so the page offers nothing that is refused.
"""

from collections.abc import Mapping
from typing import Any

from exchange.market.commands import OfferSecondBest, ReopenListing
from exchange.market.events import ListingReopened, SecondBestOffered
from exchange.market.resale import offer_second_best, reopen_listing
from matching_engine.terms import HOUR
from settlement.commands import DeclareDefault
from settlement.dates import shanghai_date
from settlement.default import declare_default
from settlement.default_events import DepositForfeited, ObligationMoneyOrdered, TradeDefaulted
from settlement.instalments import next_due, schedule
from settlement.royalties import running
from settlement.state import Obligation, Trade
from web.api_royalties import next_period, reported_period
from web.pages.shell import Visit

ROWS = 4
"""Rows of the form of instalments, unless the plan has more."""
ROWS_MAX = 24


def money_of(visit: Visit, trade: Trade, said: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Values of the template for a trade that the reader may see."""
    state = visit.state.settlement
    owed = state.obligations.get(trade.obligation or "")
    operator = "operator" in visit.principal.roles
    plan_said = said if said and _typed(said) else None
    return {
        "royalty": _royalty(visit, trade, said or {}),
        "obligation": owed,
        "schedule": _schedule(visit, owed) if owed else [],
        "deposit": state.deposits.get(trade.deposit or ""),
        "proceeds": state.payments.get(trade.payment or ""),
        "default": trade.default,
        "debts": _debts(visit, trade),
        "plan_rows": _rows(visit, owed, plan_said)
        if operator and owed and not (owed.met or owed.cancelled)
        else [],
        "plan_open": plan_said is not None or "parts" in visit.request.query_params,
        "default_on": next_due(owed) if operator and owed and not (owed.met or owed.cancelled) else "",
        "may_default": operator and failing(visit, trade) is not None,
        **_offered(visit, trade),
        "may_offer": _offer(visit, trade) if operator else None,
        "may_reopen": _reopening(visit, trade) if operator else None,
    }


def _schedule(visit: Visit, owed: Obligation) -> list[dict[str, Any]]:
    """The parts of the price, each with how it stands today."""
    today = shanghai_date(visit.now).isoformat()

    def standing(due_on: str, amount_fen: int, paid_fen: int) -> str:
        if paid_fen == amount_fen:
            return "paid"
        if owed.cancelled:
            return "cancelled"
        if due_on < today:
            return "overdue"
        return "part_paid" if paid_fen else "open"

    return [{"due": due, "state": standing(*due)} for due in schedule(owed)]


def _debts(visit: Visit, trade: Trade) -> list[Obligation]:
    """What a default left to be paid beside the price."""
    if trade.default is None:
        return []
    obligations = visit.state.settlement.obligations.values()
    return [one for one in obligations if one.trade == trade.id and one.kind != "price"]


def _rows(visit: Visit, owed: Obligation, said: Mapping[str, str] | None) -> list[dict[str, str]]:
    """The rows of the form: what was typed, else the plan as it stands."""
    wish = visit.request.query_params.get("parts", "")
    wanted = int(wish) if wish.isascii() and wish.isdecimal() and len(wish) < 3 else ROWS
    plan = owed.plan
    count = min(max(wanted, len(plan), _typed(said or {})), ROWS_MAX)
    rows = []
    for place in range(count):
        part = plan[place] if place < len(plan) else None
        day = part.due_on if part else ""
        amount = f"{part.amount_fen // 100}.{part.amount_fen % 100:02d}" if part else ""
        if said is not None:
            day, amount = said.get(f"due_on-{place}", ""), said.get(f"amount-{place}", "")
        rows.append({"due_on": day, "amount": amount})
    return rows


def _typed(said: Mapping[str, str]) -> int:
    """How many rows it takes to show what was typed."""
    places = [n for n in range(ROWS_MAX) if f"amount-{n}" in said or f"due_on-{n}" in said]
    return places[-1] + 1 if places else 0


def failing(visit: Visit, trade: Trade) -> dict[str, int] | None:
    """What declaring the default now would do, in fen: `forfeited_fen` and `back_fen`; None while it may not be."""
    if trade.obligation is None:
        return None
    events = declare_default(visit.state.settlement, DeclareDefault(trade.id), visit.now)
    if not isinstance(events[0], TradeDefaulted):
        return None
    return {
        "forfeited_fen": sum(one.amount_fen for one in events if isinstance(one, DepositForfeited)),
        "back_fen": sum(one.amount_fen for one in events if isinstance(one, ObligationMoneyOrdered)),
    }


def _offer(visit: Visit, trade: Trade) -> SecondBestOffered | None:
    """The offer to the runner-up that could be made now."""
    command = OfferSecondBest(trade.lot, HOUR)
    lot = visit.state.lots.get(trade.lot)
    (event,) = offer_second_best(visit.state.market, command, visit.now, lot)
    return event if isinstance(event, SecondBestOffered) else None


def _offered(visit: Visit, trade: Trade) -> dict[str, Any]:
    """The offer that was made after this trade's default, and whether it may still be answered."""
    offer = visit.state.market.offers.get(trade.lot) if trade.default else None
    return {"offer": offer, "offer_stands": offer is not None and visit.now <= offer.until}


def _reopening(visit: Visit, trade: Trade) -> ListingReopened | None:
    """The listing put up again, with its lowest opening price, if that is possible now."""
    if trade.default is None and trade.rescinded_on is None:
        return None
    command, lot = ReopenListing(trade.subject.listing), visit.state.lots.get(trade.lot)
    (event,) = reopen_listing(visit.state.market, command, visit.now, lot)
    return event if isinstance(event, ListingReopened) else None


def _royalty(visit: Visit, trade: Trade, said: Mapping[str, str]) -> dict[str, Any] | None:
    """The royalty's periods; None where the trade has none, or its contract is not concluded."""
    state = visit.state.settlement
    found = running(state, trade)
    if found is None:
        return None
    side = trade.side_of(visit.principal.party or "")
    return {
        "terms": found.royalty,
        "reports": [reported_period(state, trade.id, trade.royalties[n]) for n in sorted(trade.royalties)],
        "next": next_period(found, visit.now),
        "reports_it": side == "buyer",
        "asks": side == "seller",
        "records": "operator" in visit.principal.roles,
        "said": said,
    }
