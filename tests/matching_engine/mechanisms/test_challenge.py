"""A published need and its awards."""

from matching_engine.commands import Opening, OpenSeals
from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.room import CLOSES, LOT, OPENS, Room, like

TERMS = Terms(Mechanism.CHALLENGE, 1000, OPENS, CLOSES, direction="buy", quantity=2, pricing="uniform")
Proposals = dict[str, tuple[int, dict[str, str] | None]]


def winners(terms: Terms, proposals: Proposals) -> list[tuple[str, int]]:
    """Who is awarded what."""
    room = Room(terms)
    for bidder in proposals:
        room.seal(bidder)
    room.advance(CLOSES)
    openings = tuple(Opening(bidder, amount, scores) for bidder, (amount, scores) in proposals.items())
    room.ask(OpenSeals(LOT, openings))
    return [(winner.bidder, winner.price_fen) for winner in room.lot.winners]


def test_without_weights_the_lowest_win_at_their_own_amounts() -> None:
    """`pricing` does not apply; proposals above the budget are void; one for nothing is the lowest."""
    proposals: Proposals = {"A": (900, None), "B": (1001, None), "C": (0, None), "D": (1000, None)}
    assert winners(TERMS, proposals) == [("C", 0), ("A", 900)]


def test_with_weights_the_best_scored_win() -> None:
    """Price counts as best ÷ amount, merit by its weight."""
    terms = like(TERMS, weights={"price": "50", "plan": "50"})
    proposals: Proposals = {"A": (500, None), "B": (1000, {"plan": "100"}), "C": (800, {"plan": "10"})}
    assert winners(terms, proposals) == [("B", 1000), ("A", 500)]


def test_one_award_by_default() -> None:
    """A race needs `quantity`."""
    assert winners(like(TERMS, quantity=1), {"A": (900, None), "B": (800, None)}) == [("B", 800)]


def test_scores_without_weights_are_not_looked_at() -> None:
    """Not even unreadable ones."""
    assert winners(TERMS, {"A": (900, {"plan": "?"})}) == [("A", 900)]
