"""Clocks of the house, in µs since the epoch, UTC."""

import time
from collections.abc import Callable

from matching_engine.errors import require


class SystemClock:
    """The machine's time, read once at the start and carried on by the monotonic clock.

    A step of the wall clock (an operator, a bad time server) therefore never moves a deadline; `drift` shows it.
    """

    def __init__(
        self,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._offset_ns = wall_ns() - monotonic_ns()

    def now(self) -> int:
        """The instant now, in µs."""
        return (self._monotonic_ns() + self._offset_ns) // 1000

    def drift(self) -> int:
        """How far the wall clock is from this one, in µs; beyond 500,000 the house suspends its sessions."""
        return abs(self._wall_ns() - self._monotonic_ns() - self._offset_ns) // 1000


class ManualClock:
    """A clock that moves only when told, for rehearsals and tests."""

    def __init__(self, at: int) -> None:
        self._at = at

    def now(self) -> int:
        """The instant now, in µs."""
        return self._at

    def advance(self, by: int) -> int:
        """Move on by `by` µs and give the new instant."""
        require(by >= 0, f"at never decreases: a clock cannot advance by {by} µs")
        self._at += by
        return self._at

    def drift(self) -> int:
        """A manual clock is never wrong."""
        return 0
