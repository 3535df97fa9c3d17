"""Web processes and houses apart: the bus may do what it likes, the journal alone is the truth."""

import pytest

from tests.simulation.apart import WorldApart, havoc_apart
from tests.simulation.faults import rough
from tests.simulation.run import run


def test_a_quiet_market_over_the_bus() -> None:
    """Every command of a lot reaches the house over the bus, and is answered once a web process shows it."""
    report = run(1, world=WorldApart)
    assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])
    assert report.epochs == 1


@pytest.mark.parametrize("seed", range(1, 9))
def test_everything_fails_apart(seed: int) -> None:
    """Houses and web processes are killed, the bus is lost: nothing acknowledged is, and all comes to its end."""
    report = run(seed, faults=rough, chaos=havoc_apart, world=WorldApart)
    assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])


def test_a_run_apart_repeats() -> None:
    """The same seed, the same trace, with many processes as with one."""
    assert run(5, faults=rough, chaos=havoc_apart, world=WorldApart) == run(
        5, faults=rough, chaos=havoc_apart, world=WorldApart
    )
