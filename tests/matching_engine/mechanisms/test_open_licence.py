"""A published fee for any taker."""

from matching_engine.events import Hammered, LicenceAccepted, Passed, Winner
from matching_engine.rejections import Rejection
from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.room import CLOSES, LOT, OPENS, Room, code, minimum

TERMS = Terms(Mechanism.OPEN_LICENCE, 1000, OPENS, CLOSES)


def test_every_taker_wins_once() -> None:
    """In the order in which they came; a second acceptance is refused."""
    room = Room(TERMS)
    assert room.accept("B") == (LicenceAccepted(LOT, "B", 1000),)
    room.accept("A", 1000)
    assert code(room.accept("B")) is Rejection.BID_ALREADY_LEADING
    assert room.advance(CLOSES) == (Hammered(LOT, (Winner("B", 1000), Winner("A", 1000)), CLOSES),)


def test_without_a_taker_it_passes() -> None:
    """At the close."""
    assert Room(TERMS).advance(CLOSES) == (Passed(LOT, "NO_BIDS", CLOSES),)


def test_another_fee_in_view_takes_nothing() -> None:
    """The fee is named."""
    events = Room(TERMS).accept("A", 999)
    assert (code(events), minimum(events)) == (Rejection.BID_BELOW_OPENING, 1000)


def test_there_is_no_bidding() -> None:
    """A bid is for other mechanisms."""
    assert code(Room(TERMS).bid("A", 5000)) is Rejection.WRONG_MECHANISM
