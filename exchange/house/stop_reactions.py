"""What follows from a stop: its lots stand still, end, or go on."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Body
from exchange.house.state import State
from exchange.market import stop_messages as sm
from exchange.market.stop_state import Stop
from matching_engine import commands as lc
from matching_engine import events as le
from matching_engine.lifecycle import RUNNING

Bodies = tuple[Body, ...]


def _proposed(state: State, event: sm.StopProposed) -> Bodies:
    return _suspend(state, state.market.stops.all[event.stop]) if event.at_once else ()


def _confirmed(state: State, event: sm.StopConfirmed) -> Bodies:
    stop = state.market.stops.all[event.stop]
    if stop.action == "suspend":
        return _suspend(state, stop)
    return tuple(lc.Cancel(lot, stop.reason) for lot in stop.lots if not state.lots[lot].ended)


def _suspend(state: State, stop: Stop) -> Bodies:
    return tuple(lc.Suspend(lot, stop.reason) for lot in stop.lots if state.lots[lot].state in RUNNING)


def _undone(state: State, event: sm.StopWithdrawn | sm.StopLapsed) -> Bodies:
    """The lots that only this stop held go on; their closing times move by the time they stood still."""
    stop = state.market.stops.all[event.stop]
    return tuple(lc.Resume(lot) for lot in state.market.stops.held(stop) if _may_go_on(state, lot))


def _opened(state: State, event: le.LotOpened) -> Bodies:
    """A lot that opens while its session is suspended stands still from the beginning."""
    stop = state.market.stops.holding(event.lot)
    return (lc.Suspend(event.lot, stop.reason),) if stop is not None else ()


def _may_go_on(state: State, lot: str) -> bool:
    """A lot whose listing was hidden meanwhile stands still for that reason."""
    listing = state.market.listings[state.market.lot_plans[lot].listing]
    return state.lots[lot].suspended and not listing.withheld


REACTIONS: dict[type, Callable[[State, Any], Bodies]] = {
    sm.StopProposed: _proposed,
    sm.StopConfirmed: _confirmed,
    sm.StopWithdrawn: _undone,
    sm.StopLapsed: _undone,
    le.LotOpened: _opened,
}
"""Event type → the commands that follow."""
