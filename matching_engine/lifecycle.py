"""The life of a lot as one transition table.

    ANNOUNCED → OPEN → [AWAITING_OPENING] → [PRIORITY_WINDOW] → HAMMERED | PASSED | CANCELLED

An open lot and a priority window can be suspended and go on where they stood. What is not in the table
cannot happen: an event in another state means that the journal and the engine disagree.
"""

from enum import StrEnum

from matching_engine import events as e
from matching_engine.errors import Broken


class LifecycleState(StrEnum):
    """Where a lot stands."""

    ANNOUNCED = "announced"
    OPEN = "open"
    SUSPENDED = "suspended"
    AWAITING_OPENING = "awaiting_opening"
    PRIORITY_WINDOW = "priority_window"
    HAMMERED = "hammered"
    PASSED = "passed"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """Where an open listed lot stands; other mechanisms have no phases."""

    BOOK = "book"
    STANDING = "standing"
    COMPETITION = "competition"


S = LifecycleState

ENDED = (S.HAMMERED, S.PASSED, S.CANCELLED)
RUNNING = (S.OPEN, S.PRIORITY_WINDOW)
"""States in which the clock of the lot runs and can be stopped."""

_STAYS_OPEN = {S.OPEN: S.OPEN}
_ANY = {state: state for state in S}

TRANSITIONS: dict[type[e.Event], dict[LifecycleState, LifecycleState]] = {
    e.EntrySet: _ANY,
    e.BidRefused: _ANY,
    e.CommandRefused: _ANY,
    e.LotOpened: {S.ANNOUNCED: S.OPEN},
    e.BidAccepted: _STAYS_OPEN,
    e.ProxyRaised: _STAYS_OPEN,
    e.MaximumRaised: _STAYS_OPEN,
    e.BidMatched: {S.OPEN: S.OPEN, S.PRIORITY_WINDOW: S.PRIORITY_WINDOW},
    e.BidSealed: _STAYS_OPEN,
    e.LicenceAccepted: _STAYS_OPEN,
    e.OfferStands: _STAYS_OPEN,
    e.CompetitionOpened: _STAYS_OPEN,
    e.Closed: {S.OPEN: S.AWAITING_OPENING},
    e.SealsOpened: {S.AWAITING_OPENING: S.AWAITING_OPENING},
    e.PriorityWindowOpened: {S.OPEN: S.PRIORITY_WINDOW, S.AWAITING_OPENING: S.PRIORITY_WINDOW},
    e.Hammered: dict.fromkeys((S.OPEN, S.AWAITING_OPENING, S.PRIORITY_WINDOW), S.HAMMERED),
    e.Passed: dict.fromkeys((S.OPEN, S.AWAITING_OPENING), S.PASSED),
    e.Cancelled: {state: S.CANCELLED for state in S if state not in ENDED},
    e.LotSuspended: dict.fromkeys(RUNNING, S.SUSPENDED),
    e.LotPostponed: {state: state for state in (S.ANNOUNCED, *RUNNING)},
}
"""Event → state before → state after. LotResumed is not here: it leads back to where the lot was suspended."""


def next_state(state: LifecycleState, event: e.LotEvent) -> LifecycleState:
    """The state after `event`; Broken when it cannot happen in `state` (invariants 4 and 5)."""
    after = TRANSITIONS[type(event)].get(state)
    if after is None:
        raise Broken(f"invariant 5: {type(event).__name__} in state {state} of lot {event.lot}")
    return after
