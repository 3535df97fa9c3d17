"""The clock of the house as a client knows it; pure, all instants in milliseconds.

Each probe gives an offset, ((s1 - c0) + (s2 - c3)) / 2, that is wrong by at most half its round trip. Of the last
eight the one with the shortest round trip is believed. What is shown slews towards it, a twentieth of the time that
passed at most, so that a countdown never jumps; only a first reading, or one that is wrong by more than a second, is
taken at once. The same rule as the pages' own clock.
"""

from collections import deque
from typing import NamedTuple

KEPT = 8
SLEW = 20
"""A millisecond of correction takes so many of time."""
JUMP = 1_000


class Sample(NamedTuple):
    """A probe: by how much the house is ahead, and how long the way there and back was."""

    offset: int
    round_trip: int


class ServerClock:
    """Fed with probes, asked for the time of the house."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=KEPT)
        self._offset = 0
        self._slewed_at: int | None = None

    def take(self, c0: int, s1: int, s2: int, c3: int) -> None:
        """A probe sent at `c0`, received at `s1`, answered at `s2`, back at `c3`."""
        first = not self._samples
        self._samples.append(Sample(((s1 - c0) + (s2 - c3)) // 2, max(0, c3 - c0 - (s2 - s1))))
        if first:
            self._offset, self._slewed_at = self._best.offset, c3

    def guess(self, server: int, local: int) -> None:
        """A rough reading before the first probe; nobody believes it when there is a better one."""
        if not self._samples:
            self._offset = server - local

    @property
    def _best(self) -> Sample:
        return min(self._samples, key=lambda sample: sample.round_trip)

    @property
    def error(self) -> int | None:
        """Half the round trip of the believed probe; None before the first."""
        return max(1, -(-self._best.round_trip // 2)) if self._samples else None

    def at(self, local: int) -> int:
        """The time of the house at the local instant."""
        if self._samples and self._slewed_at is not None:
            missing = self._best.offset - self._offset
            most = max(0, local - self._slewed_at) // SLEW
            step = missing if abs(missing) > JUMP else max(-most, min(most, missing))
            if step or not missing:
                self._slewed_at = local
            self._offset += step
        return local + self._offset
