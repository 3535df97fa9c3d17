"""Four eyes for suspension and cancellation: one operator proposes, another person confirms, and time alone undoes.

The lengths are published (docs/operating/desk.md) and stand in each proposal's own event, so a later change of them
moves nothing that is under way.
"""

from collections.abc import Callable, Mapping
from typing import Any

from exchange.market import stop_messages as sm
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.state import Market
from exchange.market.stop_state import Stop, StopState
from matching_engine.errors import Malformed
from matching_engine.lifecycle import RUNNING, LifecycleState
from matching_engine.state import Lot

MINUTE = 60_000_000
EMERGENCY = 10 * MINUTE
"""µs for which one operator alone may suspend."""
SUSPENSION_OPEN = 60 * MINUTE
"""µs in which a suspension must be confirmed: after an hour the fault it was about is another one."""
CANCELLATION_OPEN = 24 * 60 * MINUTE
"""µs in which a cancellation must be confirmed."""
AGAIN_AFTER = 24 * 60 * MINUTE
"""µs in which one operator has one emergency stop for a lot, so that nobody stops a lot for good by repeating it."""
REASON_MAX = 200

Lots = Mapping[str, Lot]


def propose(market: Market, command: sm.ProposeStop, at: int, lots: Lots) -> Events:
    """A proposal with its time, or why not."""
    _check(command)
    named = _named(market, command)
    if named is None:
        code = MarketRefusal.LOT_UNKNOWN if command.lot else MarketRefusal.SESSION_UNKNOWN
        return refuse(command.lot or command.session, command, code, "there is no such lot or session")
    found = tuple(id_ for id_ in named if _stoppable(lots.get(id_), command))
    about = command.lot or command.session
    if not found:
        return refuse(about, command, MarketRefusal.STOP_NOTHING, "no lot of it can be stopped now")
    if (standing := _standing(market, command, found)) is not None:
        detail = f"{standing.id} asks for the same and waits for a second person"
        return refuse(about, command, MarketRefusal.STOP_EXISTS, detail, {"stop": standing.id})
    if command.at_once and _repeated(market, command, found, at):
        detail = "one emergency stop of a lot in 24 hours for each operator: let another person stop it"
        return refuse(about, command, MarketRefusal.STOP_REPEATED, detail)
    stop = f"ST-{len(market.stops.all) + 1}"
    until = at + _length(command)
    return (
        sm.StopProposed(
            stop,
            command.action,
            found,
            command.session,
            command.reason.strip(),
            command.author,
            command.person,
            command.at_once,
            at,
            until,
        ),
    )


def _check(command: sm.ProposeStop) -> None:
    if not 0 < len(command.reason.strip()) <= REASON_MAX:
        raise Malformed("reason", len(command.reason), f"1 to {REASON_MAX} characters")
    if bool(command.lot) == bool(command.session):
        raise Malformed("lot", command.lot, "either a lot or a session")
    if command.at_once and command.action != "suspend":
        raise Malformed("at_once", True, "false: a cancellation always takes two persons")


def _named(market: Market, command: sm.ProposeStop) -> tuple[str, ...] | None:
    if command.lot:
        return (command.lot,) if command.lot in market.lot_plans else None
    session = market.sessions.get(command.session)
    return session.lots if session else None


def _stoppable(lot: Lot | None, command: sm.ProposeStop) -> bool:
    """What stands still already needs no emergency stop; what has ended needs none at all.

    A lot of a session that is not open yet is stopped as soon as it opens.
    """
    if lot is None or lot.ended:
        return False
    to_open = bool(command.session) and lot.state is LifecycleState.ANNOUNCED
    return lot.state in RUNNING or to_open or not command.at_once


def _length(command: sm.ProposeStop) -> int:
    if command.at_once:
        return EMERGENCY
    return SUSPENSION_OPEN if command.action == "suspend" else CANCELLATION_OPEN


def _standing(market: Market, command: sm.ProposeStop, lots: tuple[str, ...]) -> Stop | None:
    """An open stop that asks for the same of the same lots."""
    kind = command.action, command.at_once
    alike = (one for one in market.stops.waiting() if (one.action, one.at_once) == kind)
    return next((one for one in alike if all(lot in one.lots for lot in lots)), None)


def _repeated(market: Market, command: sm.ProposeStop, lots: tuple[str, ...], at: int) -> bool:
    return any(
        one.at_once
        and one.state is not StopState.CONFIRMED
        and at < one.proposed_at + AGAIN_AFTER
        and one.is_of(command.author, command.person)
        and any(lot in one.lots or market.stops.holds.get(lot) == one.id for lot in lots)
        for one in market.stops.all.values()
    )


def confirm(market: Market, command: sm.ConfirmStop, at: int, lots: Lots) -> Events:
    """A second person agrees, in time."""
    stop = market.stops.all.get(command.stop)
    if stop is None:
        return _unknown(command, command.stop)
    if stop.is_of(command.approver, command.person):
        detail = "another person confirms what you proposed"
        return refuse(stop.id, command, MarketRefusal.FOUR_EYES, detail)
    if stop.state is not StopState.OPEN or at >= stop.until:
        return _over(command, stop)
    return (sm.StopConfirmed(stop.id, command.approver, command.person, at),)


def withdraw(market: Market, command: sm.WithdrawStop, at: int, lots: Lots) -> Events:
    """Taking back, turning down and lifting a suspension need one operator: the market is as it was before."""
    stop = market.stops.all.get(command.stop)
    if stop is None:
        return _unknown(command, command.stop)
    lifted = stop.in_force and any(not lots[lot].ended for lot in market.stops.held(stop))
    if stop.state is not StopState.OPEN and not lifted:
        return _over(command, stop)
    return (sm.StopWithdrawn(stop.id, command.author, command.reason.strip()[:REASON_MAX], at),)


def lapse(market: Market, command: sm.LapseStop, at: int, lots: Lots) -> Events:
    """The time is over without a second person."""
    stop = market.stops.all.get(command.stop)
    if stop is None:
        return _unknown(command, command.stop)
    if stop.state is not StopState.OPEN or at < stop.until:
        return _over(command, stop)
    return (sm.StopLapsed(stop.id, at),)


def _unknown(command: sm.StopCommand, stop: str) -> Events:
    return refuse(stop, command, MarketRefusal.STOP_UNKNOWN, f"there is no proposal {stop[:40]}")


def _over(command: sm.StopCommand, stop: Stop) -> Events:
    state = StopState.LAPSED if stop.state is StopState.OPEN else stop.state
    return refuse(stop.id, command, MarketRefusal.STOP_STATE, f"{stop.id} is {state.value}")


def proposed(market: Market, event: sm.StopProposed) -> None:
    """It waits; an emergency stop holds its lots."""
    stop = Stop(
        event.stop,
        event.action,
        event.lots,
        event.session,
        event.reason,
        event.author,
        event.person,
        event.at_once,
        event.at,
        event.until,
    )
    market.stops.all[stop.id] = stop
    market.stops.due[stop.id] = stop.until
    if stop.at_once:
        market.stops.holds.update(dict.fromkeys(stop.lots, stop.id))


def _end(market: Market, stop: str, state: StopState, by: str, at: int) -> Stop:
    one = market.stops.all[stop]
    one.state, one.by, one.ended_at = state, by, at
    market.stops.due.pop(stop, None)
    return one


def confirmed(market: Market, event: sm.StopConfirmed) -> None:
    """A suspension holds its lots until somebody lets them go on; an emergency stop's time no longer counts."""
    stop = _end(market, event.stop, StopState.CONFIRMED, event.approver, event.at)
    if stop.action == "suspend":
        market.stops.holds.update(dict.fromkeys(stop.lots, stop.id))


def withdrawn(market: Market, event: sm.StopWithdrawn) -> None:
    """It asks for nothing any more."""
    _end(market, event.stop, StopState.WITHDRAWN, event.author, event.at)


def lapsed(market: Market, event: sm.StopLapsed) -> None:
    """It asks for nothing any more."""
    _end(market, event.stop, StopState.LAPSED, "", event.at)


_DECIDE: dict[type, Callable[[Market, Any, int, Lots], Events]] = {
    sm.ProposeStop: propose,
    sm.ConfirmStop: confirm,
    sm.WithdrawStop: withdraw,
    sm.LapseStop: lapse,
}


def _asked(decide: Callable[[Market, Any, int, Lots], Events]) -> Callable[[Market, Any, Any], Events]:
    return lambda market, command, ask: decide(market, command, ask.at, ask.lots)


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    kind: _asked(decide) for kind, decide in _DECIDE.items()
}
"""Command → its decision, in the form in which the market calls it."""
EVOLVE: dict[type, Callable[[Market, Any], None]] = {
    sm.StopProposed: proposed,
    sm.StopConfirmed: confirmed,
    sm.StopWithdrawn: withdrawn,
    sm.StopLapsed: lapsed,
}
"""Event type → what it changes."""
