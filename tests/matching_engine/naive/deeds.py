"""What the twin remembers: accepted deeds, and how amounts compare."""

from dataclasses import dataclass

from matching_engine.terms import Terms


@dataclass(frozen=True)
class Deed:
    """Something a bidder did that was accepted; `at` by the lot's own watch."""

    kind: str
    bidder: str
    at: int
    amount: int
    maximum: int


def beats(terms: Terms, one: int, other: int) -> bool:
    """Whether one amount is better than the other."""
    return one > other if terms.direction == "sell" else one < other


def step_at(terms: Terms, amount: int) -> int:
    """The step of the rung with the greatest `from` that is not above the amount."""
    return [rung.step_fen for rung in terms.ladder if rung.from_fen <= amount][-1]


def one_step_on(terms: Terms, amount: int) -> int:
    """The amount and one step more; less where the lowest wins."""
    step = step_at(terms, amount)
    return amount + step if terms.direction == "sell" else amount - step


def ranks(terms: Terms, bidder: str, *exercises: str) -> list[int]:
    """All ranks a bidder holds by these exercises."""
    return [h.rank for h in terms.priority if h.bidder == bidder and h.exercise in exercises]
