"""Ids that our own pages and programs choose: nobody's twice, and in the order of time."""

import uuid
from datetime import UTC, datetime

import time_machine

from web.command_ids import new_command_id
from web.parse import command_id


def test_an_id_grows_with_time_and_is_taken_at_the_door() -> None:
    """Version 7 of a UUID: later ids sort behind earlier ones, two of one millisecond differ, and the door takes them."""
    with time_machine.travel(datetime(2026, 1, 5, 9, tzinfo=UTC), tick=False) as clock:
        first, second = new_command_id(), new_command_id()
        clock.shift(0.001)
        later = new_command_id()
    assert first != second
    assert max(first, second) < later
    assert {uuid.UUID(one).version for one in (first, second, later)} == {7}
    assert [command_id(one) for one in (first, later)] == [first, later]
