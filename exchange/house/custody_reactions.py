"""What follows for sealed lots in the custody of two officials: after the close they are asked; without them it passes."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Body
from exchange.house.state import State
from exchange.market.custody import UNOPENED, two_officials
from exchange.market.events import BidScored
from exchange.market.seal_messages import AwaitShares, SealsLapsed
from exchange.market.sealing import unscored
from matching_engine.commands import PassUnopened
from matching_engine.events import Closed
from matching_engine.lifecycle import LifecycleState


def _awaited(state: State, event: Closed | BidScored) -> tuple[Body, ...]:
    """Both shares are asked for once every sealed bid has the scores that its terms ask for."""
    market, lot = state.market, state.lots[event.lot]
    if not two_officials(market, event.lot) or event.lot in market.custody.due or unscored(market, lot):
        return ()
    return (AwaitShares(event.lot),)


def _lapsed(state: State, event: SealsLapsed) -> tuple[Body, ...]:
    """The lot passes; a lot that was cancelled meanwhile has ended already."""
    waits = state.lots[event.lot].state is LifecycleState.AWAITING_OPENING
    return (PassUnopened(event.lot, UNOPENED),) if waits else ()


REACTIONS: dict[type, Callable[[State, Any], tuple[Body, ...]]] = {
    Closed: _awaited,
    BidScored: _awaited,
    SealsLapsed: _lapsed,
}
"""Event → the next commands."""
