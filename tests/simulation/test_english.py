"""One English lot with deposits: whatever fails, every invariant holds and everything finishes."""

from collections.abc import Callable
from random import Random

import pytest

from tests.simulation.chaos import calm, havoc
from tests.simulation.english import crowd
from tests.simulation.faults import Faults, failing_disk, rough
from tests.simulation.run import Chaos, run


def test_a_quiet_run_finishes() -> None:
    """Without faults there is one owner, no crash, and nothing is broken."""
    report = run(1)
    assert report.broken is None, report
    assert (report.epochs, report.crashes) == (1, 0)
    assert report.rows > 30


@pytest.mark.parametrize("seed", [2, 3])
def test_one_seed_one_run(seed: int) -> None:
    """The same seed gives the same trace to the last step; another seed another one."""
    first, again = run(seed, faults=rough, chaos=havoc), run(seed, faults=rough, chaos=havoc)
    assert first == again
    assert first.digest != run(seed + 100, faults=rough, chaos=havoc).digest


def test_a_crash_at_every_step() -> None:
    """Killed at step 1, 2, 3 … until the story is over before: nothing acknowledged is lost, all of it finishes."""
    at, crashed = 1, True
    while crashed:
        report = run(1, crash_at=at)
        assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])
        crashed = report.crashes > 0
        at += 1
    assert at > 100


@pytest.mark.parametrize("seed", range(1, 17))
def test_everything_may_fail_and_then_everything_finishes(seed: int) -> None:
    """Kills, hanging processes that wake up replaced, second owners, outages, stepped clocks, lost and doubled
    messages; then peace, in which all that was begun comes to its end."""
    report = run(seed, faults=rough, chaos=havoc)
    assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])


@pytest.mark.parametrize("seed", range(1, 17))
@pytest.mark.parametrize(
    ("faults", "chaos"), [(failing_disk, calm), (rough, havoc)], ids=["disk", "everything"]
)
def test_a_crowd_loses_nothing_when_commits_fail(
    seed: int, faults: Callable[[Random], Faults], chaos: Chaos
) -> None:
    """Commits fail while the bids behind them are decided already: those are decided anew, on what is really written."""
    report = run(seed, crowd, faults, chaos)
    assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])
