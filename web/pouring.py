"""How a frame reaches thousands who merely look: a few at a time, all rooms in turn, within a share of the loop.

After each few the loop belongs to others for as long as the share says, or for one turn when nobody bids. So a bid waits
for a few dozen writes and never for a crowd, whatever the number of watchers; when there are many, and bids, they hear
less often, and more at a time.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from web.audience import Pour, Sub
from web.transport import Frame

AT_ONCE = 32
"""Watchers written to before the loop may do something else."""
SLACK = 0.05
"""Seconds that may be made good when the loop came back late: its timers know milliseconds only, and it may be busy."""
PUT_OFF, PUT_OFF_MAX = 0.001, 5
"""Seconds for which the next few wait while others are busy, and how often."""
QUIET = 0.05
"""Seconds after which a house that was not seen busy is at rest: crowds then need not leave the loop to anybody."""

Write = Callable[[Frame, int | None, Sequence[Sub]], int]
"""Writes a frame to some; gives the µs of the processor that it took."""


class Pourer:
    """The frames on their way to crowds. `share` is the part of the loop's time that may go to them; while `busy` says
    that somebody waits for something better, they wait a little. Without `busy` somebody always may: the share holds."""

    def __init__(self, write: Write, share: float, busy: Callable[[], bool] | None = None) -> None:
        self._write = write
        self._share = share
        self._busy = busy
        self._busy_at = float("-inf")
        self._put_off = 0
        self._pours: deque[tuple[Pour, Callable[[], None] | None]] = deque()
        self._loop = asyncio.get_running_loop()
        self._rested = 0.0
        """From when on others have had their part of the loop."""
        self._handle: asyncio.TimerHandle | None = None

    def add(self, pour: Pour, after: Callable[[], None] | None = None) -> None:
        """Send a frame on its way; `after` is called when everybody has it."""
        self._pours.append((pour, after))
        if self._handle is None:
            self._rested = max(self._rested, self._loop.time())
            self._wait()

    def stop(self) -> None:
        """Leave what is under way."""
        self._pours.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _wait(self) -> None:
        self._handle = self._loop.call_at(self._rested, self._go_on)

    def _go_on(self) -> None:
        """The next few of the room whose turn it is."""
        if self._is_put_off():
            self._put_off += 1
            self._handle = self._loop.call_later(PUT_OFF, self._go_on)
            return
        self._put_off = 0
        pour, after = self._pours.popleft()
        self._rest(self._write(pour.frame, pour.first, pour.subs[pour.done : pour.done + AT_ONCE]))
        pour.done += AT_ONCE
        self._handle = None
        if pour.done < len(pour.subs):
            self._pours.append((pour, after))
        elif after is not None:
            after()
        if self._pours and self._handle is None:
            self._wait()

    def _is_put_off(self) -> bool:
        if self._busy is None or self._put_off == PUT_OFF_MAX or not self._busy():
            return False
        self._busy_at = self._loop.time()
        return True

    def _rest(self, took: int) -> None:
        """After writes of so many µs the loop is the others', if there are any."""
        now = self._loop.time()
        if self._busy is not None and now - self._busy_at > QUIET:
            self._rested = now
        else:
            self._rested = max(self._rested, now - SLACK) + took / 1e6 / self._share
