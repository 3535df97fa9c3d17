"""What came in one turn of the loop is taken together, in order, with one instant."""

import asyncio
from itertools import count

from web.hearing import Hearing


async def test_frames_of_a_turn_are_taken_together() -> None:
    """Nothing is taken while others are still read; then all are, in the order in which they came, at the instant of
    the first."""
    taken: list[tuple[str, int]] = []
    hearing = Hearing(count(100).__next__)
    for frame in "abc":
        hearing.add(lambda frame, at: taken.append((frame, at)), frame)
    assert taken == []
    await asyncio.sleep(0)
    assert taken == [("a", 100), ("b", 100), ("c", 100)]


async def test_what_is_heard_while_others_are_taken_comes_next() -> None:
    """A frame that is heard meanwhile has its own turn and instant: none is taken twice, none is left behind."""
    taken: list[tuple[str, int]] = []
    hearing = Hearing(count(100).__next__)

    def take(frame: str, at: int) -> None:
        taken.append((frame, at))
        if frame == "a":
            hearing.add(take, "c")

    hearing.add(take, "a")
    hearing.add(take, "b")
    await asyncio.sleep(0)
    assert taken == [("a", 100), ("b", 100)]
    await asyncio.sleep(0)
    assert taken == [("a", 100), ("b", 100), ("c", 101)]
