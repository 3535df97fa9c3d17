"""The machines on which houses run: their wall clocks step and their monotonic clocks drift."""

from collections.abc import Callable

from exchange.store.clock import SystemClock

BEGIN = 1_772_413_200_000_000
"""2026-03-02 09:00 in Shanghai, in µs: a Monday."""


class Machine:
    """A machine's two clocks, made from the time of the loop."""

    def __init__(self, time: Callable[[], float], drift_ppm: int = 0) -> None:
        self._time = time
        self._drift_ppm = drift_ppm
        self.step_us = 0

    def clock(self) -> SystemClock:
        """The product's own clock, as a process that starts now makes it."""
        return SystemClock(self._wall_ns, self._monotonic_ns)

    def _monotonic_ns(self) -> int:
        return round(self._time() * 1_000) * (1_000_000 + self._drift_ppm)

    def _wall_ns(self) -> int:
        return BEGIN * 1000 + self._monotonic_ns() + self.step_us * 1000
