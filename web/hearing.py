"""The frames that came in one turn of the loop, taken one after the other at its end.

Reading a socket and understanding a bid are two pieces of work that each fill the processor's caches: fifty frames read
and then fifty understood cost a twentieth less than the two by turns. All were there when the turn began, so all have
its instant, and the order in which they came.
"""

import asyncio
from collections.abc import Callable

Taker = Callable[[str, int], None]
"""Takes a frame that came at an instant (µs); whatever is wrong with it, it may not raise."""


class Hearing:
    """What a process heard and has not taken yet."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._heard: list[tuple[Taker, str]] = []
        self._at = 0

    @property
    def waits(self) -> bool:
        """Whether frames were read and not taken yet."""
        return bool(self._heard)

    def add(self, take: Taker, frame: str) -> None:
        """Have a frame taken as soon as the others of this turn were read."""
        if not self._heard:
            self._at = self._now()
            asyncio.get_running_loop().call_soon(self._take_all)
        self._heard.append((take, frame))

    def _take_all(self) -> None:
        heard, at, self._heard = self._heard, self._at, []
        for take, frame in heard:
            take(frame, at)
