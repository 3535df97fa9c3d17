"""The descending clock."""

import pytest

from matching_engine.commands import Bid, Resume, Seal, Suspend
from matching_engine.events import BidAccepted, Hammered, Passed, Winner
from matching_engine.lot import due_at
from matching_engine.rejections import Rejection
from matching_engine.terms import MINUTE, DutchClock, Holder, Mechanism, Terms
from tests.matching_engine.room import LOT, OPENS, Room, code, minimum

CLOCK = DutchClock(step_fen=300, every=10 * MINUTE, floor_fen=200)
DUTCH = Terms(Mechanism.DUTCH, 1000, OPENS, None, dutch=CLOCK)
END = OPENS + 40 * MINUTE


@pytest.mark.parametrize(
    ("minutes", "price"), [(-5, 1000), (0, 1000), (10, 700), (20, 400), (30, 200), (39, 200), (400, 200)]
)
def test_the_price_of_an_instant(minutes: int, price: int) -> None:
    """A step less each period, never under the floor."""
    assert Room(DUTCH).lot.clock_price(OPENS + minutes * MINUTE) == price


def test_a_price_stands_until_its_period_is_over() -> None:
    """A microsecond before the period ends the old price is taken."""
    taken = Room(DUTCH).accept("A", at=OPENS + 10 * MINUTE - 1)
    assert taken == (
        BidAccepted(LOT, "A", 1000, END),
        Hammered(LOT, (Winner("A", 1000),), OPENS + 10 * MINUTE - 1),
    )


def test_the_floor_stands_for_one_period() -> None:
    """Then the lot passes, however far away closes_at is."""
    room = Room(DUTCH, closes_at=OPENS + 100 * MINUTE)
    assert due_at(room.lot) == END
    assert room.accept("A", at=END)[0] == Passed(LOT, "NO_BIDS", END)


def test_closes_at_may_end_it_earlier() -> None:
    """Whichever comes first."""
    assert due_at(Room(DUTCH, closes_at=END - 1).lot) == END - 1


def test_a_floor_at_the_opening_price_is_one_period() -> None:
    """Nothing to fall: the price stands once."""
    assert due_at(Room(DUTCH, opening_price_fen=200).lot) == OPENS + 10 * MINUTE


def test_eighty_one_prices() -> None:
    """From 5,000,000 to 1,000,000 yuan in steps of 50,000: eighty-one prices of five minutes, all different."""
    clock = DutchClock(5_000_000, 5 * MINUTE, 100_000_000)
    room = Room(DUTCH, opening_price_fen=500_000_000, dutch=clock)
    end = due_at(room.lot)
    assert end == OPENS + 81 * 5 * MINUTE
    prices = [room.lot.clock_price(at) for at in range(OPENS, end, 5 * MINUTE)]
    assert len(set(prices)) == 81
    assert prices[-1] == 100_000_000


def test_the_periods_stand_still_while_suspended() -> None:
    """Half a period is left after the suspension as it was before."""
    room = Room(DUTCH)
    room.ask(Suspend(LOT, "fault"), OPENS + 15 * MINUTE)
    assert code(room.accept("A", at=OPENS + 50 * MINUTE)) is Rejection.LOT_SUSPENDED
    assert room.lot.clock_price(OPENS + 55 * MINUTE) == 700
    room.ask(Resume(LOT), OPENS + 60 * MINUTE)
    assert due_at(room.lot) == END + 45 * MINUTE
    assert room.lot.clock_price(OPENS + 65 * MINUTE - 1) == 700
    assert room.lot.clock_price(OPENS + 65 * MINUTE) == 400


def test_a_taker_gets_only_the_price_it_saw() -> None:
    """Another price in view: nothing is taken, and the price of the instant is named."""
    room = Room(DUTCH)
    stale, low = room.accept("A", 1000, at=OPENS + 10 * MINUTE), room.accept("A", 400)
    assert (code(stale), minimum(stale)) == (Rejection.BID_NOT_MULTIPLE, 700)
    assert (code(low), minimum(low)) == (Rejection.BID_BELOW_OPENING, 700)
    assert code(room.accept("A", 700)[:1]) is None
    assert room.lot.winners == (Winner("A", 700),)


def test_the_first_to_accept_is_the_only_one() -> None:
    """At the same instant the second is late."""
    room = Room(DUTCH)
    room.accept("A")
    assert code(room.accept("B")) is Rejection.LOT_CLOSED


def test_only_acceptances() -> None:
    """Bids, seals and matches are for other mechanisms."""
    room = Room(DUTCH, priority=(Holder("A", 1, "live"),))
    assert code(room.ask(Bid(LOT, "A", 1000))) is Rejection.WRONG_MECHANISM
    assert code(room.ask(Seal(LOT, "A", "", ""))) is Rejection.WRONG_MECHANISM
    assert code(room.match("A")) is Rejection.WRONG_MECHANISM
    assert room.lot.minimum_fen is None
