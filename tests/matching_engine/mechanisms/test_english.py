"""English bidding, ruling by ruling."""

import pytest

from matching_engine.errors import Malformed
from matching_engine.events import BidAccepted, Hammered, MaximumRaised, Passed, ProxyRaised, Winner
from matching_engine.rejections import Rejection
from matching_engine.terms import Rung
from tests.matching_engine.room import CLOSES, LOT, Room, code, minimum

R = Rejection


def test_the_first_bid_needs_the_opening_price() -> None:
    """A fen less is refused, and the opening price is what would have done."""
    room = Room()
    assert room.lot.minimum_fen == 1000
    events = room.bid("A", 999)
    assert (code(events), minimum(events)) == (R.BID_BELOW_OPENING, 1000)
    assert code(room.bid("A", 1000)) is None
    assert room.lead == ("A", 1000)


def test_a_later_bid_needs_a_step_more() -> None:
    """Lead plus step is the minimum; any amount from there leads."""
    room = Room()
    room.bid("A", 1000)
    events = room.bid("B", 1099)
    assert (code(events), minimum(events)) == (R.BID_BELOW_INCREMENT, 1100)
    assert code(room.bid("B", 1101)) is None
    assert room.lot.minimum_fen == 1201


def test_below_the_opening_price_comes_first() -> None:
    """With a lead, an amount under the opening price is still that, and not a step too little."""
    room = Room()
    room.bid("A", 5000)
    assert code(room.bid("B", 999)) is R.BID_BELOW_OPENING


def test_whole_multiples_count_from_the_lead() -> None:
    """The first bid need only reach the opening price; the grid moves with the lead."""
    room = Room(increment_rule="multiple")
    assert code(room.bid("A", 1037)) is None
    low, off = room.bid("B", 1100), room.bid("B", 1200)
    assert (code(low), minimum(low)) == (R.BID_BELOW_INCREMENT, 1137)
    assert (code(off), minimum(off)) == (R.BID_NOT_MULTIPLE, 1137)
    assert code(room.bid("B", 1337)) is None


def test_a_maximum_need_not_be_on_the_grid() -> None:
    """Nor what the exchange bids; the grid is the lead that results."""
    room = Room(increment_rule="multiple")
    room.bid("A", 1000, 1250)
    assert room.bid("B", 1200)[-1] == ProxyRaised(LOT, "A", 1250)
    assert code(room.bid("B", 1300)) is R.BID_BELOW_INCREMENT
    assert code(room.bid("B", 1350)) is None


def test_the_leader_may_not_outbid_itself() -> None:
    """Whatever the amount; also with a maximum that is not better than the one that stands."""
    room = Room()
    room.bid("A", 1000, 2000)
    for amount, maximum in ((5000, None), (500, None), (1500, 2000), (1500, 1900), (1500, 1500)):
        assert code(room.bid("A", amount, maximum)) is R.BID_ALREADY_LEADING


def test_the_leader_may_raise_its_maximum() -> None:
    """The bid beside it is ignored, even one that would be too low; price and close stay, and it counts as accepted."""
    room = Room()
    room.bid("A", 1000)
    assert room.bid("A", 1, 1500) == (MaximumRaised(LOT, "A", 1500),)
    assert (room.lead, room.lot.accepted) == (("A", 1000), 2)
    assert room.bid("B", 1400) == (BidAccepted(LOT, "B", 1400, CLOSES), ProxyRaised(LOT, "A", 1500))


def test_a_proxy_does_only_what_leading_needs() -> None:
    """It opens at the stated bid, answers with a step beyond, and never bids up to the reserve."""
    room = Room(reserve_price_fen=5000)
    room.bid("A", 1200, 4000)
    assert room.lead == ("A", 1200)
    assert room.bid("B", 1300)[-1] == ProxyRaised(LOT, "A", 1400)
    assert room.advance(CLOSES) == (Passed(LOT, "RESERVE_NOT_MET", CLOSES),)


@pytest.mark.parametrize(
    ("bid", "maximum", "lead"),
    [
        (1100, None, ("A", 1200)),
        (1450, None, ("A", 1500)),
        (1100, 1350, ("A", 1450)),
        (1100, 1500, ("A", 1500)),
        (1500, None, ("A", 1500)),
        (1100, 1501, ("B", 1501)),
        (1100, 1700, ("B", 1600)),
        (1100, 1600, ("B", 1600)),
        (1650, 1700, ("B", 1650)),
        (1510, None, ("B", 1510)),
    ],
)
def test_when_two_maxima_meet(bid: int, maximum: int | None, lead: tuple[str, int]) -> None:
    """A stands at 1000 with 1500: the higher maximum leads a step beyond the other, not beyond itself, not under its
    stated bid; of equal ones the earlier."""
    room = Room()
    room.bid("A", 1000, 1500)
    events = room.bid("B", bid, maximum)
    assert code(events) is None
    assert room.lead == lead
    assert len(events) == (1 if lead == ("B", bid) else 2)


def test_the_step_beyond_is_that_of_the_other_maximum() -> None:
    """On a ladder the loser's maximum names the rung."""
    room = Room(ladder=(Rung(0, 100), Rung(1500, 400)))
    room.bid("A", 1000, 1500)
    room.bid("B", 1100, 3000)
    assert room.lead == ("B", 1900)


def test_a_beaten_maximum_is_gone() -> None:
    """Who was outbid bids again plainly: its old maximum does not come back."""
    room = Room()
    room.bid("A", 1000, 1500)
    room.bid("B", 1700)
    room.bid("A", 1900)
    assert room.bid("B", 2000) == (BidAccepted(LOT, "B", 2000, CLOSES),)


def test_a_maximum_equal_to_its_bid_is_a_plain_bid() -> None:
    """It is journaled without a maximum."""
    assert Room().bid("A", 1000, 1000) == (BidAccepted(LOT, "A", 1000, CLOSES),)


def test_a_maximum_worse_than_its_bid_cannot_be_meant() -> None:
    """Bad input, in either direction."""
    with pytest.raises(Malformed, match="max_fen"):
        Room().bid("A", 1000, 999)
    with pytest.raises(Malformed, match="max_fen"):
        Room(direction="buy").bid("A", 900, 901)


def test_the_mirror() -> None:
    """Buying, the lowest leads, the opening price is a ceiling and a maximum is the lowest that one would take."""
    room = Room(direction="buy", opening_price_fen=2000)
    assert code(room.bid("A", 2001)) is R.BID_BELOW_OPENING
    room.bid("A", 2000, 1500)
    low = room.bid("B", 1950)
    assert (code(low), minimum(low)) == (R.BID_BELOW_INCREMENT, 1900)
    assert room.bid("B", 1700, 1600)[-1] == ProxyRaised(LOT, "A", 1500)
    assert room.bid("C", 1400, 1000) == (BidAccepted(LOT, "C", 1400, CLOSES, max_fen=1000),)
    assert room.bid("A", 1300)[-1] == ProxyRaised(LOT, "C", 1200)


def test_nothing_can_be_offered_below_nothing() -> None:
    """Where a step less would be negative there is no next amount; the refusal still says lead less step."""
    room = Room(direction="buy")
    room.bid("A", 50)
    assert room.lot.minimum_fen is None
    events = room.bid("B", 0)
    assert (code(events), minimum(events)) == (R.BID_BELOW_INCREMENT, -50)


@pytest.mark.parametrize(
    ("bids", "min_bidders", "reserve", "reason"),
    [
        ([], 2, 5000, "NO_BIDS"),
        ([("A", 1000)], 2, 5000, "TOO_FEW_BIDDERS"),
        ([("A", 1000), ("B", 1100)], 2, 5000, "RESERVE_NOT_MET"),
        ([("A", 1000), ("B", 5000)], 2, 5000, None),
        ([("A", 1000)], 1, None, None),
    ],
)
def test_the_tests_at_the_close(
    bids: list[tuple[str, int]], min_bidders: int, reserve: int | None, reason: str | None
) -> None:
    """No bid, too few bidders, a lead worse than the reserve, in this order; else the hammer."""
    room = Room(min_bidders=min_bidders, reserve_price_fen=reserve)
    for bidder, amount in bids:
        room.bid(bidder, amount)
    (event,) = room.advance(CLOSES)
    if reason is None:
        assert event == Hammered(LOT, (Winner(*bids[-1]),), CLOSES)
    else:
        assert event == Passed(LOT, reason, CLOSES)
    assert (room.lot.reason, room.lot.closed_at) == (reason, CLOSES)


def test_who_was_beaten_at_once_is_a_bidder() -> None:
    """A bid that a proxy answers counts towards min_bidders."""
    room = Room(min_bidders=2)
    room.bid("A", 1000, 2000)
    room.bid("B", 1100)
    assert room.lot.bidders == ("A", "B")
    assert room.advance(CLOSES) == (Hammered(LOT, (Winner("A", 1200),), CLOSES),)


def test_the_largest_amounts() -> None:
    """At the limit of amounts a fen still decides."""
    room = Room(ladder=(Rung(0, 1),))
    room.bid("A", 10**15 - 2, 10**15 - 1)
    assert room.bid("B", 10**15 - 1)[-1] == ProxyRaised(LOT, "A", 10**15 - 1)
    room.bid("B", 10**15)
    assert room.lead == ("B", 10**15)
