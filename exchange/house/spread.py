"""How figures are spread: counts below fixed bounds, since the process started. What Prometheus calls a histogram."""

from bisect import bisect_left

COMMIT_US = (250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000)
"""µs that a commit takes: a disk that keeps its word needs 500, one in trouble 250,000."""
BATCH = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""Events in a commit."""
LATE_US = (1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000, 60_000_000)
"""µs after an instant."""


class Spread:
    """Whole numbers, counted by size."""

    def __init__(self, bounds: tuple[int, ...]) -> None:
        self.bounds = bounds
        self.total = 0
        self._counts = [0] * (len(bounds) + 1)

    def add(self, value: int) -> None:
        """Count a value."""
        self.total += value
        self._counts[bisect_left(self.bounds, value)] += 1

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self._counts)

    def at_most(self) -> list[int]:
        """For each bound, how many values were not above it; the last number is for all."""
        reached, so_far = [], 0
        for count in self._counts:
            so_far += count
            reached.append(so_far)
        return reached
