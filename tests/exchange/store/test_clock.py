"""The house's clocks."""

import time

import pytest

from exchange.store.clock import ManualClock, SystemClock
from matching_engine.errors import Broken


def test_the_system_clock_tells_the_time() -> None:
    """It agrees with the machine in µs, and does not drift by itself."""
    before = time.time_ns() // 1000
    clock = SystemClock()
    now = clock.now()
    assert before <= now <= time.time_ns() // 1000 + 1000
    assert clock.now() >= now
    assert clock.drift() < 500_000


@pytest.mark.parametrize("step_ns", [700_000_000, -700_000_000])
def test_a_step_of_the_wall_clock_shows_as_drift(step_ns: int) -> None:
    """When somebody sets the machine's clock, `now` goes on as before and `drift` tells by how much."""
    wall, monotonic = [1_700_000_000_000_000_000], [5_000_000_000]
    clock = SystemClock(lambda: wall[0], lambda: monotonic[0])
    assert (clock.now(), clock.drift()) == (1_700_000_000_000_000, 0)
    monotonic[0] += 2_000_000
    wall[0] += 2_000_000 + step_ns
    assert clock.now() == 1_700_000_000_002_000
    assert clock.drift() == 700_000


def test_a_manual_clock_moves_when_told() -> None:
    """It stands still, advances by what it is given, and never goes back."""
    clock = ManualClock(100)
    assert clock.now() == clock.now() == 100
    assert clock.advance(50) == clock.now() == 150
    assert clock.drift() == 0
    with pytest.raises(Broken, match="never decreases"):
        clock.advance(-1)
