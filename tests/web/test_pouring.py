"""How frames reach crowds: a few at a time, rooms in turn, with a rest in between."""

import asyncio
from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any, cast

from tests.web.served import eventually
from web.audience import Pour, Sub
from web.pouring import AT_ONCE, PUT_OFF, PUT_OFF_MAX, Pourer
from web.transport import Frame, frame_of

COST = 10_000
"""µs that each few are said to take."""
HARDLY = 1e-6
"""A share with which the next few would come after hours."""


def crowd(frame: bytes, few: int) -> Pour:
    """A frame for so many times the number that is written to at once."""
    return Pour(frame_of(frame), 1, cast(list[Sub], [None] * (few * AT_ONCE)))


class Writes:
    """What was written, in order, and when."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.at: list[float] = []

    def __call__(self, frame: Frame, first: int | None, subs: Sequence[Any]) -> int:
        """Take it."""
        assert len(subs) == AT_ONCE
        self.frames.append(frame.text)
        self.at.append(asyncio.get_running_loop().time())
        return COST


async def test_rooms_take_turns() -> None:
    """A crowd of thousands does not keep another room waiting for its end; each says when all have its frame."""
    writes, ended = Writes(), list[str]()
    pourer = Pourer(writes, 1.0)
    pourer.add(crowd(b"a", 3), lambda: ended.append("a"))
    pourer.add(crowd(b"b", 1), lambda: ended.append("b"))
    pourer.add(crowd(b"c", 2))
    await eventually(lambda: len(writes.frames) == 6)
    assert writes.frames == [b"a", b"b", b"c", b"a", b"c", b"a"]
    assert ended == ["b", "a"]


async def test_the_loop_belongs_to_others_for_the_rest_of_the_time() -> None:
    """With a share of a quarter, the last of four writes comes no sooner than three times four times what one takes."""
    writes = Writes()
    pourer = Pourer(writes, 0.25)
    pourer.add(crowd(b"a", 4))
    await eventually(lambda: len(writes.at) == 4)
    assert writes.at[3] - writes.at[0] >= 3 * 4 * COST / 1e6 - 0.01


async def test_a_house_at_rest_tells_its_crowd_without_a_pause() -> None:
    """Where nobody bids, nobody needs the loop: all are told at once, few by few."""
    writes = Writes()
    pourer = Pourer(writes, HARDLY, lambda: False)
    pourer.add(crowd(b"a", 4))
    await eventually(lambda: len(writes.at) == 4)


async def test_somebody_who_bids_gets_the_loop_back() -> None:
    """Three few are told in a row; then the house is busy, and the share holds: the next few rest for hours, with this one."""
    writes, answers = Writes(), chain([False] * 3, repeat(True))
    pourer = Pourer(writes, HARDLY, lambda: next(answers))
    pourer.add(crowd(b"a", 10))
    await eventually(lambda: len(writes.at) == 4)
    await asyncio.sleep(PUT_OFF * PUT_OFF_MAX * 4)
    assert len(writes.at) == 4
    pourer.stop()


async def test_watchers_wait_while_somebody_waits_for_the_house() -> None:
    """They are told when it has decided, or after a few looks if it never has."""
    writes, answers = Writes(), iter([True, True, False, *[True] * PUT_OFF_MAX])
    asked = list[int]()

    def busy() -> bool:
        asked.append(len(writes.frames))
        return next(answers)

    pourer = Pourer(writes, 1.0, busy)
    pourer.add(crowd(b"a", 2))
    await eventually(lambda: len(writes.frames) == 2)
    assert asked == [0, 0, 0, *[1] * PUT_OFF_MAX]


async def test_after_a_stop_nothing_is_written() -> None:
    """What was under way is left."""
    writes = Writes()
    pourer = Pourer(writes, 1.0)
    pourer.add(crowd(b"a", 2))
    pourer.stop()
    await asyncio.sleep(0.03)
    assert writes.frames == []
