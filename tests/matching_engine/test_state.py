"""What can be read from a lot."""

import pytest

from matching_engine import canonical
from matching_engine.commands import Advance
from matching_engine.errors import Broken
from matching_engine.lot import decide
from matching_engine.proxy import standing_maximum
from matching_engine.ranking import ranked
from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.room import CLOSES, LOT, OPENS, Room


def test_comparisons_go_with_the_direction() -> None:
    """Selling, more is better; buying, less."""
    sell, buy = Room().lot, Room(direction="buy").lot
    assert (sell.better(2, 1), buy.better(2, 1), sell.better(1, 1)) == (True, False, False)
    assert (sell.best(1, 2), buy.best(1, 2)) == (2, 1)
    assert (sell.worst(1, 2), buy.worst(1, 2)) == (1, 2)
    assert (sell.beyond(1000), buy.beyond(1000)) == (1100, 900)


def test_a_fork_leaves_its_lot_alone() -> None:
    """Looking ahead over the close changes nothing."""
    room = Room()
    room.bid("A", 1000)
    before = canonical.encode(room.lot.plain())
    assert room.lot.fork() == room.lot
    decide(room.lot, Advance(LOT), CLOSES)
    assert canonical.encode(room.lot.plain()) == before


def test_the_leaders_maximum_or_its_lead() -> None:
    """Nothing without a leader, the lead where no maximum was set."""
    room = Room()
    assert standing_maximum(room.lot) is None
    with pytest.raises(Broken):
        room.lot.leading()
    room.bid("A", 1000)
    assert (standing_maximum(room.lot), room.lot.leading()) == (1000, ("A", 1000))
    room.bid("A", 1000, 3000)
    assert standing_maximum(room.lot) == 3000


def test_amounts_are_ranked_by_price_then_by_arrival() -> None:
    """In the lot's direction; a leader comes first among equals."""
    amounts = {"A": 5, "B": 7, "C": 7, "D": 0}
    sell = Room().lot
    assert ranked(sell, amounts) == ["B", "C", "A", "D"]
    assert ranked(Room(direction="buy").lot, amounts) == ["D", "A", "B", "C"]
    sell.leader = "C"
    assert ranked(sell, amounts) == ["C", "B", "A", "D"]


def test_the_next_amount_is_named_while_something_can_be_accepted() -> None:
    """Not after the end."""
    room = Room()
    room.bid("A", 1000)
    assert room.lot.minimum_fen == 1100
    room.advance(CLOSES)
    assert room.lot.minimum_fen is None


def test_other_mechanisms_have_no_clock_price() -> None:
    """None, not a guess."""
    assert Room(Terms(Mechanism.OPEN_LICENCE, 1000, OPENS, CLOSES)).lot.clock_price(OPENS) is None
