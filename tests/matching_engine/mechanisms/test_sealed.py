"""Sealed bids: the box, its opening, and the two price kinds."""

import pytest

from matching_engine.commands import Opening, OpenSeals
from matching_engine.errors import Malformed
from matching_engine.events import Closed, CommandRefused, Hammered, Passed, SealsOpened, Winner
from matching_engine.lifecycle import LifecycleState
from matching_engine.lot import due_at
from matching_engine.money import LIMIT_FEN
from matching_engine.rejections import Rejection
from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.room import CLOSES, LOT, OPENS, Room, code

FIRST = Terms(Mechanism.SEALED_FIRST_PRICE, 1000, OPENS, CLOSES)
SECOND = Terms(Mechanism.SEALED_SECOND_PRICE, 1000, OPENS, CLOSES)


def sealed(room: Room, *bidders: str) -> Room:
    """A box with these envelopes, shut at the close."""
    for bidder in bidders:
        room.seal(bidder)
    room.advance(CLOSES)
    return room


def opened(room: Room, **amounts: int | None) -> tuple[tuple[str, int], ...] | str | None:
    """Winners after the opening, or the reason."""
    openings = tuple(Opening(bidder, amount) for bidder, amount in amounts.items())
    room.ask(OpenSeals(LOT, openings), CLOSES)
    return room.lot.reason or tuple((winner.bidder, winner.price_fen) for winner in room.lot.winners)


def test_one_envelope_each() -> None:
    """A second one is refused, whatever it holds."""
    room = Room(FIRST)
    assert code(room.seal("A")) is None
    assert code(room.seal("A")) is Rejection.BID_ALREADY_SEALED
    assert room.lot.bidders == ("A",)


def test_the_box_waits_for_its_opening() -> None:
    """At the close nothing is due any more, and nothing is accepted; the outcome has the instant of the close."""
    room = Room(FIRST)
    room.seal("A")
    assert room.advance(CLOSES + 5) == (Closed(LOT, CLOSES),)
    assert (room.lot.state, due_at(room.lot), room.lot.closed_at) == (
        LifecycleState.AWAITING_OPENING,
        None,
        None,
    )
    assert code(room.seal("B")) is Rejection.LOT_CLOSED
    events = room.ask(OpenSeals(LOT, (Opening("A", 1500),)), CLOSES + 60)
    assert events == (SealsOpened(LOT, (Opening("A", 1500),)), Hammered(LOT, (Winner("A", 1500),), CLOSES))


def test_an_empty_box_passes() -> None:
    """There is nothing to open."""
    assert Room(FIRST).advance(CLOSES) == (Passed(LOT, "NO_BIDS", CLOSES),)


def test_seals_open_only_after_the_close() -> None:
    """The key is of no use before."""
    room = Room(FIRST)
    room.seal("A")
    refused = room.ask(OpenSeals(LOT, (Opening("A", 1500),)))
    assert refused == (CommandRefused(LOT, "OpenSeals", Rejection.LOT_STATE),)


def test_openings_are_those_of_the_box() -> None:
    """Strangers and doubles are bad input; what is missing could not be read and is void."""
    room = sealed(Room(FIRST), "A", "B")
    for openings in ((Opening("C", 1),), (Opening("A", 1), Opening("A", 2))):
        with pytest.raises(Malformed, match="openings"):
            room.ask(OpenSeals(LOT, openings))
    (event, _) = room.ask(OpenSeals(LOT, (Opening("B", 1500),)), CLOSES)
    assert event == SealsOpened(LOT, (Opening("A", None), Opening("B", 1500)), ("A",))


@pytest.mark.parametrize("amount", [999, None, -1, LIMIT_FEN + 1])
def test_void_bids(amount: int | None) -> None:
    """Worse than the opening price, unreadable, or no amount at all: as if there were no bid, but counted as accepted."""
    room = sealed(Room(FIRST), "A")
    assert opened(room, A=amount) == "NO_BIDS"
    assert (room.lot.accepted, room.lot.refused) == (1, 0)


def test_the_order_of_the_tests() -> None:
    """Void bids go, bidders are counted, the reserve is applied, the rest is ranked."""
    terms = {"min_bidders": 2, "reserve_price_fen": 2000}
    assert opened(sealed(Room(FIRST, **terms), "A", "B"), A=999, B=999) == "NO_BIDS"
    assert opened(sealed(Room(FIRST, **terms), "A", "B"), A=999, B=5000) == "TOO_FEW_BIDDERS"
    assert opened(sealed(Room(FIRST, **terms), "A", "B"), A=1000, B=1999) == "RESERVE_NOT_MET"
    assert opened(sealed(Room(FIRST, **terms), "A", "B"), A=1000, B=2000) == (("B", 2000),)


def test_of_equal_bids_the_earlier_seal_wins() -> None:
    """The order of opening does not matter."""
    assert opened(sealed(Room(FIRST), "C", "A", "B"), B=1500, A=1500, C=1400) == (("A", 1500),)


@pytest.mark.parametrize(
    ("reserve", "amounts", "price"),
    [
        (None, {"A": 1800}, 1000),
        (1200, {"A": 1800}, 1200),
        (None, {"A": 1800, "B": 1500}, 1500),
        (1600, {"A": 1800, "B": 1500}, 1600),
        (1200, {"A": 1800, "B": 1500}, 1500),
        (None, {"A": 1800, "B": 1800}, 1800),
        (None, {"A": 1800, "B": 999}, 1000),
        (500, {"A": 1800}, 1000),
    ],
)
def test_the_second_price(reserve: int | None, amounts: dict[str, int], price: int) -> None:
    """The best among the second non-void amount, the reserve and the opening price."""
    assert opened(sealed(Room(SECOND, reserve_price_fen=reserve), *amounts), **amounts) == (("A", price),)


@pytest.mark.parametrize(("reserve", "second", "price"), [(None, 900, 900), (850, 900, 850), (950, 900, 900)])
def test_the_second_price_mirrored(reserve: int | None, second: int, price: int) -> None:
    """Buying, the lowest wins and is paid the lowest among the second amount, the reserve and the opening price."""
    room = sealed(Room(SECOND, direction="buy", reserve_price_fen=reserve), "A", "B")
    assert opened(room, A=800, B=second) == (("A", price),)


def test_a_bid_of_nothing_ranks_where_the_lowest_wins() -> None:
    """Work offered for nothing is an offer."""
    assert opened(sealed(Room(FIRST, direction="buy"), "A", "B"), A=1, B=0) == (("B", 0),)
