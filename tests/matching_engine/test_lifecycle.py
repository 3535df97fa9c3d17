"""The life of a lot as one table."""

from typing import get_args

import pytest

from matching_engine import events as e
from matching_engine.errors import Broken
from matching_engine.lifecycle import ENDED, RUNNING, TRANSITIONS, LifecycleState, next_state

S = LifecycleState


def test_every_event_is_in_the_table() -> None:
    """But the one that makes the lot and the one that leads back to where it was suspended."""
    assert set(get_args(e.LotEvent)) - set(TRANSITIONS) == {e.LotPutUp, e.LotResumed}


def test_an_ended_lot_only_refuses() -> None:
    """Nothing but refusals and entries can follow a final event (invariant 5)."""
    after = {kind for kind, moves in TRANSITIONS.items() if any(state in moves for state in ENDED)}
    assert after == {e.EntrySet, e.BidRefused, e.CommandRefused}


def test_what_cannot_happen_is_broken() -> None:
    """A bid on a lot that is not open stops the process."""
    with pytest.raises(Broken, match="BidAccepted in state announced of lot L1"):
        next_state(S.ANNOUNCED, e.BidAccepted("L1", "A", 1, 2))


def test_every_state_is_reached_and_left() -> None:
    """No state is a trap but the three ends; every state but the first is entered by an event."""
    reached = {after for moves in TRANSITIONS.values() for before, after in moves.items() if before != after}
    assert reached == set(S) - {S.ANNOUNCED}
    left = {before for moves in TRANSITIONS.values() for before, after in moves.items() if before != after}
    assert left == set(S) - set(ENDED)


def test_clocks_that_run_can_be_stopped() -> None:
    """Suspension is for lots whose clock runs."""
    assert set(TRANSITIONS[e.LotSuspended]) == set(RUNNING)
