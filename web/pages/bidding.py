"""All the lots that an organisation bids for on one screen, kept current over one socket, with what became of others.

Without a script the page shows how each lot stands and leads to its room; with one, prices, standings and clocks
move by themselves, and the next bid is made here after it was confirmed.
"""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.terms import Mechanism
from settlement.state import DepositState, Trade
from web import errors
from web.pages.desk import to_do, trade_row
from web.pages.lots import next_instant, summary, you
from web.pages.room_words import room_words
from web.pages.shell import Visit, page, script_words
from web.views import SEALED

LIVE_MAX = 40
"""Lots that are followed at once; the rest of them are a line each."""
ENDED_MAX = 30
STEPPING = (Mechanism.ENGLISH, Mechanism.LISTED)
HELD = (DepositState.HELD, DepositState.CALLED, DepositState.RELEASING)
WORDS = {
    "confirm_bid": "Bid %(amount)s for %(title)s? A bid binds and cannot be taken back.",
    "confirm_max": "The exchange bids for you up to %(max)s.",
    "next": "Bid %(amount)s",
}


async def bidding(visit: Visit) -> Response:
    """The page."""
    party = visit.principal.party
    if party is None or "bidder" not in visit.principal.roles:
        raise errors.failure(403, "FORBIDDEN", "this page is for organisations that bid")
    state = visit.state
    lots = [lot for (lot, one) in state.market.codes if one == party]
    running = [lot for lot in lots if state.lots[lot].closed_at is None]
    ended = [lot for lot in lots if state.lots[lot].closed_at is not None]
    deposits = [one for one in state.settlement.deposits.values() if one.party == party]
    bought = [one for one in state.settlement.trades.values() if one.buyer.id == party]
    return visit.render(
        "bidding.html",
        lots=_by_urgency([_lot(visit, lot) for lot in running])[:LIVE_MAX],
        beyond=max(0, len(running) - LIVE_MAX),
        ended=[_lot(visit, lot) for lot in reversed(ended[-ENDED_MAX:])],
        to_do=to_do(visit, party, deposits, bought),
        held=sum(one.amount_fen for one in deposits if one.state is DepositState.HELD),
        deposits=[one for one in reversed(deposits) if one.state in HELD],
        bought=[_bought(visit, party, one) for one in reversed(bought[-ENDED_MAX:])],
        words_for_script=script_words(_words(visit)),
    )


def _words(visit: Visit) -> dict[str, Any]:
    words = room_words(visit)
    words["say"] |= {name: visit.speech.text(text) for name, text in WORDS.items()}
    return words


def _lot(visit: Visit, lot: str) -> dict[str, Any]:
    """A lot with the reader's own standing in it."""
    own, one = you(visit.state, lot, visit.principal), visit.state.lots[lot]
    return {
        **summary(visit.exchange, lot, visit.now),
        "own": own,
        "steps": one.terms.mechanism in STEPPING,
        "sealed": one.terms.mechanism in SEALED,
        "until_as": next_instant(one)[0],
        "trade": own.trades[0] if own.trades else None,
    }


def _by_urgency(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What closes first stands first; what has not opened comes after, and what has no end last."""
    return sorted(rows, key=lambda row: (row["state"] == "announced", row["when"] is None, row["when"] or 0))


def _bought(visit: Visit, party: str, trade: Trade) -> dict[str, Any]:
    """A trade with what is owed for it and the claims it gave."""
    state = visit.state.settlement
    owed = state.obligations.get(trade.obligation or "")
    return {
        **trade_row(visit, party, trade),
        "due_on": owed.due_on if owed and not owed.met and not owed.cancelled else None,
        "missing_fen": owed.missing_fen if owed and not owed.cancelled else 0,
        "claims": [state.claims[id_] for id_ in trade.claims if state.claims[id_].party == party],
    }


ROUTES: list[Route] = [page("/bidding", bidding)]
