"""One lot: `decide` says what a command makes happen, `evolve` lets it happen, `due_at` says when the clock is next.

Everything due at an instant happens before the commands of that instant: `decide` puts the events of the
clock in front, so a bid at the close is late even where the gavel has not fallen yet. A refusal is always
the last event of its command.
"""

from collections.abc import Callable
from typing import Any

from matching_engine import commands as c
from matching_engine import events as e
from matching_engine.checks import check_terms
from matching_engine.errors import Malformed
from matching_engine.evolve import evolve
from matching_engine.lifecycle import ENDED, RUNNING, LifecycleState, Phase
from matching_engine.priority import end_window, match_after
from matching_engine.rejections import Rejection
from matching_engine.state import NEVER, Lot

__all__ = ["LifecycleState", "Lot", "Phase", "check_terms", "decide", "due_at", "evolve"]

Events = tuple[e.LotEvent, ...]

_OPEN = LifecycleState.OPEN
_ADMITTED = c.EntryStatus.ADMITTED


def due_at(lot: Lot) -> int | None:
    """The next instant at which Advance has something to do; None while the clock stands or once the lot has ended."""
    return None if lot.due == NEVER else lot.due


def decide(lot: Lot | None, command: c.LotCommand, at: int) -> Events:
    """The events that a command makes at `at`. Reads only; a refusal is an event.

    Malformed for input that no state of the lot could take: terms that do not fit together, a maximum worse
    than its bid, openings of bids that were never sealed.
    """
    if lot is None:
        return _put_up(command)
    decider = _DECIDERS[type(command)]
    if at < lot.due or decider in _WITHOUT_CLOCK:
        return decider(lot, command, at)
    by_clock, ahead = _run_clock(lot, at)
    return (*by_clock, *decider(ahead, command, at))


def _put_up(command: c.LotCommand) -> Events:
    if isinstance(command, c.PutUp):
        check_terms(command.terms)
        return (e.LotPutUp(command.lot, command.terms),)
    if isinstance(command, c.Bid | c.Match | c.Seal | c.Accept):
        return (e.BidRefused(command.lot, command.bidder, Rejection.LOT_UNKNOWN),)
    return (e.CommandRefused(command.lot, type(command).__name__, Rejection.LOT_UNKNOWN),)


def _run_clock(lot: Lot, at: int) -> tuple[Events, Lot]:
    """Everything due until `at`, in order, and the lot as it stands then."""
    ahead, events = lot.fork(), list[e.LotEvent]()
    while ahead.due <= at:
        for event in _strike(ahead):
            ahead = evolve(ahead, event, at)
            events.append(event)
    return tuple(events), ahead


def _strike(lot: Lot) -> Events:
    if lot.state is LifecycleState.ANNOUNCED:
        return (e.LotOpened(lot.id),)
    if lot.state is LifecycleState.PRIORITY_WINDOW:
        return end_window(lot)
    return lot.rules.strike(lot)


# Commands of bidders


def _bid(lot: Lot, command: c.Bid, at: int) -> Events:
    maximum = command.max_fen
    if maximum is not None and lot.sign * (maximum - command.amount_fen) < 0:
        raise Malformed("max_fen", maximum, "not worse than the bid")
    if lot.state is not _OPEN or lot.entries.get(command.bidder) is not _ADMITTED:
        return _turned_away(lot, command)
    return lot.rules.bid(lot, command, at)


def _seal(lot: Lot, command: c.Seal, at: int) -> Events:
    if lot.state is not _OPEN or lot.entries.get(command.bidder) is not _ADMITTED:
        return _turned_away(lot, command)
    return lot.rules.seal(lot, command, at)


def _accept(lot: Lot, command: c.Accept, at: int) -> Events:
    if lot.state is not _OPEN or lot.entries.get(command.bidder) is not _ADMITTED:
        return _turned_away(lot, command)
    return lot.rules.accept(lot, command, at)


def _match(lot: Lot, command: c.Match, at: int) -> Events:
    if lot.state not in RUNNING or lot.entries.get(command.bidder) is not _ADMITTED:
        return _turned_away(lot, command)
    if lot.state is _OPEN:
        return lot.rules.match(lot, command, at)
    return match_after(lot, command, at)


_BY_STATE = {
    LifecycleState.ANNOUNCED: Rejection.LOT_NOT_OPEN,
    LifecycleState.SUSPENDED: Rejection.LOT_SUSPENDED,
    LifecycleState.AWAITING_OPENING: Rejection.LOT_CLOSED,
    **dict.fromkeys(ENDED, Rejection.LOT_CLOSED),
}
_BY_ENTRY = {
    c.EntryStatus.NOT_ADMITTED: Rejection.ENTRY_REQUIRED,
    c.EntryStatus.DEPOSIT_UNPAID: Rejection.DEPOSIT_REQUIRED,
    c.EntryStatus.RELATED: Rejection.BID_SELF_DEALING,
}


def _turned_away(lot: Lot, command: c.Bid | c.Seal | c.Accept | c.Match) -> Events:
    """Why a bidder's step is not even looked at: the state of the lot first, then the bidder's entry."""
    code = _BY_STATE.get(lot.state)
    if code is None and lot.state is not _OPEN and not isinstance(command, c.Match):
        code = Rejection.LOT_CLOSED  # in the priority window only matches are heard
    if code is None:
        code = _BY_ENTRY[lot.entries.get(command.bidder, c.EntryStatus.NOT_ADMITTED)]
    return (e.BidRefused(lot.id, command.bidder, code),)


# Commands of the house and its operators


def _refuse(lot: Lot, command: c.LotCommand, code: Rejection) -> Events:
    return (e.CommandRefused(lot.id, type(command).__name__, code),)


def _exists(lot: Lot, command: c.PutUp, at: int) -> Events:
    return _refuse(lot, command, Rejection.LOT_EXISTS)


def _set_entry(lot: Lot, command: c.SetEntry, at: int) -> Events:
    if lot.ended:
        return _refuse(lot, command, Rejection.LOT_CLOSED)
    return (e.EntrySet(lot.id, command.bidder, command.status),)


def _advance(lot: Lot, command: c.Advance, at: int) -> Events:
    return ()  # `decide` has run the clock already


def _open_seals(lot: Lot, command: c.OpenSeals, at: int) -> Events:
    if lot.state is not LifecycleState.AWAITING_OPENING:
        return _refuse(lot, command, Rejection.LOT_STATE)
    return lot.rules.open_seals(lot, command.openings, at)


def _pass_unopened(lot: Lot, command: c.PassUnopened, at: int) -> Events:
    if lot.state is not LifecycleState.AWAITING_OPENING:
        return _refuse(lot, command, Rejection.LOT_STATE)
    assert lot.closes_at is not None
    return (e.Passed(lot.id, command.reason, lot.closes_at),)


def _suspend(lot: Lot, command: c.Suspend, at: int) -> Events:
    if lot.state not in RUNNING:
        return _refuse(lot, command, _BY_STATE[lot.state])
    return (e.LotSuspended(lot.id, command.reason),)


def _resume(lot: Lot, command: c.Resume, at: int) -> Events:
    if lot.suspended_at is None:
        return _refuse(lot, command, Rejection.LOT_CLOSED if lot.ended else Rejection.LOT_STATE)
    moved = at - lot.suspended_at
    return (e.LotResumed(lot.id, moved, _close_moved(lot, lot.resumes_to, moved)),)


def _cancel(lot: Lot, command: c.Cancel, at: int) -> Events:
    if lot.ended:
        return _refuse(lot, command, Rejection.LOT_CLOSED)
    return (e.Cancelled(lot.id, command.reason, at),)


def _postpone(lot: Lot, command: c.Postpone, at: int) -> Events:
    if lot.due == NEVER:
        return _refuse(lot, command, Rejection.LOT_CLOSED if lot.ended else Rejection.LOT_STATE)
    closes_at = _close_moved(lot, lot.state, command.length)
    return (e.LotPostponed(lot.id, command.length, closes_at, command.reason),)


def _close_moved(lot: Lot, state: LifecycleState | None, by: int) -> int | None:
    """The close after a move; one that has passed already, before the priority window, stays."""
    if lot.closes_at is None or state is LifecycleState.PRIORITY_WINDOW:
        return lot.closes_at
    return lot.closes_at + by


Decider = Callable[[Lot, Any, int], Events]

_DECIDERS: dict[type, Decider] = {
    c.PutUp: _exists,
    c.SetEntry: _set_entry,
    c.Bid: _bid,
    c.Match: _match,
    c.Seal: _seal,
    c.Accept: _accept,
    c.Advance: _advance,
    c.OpenSeals: _open_seals,
    c.PassUnopened: _pass_unopened,
    c.Suspend: _suspend,
    c.Resume: _resume,
    c.Cancel: _cancel,
    c.Postpone: _postpone,
}
_WITHOUT_CLOCK = (_exists, _set_entry, _postpone)
"""What must not make the gavel fall: entries do not depend on it, and after an outage a lot moves first."""
