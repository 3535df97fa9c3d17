"""Several licences, one to a bidder."""

import pytest

from matching_engine.commands import Opening, OpenSeals
from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.room import CLOSES, LOT, OPENS, Room, like

TERMS = Terms(Mechanism.MULTI_AWARD, 1000, OPENS, CLOSES, quantity=2)


def winners(terms: Terms, **amounts: int) -> list[tuple[str, int]]:
    """Who wins at what, sealed in this order."""
    room = Room(terms)
    for bidder in amounts:
        room.seal(bidder)
    room.advance(CLOSES)
    room.ask(OpenSeals(LOT, tuple(Opening(bidder, amount) for bidder, amount in amounts.items())))
    return [(winner.bidder, winner.price_fen) for winner in room.lot.winners]


def test_uniform_is_the_lowest_winning_amount() -> None:
    """In order of award, the earlier of equals before the later."""
    assert winners(TERMS, A=1200, B=1500, C=1200) == [("B", 1200), ("A", 1200)]


def test_pay_as_bid_is_each_its_own() -> None:
    """The same winners, other prices."""
    assert winners(like(TERMS, pricing="pay_as_bid"), A=1200, B=1500, C=1200) == [("B", 1500), ("A", 1200)]


def test_buying_all_receive_the_highest_winning_amount() -> None:
    """The mirror of uniform."""
    assert winners(like(TERMS, direction="buy"), A=900, B=700, C=800) == [("B", 800), ("C", 800)]


@pytest.mark.parametrize("reserve", [None, 1300])
def test_fewer_bids_than_licences(reserve: int | None) -> None:
    """All that count win; the reserve takes some out before."""
    expected = [("B", 1500)] if reserve else [("B", 1200), ("A", 1200)]
    assert winners(like(TERMS, quantity=5, reserve_price_fen=reserve), A=1200, B=1500, C=900) == expected
