"""What goes wrong in a run, and how often: everything here is drawn from the seed, and stops when the world heals."""

from dataclasses import dataclass
from random import Random


@dataclass
class Faults:
    """Chances in a thousand, each time; `active` ends with the time of faults."""

    random: Random
    active: bool = False
    unavailable: int = 0
    """The journal refuses before anything was written."""
    lost_before: int = 0
    """The connection breaks before the write: nobody knows."""
    lost_after: int = 0
    """The connection breaks after the write: nobody knows."""
    dropped: int = 0
    """A message does not come."""
    doubled: int = 0
    """A message comes twice."""
    delayed: int = 0
    """A message comes up to three seconds late, and so behind later ones."""

    def happens(self, chance: int) -> bool:
        """Whether something goes wrong now."""
        return self.active and chance > 0 and self.random.randrange(1000) < chance

    def latency(self, least: float = 0.0005, most: float = 0.004) -> float:
        """Seconds that something takes that goes well."""
        return least + (most - least) * self.random.random()

    def travel(self) -> float:
        """Seconds that a message takes."""
        return 3 * self.random.random() if self.happens(self.delayed) else self.latency()


def quiet(random: Random) -> Faults:
    """Nothing goes wrong."""
    return Faults(random)


def rough(random: Random) -> Faults:
    """Everything goes wrong now and then."""
    return Faults(random, True, 15, 15, 15, 40, 40, 60)


def failing_disk(random: Random) -> Faults:
    """Every sixth commit fails, in one of the three ways."""
    return Faults(random, True, 60, 60, 60)
