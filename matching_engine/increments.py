"""Increments: one step for the lot, or a ladder of steps by amount (rules on online judicial auctions, art. 20)."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from matching_engine.terms import Rung


class Ladder:
    """The rungs of a lot, ready to be asked."""

    __slots__ = ("_flat", "_froms", "_steps")

    def __init__(self, rungs: Sequence[Rung]) -> None:
        self._froms = [rung.from_fen for rung in rungs]
        self._steps = [rung.step_fen for rung in rungs]
        self._flat = self._steps[0] if len(rungs) == 1 else None

    def step_at(self, amount_fen: int) -> int:
        """The step in fen on the rung with the greatest `from` that is not above the amount."""
        if self._flat is not None:
            return self._flat
        return self._steps[bisect_right(self._froms, amount_fen) - 1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ladder):
            return NotImplemented
        return (self._froms, self._steps) == (other._froms, other._steps)

    __hash__ = None  # type: ignore[assignment]


@lru_cache(maxsize=256)
def ladder(rungs: tuple[Rung, ...]) -> Ladder:
    """The ladder of these rungs; it never changes, and most lots have one of a few."""
    return Ladder(rungs)
