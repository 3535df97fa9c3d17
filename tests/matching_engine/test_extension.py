"""The soft close."""

import pytest

from matching_engine.events import BidAccepted, Hammered
from matching_engine.terms import MINUTE, SECOND, Extension, Holder
from tests.matching_engine.room import CLOSES, SOFT, Room, code


def late(room: Room, bidder: str, before_close: int) -> int:
    """Bid a step more so long before the close as it stands now; by how much the close moved."""
    close = room.lot.closes_at
    assert close is not None
    (accepted,) = room.bid(bidder, room.lot.minimum_fen or 0, at=close - before_close)
    assert isinstance(accepted, BidAccepted)
    assert accepted.closes_at == room.lot.closes_at
    assert accepted.extended == (accepted.closes_at != close)
    return (accepted.closes_at or 0) - close


def test_the_worked_example() -> None:
    """Close 22:00, trigger 2 min, length 5 min: a bid at 21:58:15 moves it to 22:03:15, one at 22:03 to 22:08."""
    room = Room(extension=Extension(2 * MINUTE, 5 * MINUTE))
    assert late(room, "A", 2 * MINUTE + 1) == 0
    assert late(room, "B", 105 * SECOND) == 3 * MINUTE + 15 * SECOND
    assert late(room, "A", 15 * SECOND) == 4 * MINUTE + 45 * SECOND
    assert room.lot.closes_at == CLOSES + 8 * MINUTE
    assert room.lot.extensions == 2


def test_the_trigger_counts_to_the_microsecond() -> None:
    """Exactly the trigger before the close extends, a microsecond earlier does not."""
    assert late(Room(extension=SOFT), "A", 5 * MINUTE + 1) == 0
    room = Room(extension=Extension(5 * MINUTE, 6 * MINUTE))
    assert late(room, "A", 5 * MINUTE) == MINUTE


def test_a_bid_never_brings_the_close_nearer() -> None:
    """With a length shorter than the trigger the close stays, and no extension is counted."""
    room = Room(extension=Extension(5 * MINUTE, MINUTE))
    assert late(room, "A", 3 * MINUTE) == 0
    assert room.lot.extensions == 0


def test_from_the_close_instead_of_from_the_bid() -> None:
    """`base: close` adds the whole length."""
    assert late(Room(extension=Extension(5 * MINUTE, 2 * MINUTE, "close")), "A", 4 * MINUTE) == 2 * MINUTE


def test_a_count_runs_out() -> None:
    """After `max_count` extensions the close stands."""
    room = Room(extension=Extension(5 * MINUTE, 5 * MINUTE, max_count=1))
    assert [late(room, bidder, MINUTE) for bidder in "AB"] == [4 * MINUTE, 0]


def test_a_total_is_cut_to_what_is_left() -> None:
    """The extension that would pass `max_total` gets the rest, the next nothing."""
    room = Room(extension=Extension(5 * MINUTE, 5 * MINUTE, max_total=6 * MINUTE))
    assert [late(room, bidder, MINUTE) for bidder in "ABA"] == [4 * MINUTE, 2 * MINUTE, 0]
    assert room.lot.extensions == 2


def test_free_bidding_does_not_extend() -> None:
    """Before `free_until` the ordinary close stands; at it the timed period has begun."""
    room = Room(extension=SOFT, free_until=CLOSES - MINUTE)
    assert late(room, "A", MINUTE + 1) == 0
    assert late(room, "B", MINUTE) == 4 * MINUTE


def test_a_match_moves_the_close_and_a_raised_maximum_does_not() -> None:
    """A match counts like a bid; the leader alone cannot keep a lot open."""
    room = Room(extension=SOFT, priority=(Holder("C", 1, "live"),))
    room.bid("A", 1000)
    room.bid("A", 1000, 3000, at=CLOSES - MINUTE)
    assert room.lot.closes_at == CLOSES
    room.match("C")
    assert room.lot.closes_at == CLOSES + 4 * MINUTE


@pytest.mark.parametrize("at", [CLOSES, CLOSES + 1])
def test_at_the_close_it_is_too_late(at: int) -> None:
    """A bid at the close comes after the hammer, whose instant is the close."""
    room = Room(extension=SOFT)
    room.bid("A", 1000)
    events = room.bid("B", 1100, at=at)
    assert isinstance(events[0], Hammered)
    assert events[0].closed_at == CLOSES
    assert code(events) == "LOT_CLOSED"
