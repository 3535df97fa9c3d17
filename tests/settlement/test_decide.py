"""Deciding and taking in: complete tables, no side effects, replay."""

import copy
from functools import cache
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.commands import ReleaseDeposit, SettlementCommand
from settlement.decide import _DECIDERS, decide
from settlement.events import SettlementEvent, SettlementRefused
from settlement.evolve import _EVOLVERS, evolve
from settlement.refusals import Refusal
from settlement.state import Settlement
from tests.settlement.desk import AT, BOOK, DEPOSIT, Desk, claimed, held, sold


def test_every_command_is_decided_and_every_event_taken_in() -> None:
    """The tables name exactly the members of the closed unions."""
    assert set(_DECIDERS) == set(get_args(SettlementCommand))
    assert set(_EVOLVERS) == set(get_args(SettlementEvent))


COMMANDS: tuple[type, ...] = get_args(SettlementCommand)
CLAIMED = copy.deepcopy(claimed().state)
"""What every desk is after the same steps; nothing of it is anybody else's."""


@pytest.mark.parametrize("kind", COMMANDS)
@settings(deadline=None)
@given(data=st.data())
def test_any_command_has_an_answer_and_changes_nothing_itself(kind: type, data: st.DataObject) -> None:
    """Whatever the fields hold, deciding gives at least one event, or one refusal alone, and leaves the state."""
    desk = claimed()
    command = data.draw(_asked(kind))
    events = decide(desk.state, command, AT)
    assert events
    refusals = [event for event in events if isinstance(event, SettlementRefused)]
    assert len(refusals) == (len(events) if refusals else 0) <= 1
    assert all(refusal.command == kind.__name__ for refusal in refusals)
    assert all(refusal.code in Refusal.__members__ and refusal.detail for refusal in refusals)
    assert desk.state == CLAIMED


@cache
def _asked(kind: type) -> st.SearchStrategy[Any]:
    return st.builds(kind, **_fields(kind))


def _fields(kind: type) -> dict[str, st.SearchStrategy[object]]:
    """Ids that exist, or any text; amounts and instants from the whole range."""
    known = (
        "D-L1-001",
        "T-L1-1",
        "C-T-L1-1",
        "TC-T-L1-1",
        "K-T-L1-1-1",
        "P-T-L1-1",
        "P-U",
        "P-F",
        "2026-11-30",
    )
    texts = st.sampled_from(known) | st.text(max_size=20)
    by_type: dict[object, st.SearchStrategy[object]] = {
        str: texts,
        int: st.integers(-5, 10**12),
        str | None: st.none() | texts,
    }
    fields = msgspec.structs.fields(kind)
    return {field.name: by_type[field.type] for field in fields if field.type in by_type}


@pytest.mark.parametrize("story", [held, sold, claimed])
def test_replay_gives_the_same_state(story: object) -> None:
    """The journaled events alone, decoded from their bytes, give an equal state and ledger."""
    desk: Desk = story()  # type: ignore[operator]
    again = Settlement(BOOK)
    for event, at in desk.history:
        evolve(again, msgspec.json.decode(msgspec.json.encode(event), type=SettlementEvent), at)
    assert again == desk.state
    assert again.ledger.trial_balance() == desk.state.ledger.trial_balance()


def test_deciding_twice_gives_the_same_answer() -> None:
    """Nothing but state, command and instant decides."""
    desk = held()
    command = ReleaseDeposit(DEPOSIT, AT)
    assert decide(desk.state, command, AT) == decide(desk.state, command, AT)
