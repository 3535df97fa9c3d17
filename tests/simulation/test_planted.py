"""The oracles find what they are there for: each fault planted in the house is caught within a few seeds."""

import re
from collections.abc import Callable

import pytest

from exchange.house.dispatcher import Dispatcher
from tests.simulation import planted
from tests.simulation.chaos import calm, havoc
from tests.simulation.english import crowd
from tests.simulation.faults import failing_disk, rough
from tests.simulation.run import Report, run
from tests.simulation.world import World

Play = Callable[..., Report]
SEEDS = range(1, 21)
"""A fault must be found in these."""


def everything_fails(seed: int, world: type[World] = World) -> Report:
    """Two bidders among kills, hanging processes, outages and lost messages."""
    return run(seed, faults=rough, chaos=havoc, world=world)


def commits_fail(seed: int, world: type[World] = World) -> Report:
    """A crowd whose bids are decided while commits before them fail."""
    return run(seed, crowd, failing_disk, calm, world=world)


class WorldWithoutEpochs(World):
    """A world whose disk does not look at the epoch."""

    disks = planted.WithoutEpochs


def found(play: Play, world: type[World] = World) -> str:
    """What the first seed that breaks says."""
    for seed in SEEDS:
        report = play(seed, world)
        if report.broken is not None:
            return report.broken
    return "nothing"


@pytest.mark.parametrize(
    ("fault", "play", "says"),
    [
        (planted.AcknowledgesFirst, everything_fails, "invariant 8: an acknowledgement shows"),
        (planted.ShowsFirst, everything_fails, "invariant 8: the view shows"),
        (planted.TakesUnknownForDone, everything_fails, "invariant 8"),
        (planted.TakesUnknownForFailed, commits_fail, r"invariant 18: house-\d+ stopped without need"),
        (planted.KeepsWhatIsDecided, commits_fail, r"invariant 18: house-\d+ stopped without need"),
    ],
)
def test_a_planted_fault_is_caught(fault: type[Dispatcher], play: Play, says: str) -> None:
    """A dispatcher with this fault breaks an invariant, and the oracle says which."""
    with planted.planted(fault):
        said = found(play)
    assert re.match(says, said), said


def test_a_missing_epoch_check_is_caught() -> None:
    """A writer that was replaced and can still write is seen in the moment it does."""
    said = found(everything_fails, WorldWithoutEpochs)
    assert said.startswith("invariant 15: epoch "), said


def test_without_a_fault_the_same_seeds_are_clean() -> None:
    """What is caught above is the planted fault and nothing else."""
    plays = (everything_fails, commits_fail)
    assert all(play(seed).broken is None for play in plays for seed in SEEDS[:5])
