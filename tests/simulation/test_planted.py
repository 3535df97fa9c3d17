"""The oracles find what they are there for: each fault planted in the house is caught within a few seeds."""

import re

import pytest

from exchange.house.dispatcher import Dispatcher
from tests.simulation import planted
from tests.simulation.chaos import calm, havoc
from tests.simulation.english import crowd
from tests.simulation.faults import failing_disk, rough
from tests.simulation.run import run
from tests.simulation.world import World

SEEDS = range(1, 61)
"""A fault must be found in these."""


class WorldWithoutEpochs(World):
    """A world whose disk does not look at the epoch."""

    disks = planted.WithoutEpochs


def found(world: type[World] = World) -> str:
    """What the first seed that breaks says."""
    for seed in SEEDS:
        report = run(seed, faults=rough, chaos=havoc, world=world)
        if report.broken is not None:
            return report.broken
    return "nothing"


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (planted.AcknowledgesFirst, "invariant 8: an acknowledgement shows"),
        (planted.ShowsFirst, "invariant 8: the view shows"),
        (planted.TakesUnknownForDone, "invariant 8"),
        (planted.TakesUnknownForFailed, r"invariant 18: house-\d+ stopped without need"),
    ],
)
def test_a_planted_fault_is_caught(fault: type[Dispatcher], says: str) -> None:
    """A dispatcher with this fault breaks an invariant, and the oracle says which."""
    with planted.planted(fault):
        said = found()
    assert re.match(says, said), said


def test_what_was_decided_on_a_lost_batch_is_caught() -> None:
    """A dispatcher that writes what it decided on top of a batch that was not written leaves a gap."""
    with planted.planted(planted.KeepsWhatIsDecided):
        said = [run(seed, crowd, failing_disk, calm).broken or "" for seed in SEEDS[:10]]
    assert any("seq is gapless" in words for words in said), said


def test_a_missing_epoch_check_is_caught() -> None:
    """A writer that was replaced and can still write is seen in the moment it does."""
    said = found(WorldWithoutEpochs)
    assert said.startswith("invariant 15: epoch "), said


def test_without_a_fault_the_same_seeds_are_clean() -> None:
    """What is caught above is the planted fault and nothing else."""
    assert all(run(seed, faults=rough, chaos=havoc).broken is None for seed in SEEDS[:5])
