"""Standing by in simulation: a holder that dies or hangs is replaced, and one seat never has two."""

import pytest

from tests.simulation.chaos import havoc, long_havoc
from tests.simulation.faults import rough
from tests.simulation.market import play
from tests.simulation.run import run
from tests.simulation.standbys import WorldWithStandbys


def test_a_crash_of_the_holder_at_every_tenth_step() -> None:
    """Whenever a process of the two dies, the lot comes to its end with nothing lost."""
    at, crashed = 5, True
    while crashed:
        report = run(1, crash_at=at, world=WorldWithStandbys)
        assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])
        crashed = report.crashes > 0
        at += 10
    assert at > 100


@pytest.mark.parametrize("seed", range(1, 9))
def test_everything_fails_with_standbys(seed: int) -> None:
    """Holders are killed and hang, standbys too: there is always an owner again, and never two that write."""
    report = run(seed, faults=rough, chaos=havoc, world=WorldWithStandbys)
    assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_market_with_standbys(seed: int) -> None:
    """A whole market with its settlement goes from holder to holder."""
    report = run(seed, play, rough, long_havoc, world=WorldWithStandbys)
    assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])
