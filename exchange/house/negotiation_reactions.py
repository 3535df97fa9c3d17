"""What follows from a negotiation: a confirmed agreement is a trade, a listing put up ends its tables."""

from collections.abc import Callable
from typing import Any

import msgspec

from exchange.house.command import Body
from exchange.house.state import State
from exchange.market.events import SessionScheduled
from exchange.market.listing_events import ListingWithdrawn
from exchange.market.negotiation_commands import CloseTables, UndoAgreement
from exchange.market.negotiation_events import AgreementConfirmed
from exchange.market.negotiation_state import LIVE
from settlement.commands import ConcludeTrade
from settlement.default_events import TradeDefaulted

MECHANISM = "negotiated"
"""How the price of a trade by agreement formed."""


def trade_of(table: str) -> str:
    """The trade that a table's agreement becomes."""
    return f"T-{table}"


def _confirmed(state: State, event: AgreementConfirmed) -> tuple[Body, ...]:
    """The agreed sheet, no word more and none less, becomes the trade; the table stands where a lot would."""
    table = state.market.negotiation.tables[event.table]
    agreed = table.agreed
    if agreed is None:
        return ()
    listing = state.market.listings[table.listing]
    trade = ConcludeTrade(
        trade=trade_of(table.id),
        lot=table.id,
        subject=msgspec.structs.replace(listing.subject, deal=agreed.sheet.deal),
        seller=state.market.parties[table.holder],
        buyer=state.market.parties[table.taker],
        price_fen=agreed.sheet.price_fen,
        deposit=None,
        mechanism=MECHANISM,
        hammered_at=event.at,
        payment_days=table.payment_days,
    )
    return (trade,)


def _put_up(state: State, event: SessionScheduled) -> tuple[Body, ...]:
    """A listing that goes to competition is negotiated no longer."""
    return tuple(
        CloseTables(listing, "in_session") for listing in event.listings if _negotiated(state, listing)
    )


def _withdrawn(state: State, event: ListingWithdrawn) -> tuple[Body, ...]:
    """Nor is one that its seller took back."""
    return (CloseTables(event.listing, "withdrawn"),) if _negotiated(state, event.listing) else ()


def _negotiated(state: State, listing: str) -> bool:
    return any(table.state in LIVE for table in state.market.negotiation.on(listing))


def undone(event: TradeDefaulted) -> tuple[Body, ...]:
    """The buyer of an agreement did not pay."""
    return (UndoAgreement(event.lot),)


REACTIONS: dict[type, Callable[[State, Any], tuple[Body, ...]]] = {
    AgreementConfirmed: _confirmed,
    SessionScheduled: _put_up,
    ListingWithdrawn: _withdrawn,
}
"""Event type → the commands that follow."""
