"""What follows from an open licence that was taken: the trade that carries its contract and its fee."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Body
from exchange.house.state import State
from exchange.market.licence import subject_of
from exchange.market.licence_messages import OpenLicenceTaken
from matching_engine.terms import Mechanism
from settlement.commands import ConcludeTrade


def _taken(state: State, event: OpenLicenceTaken) -> tuple[Body, ...]:
    """With the acceptance the licence is given (patent law, art. 51); what costs nothing has nothing to settle."""
    if not event.trade:
        return ()
    market = state.market
    found, listing = market.open_licences.all[event.licence], market.listings[event.listing]
    trade = ConcludeTrade(
        trade=event.trade,
        lot=event.licence,
        subject=subject_of(listing, found.terms),
        seller=market.parties[found.holder],
        buyer=market.parties[event.taker],
        price_fen=event.fee_fen,
        deposit=None,
        mechanism=Mechanism.OPEN_LICENCE.value,
        hammered_at=event.at,
        payment_days=found.terms.payment_days,
    )
    return (trade,)


REACTIONS: dict[type, Callable[[State, Any], tuple[Body, ...]]] = {OpenLicenceTaken: _taken}
"""Event type → the commands that follow."""
