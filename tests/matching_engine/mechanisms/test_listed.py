"""Listed trading: the book, the standing offer, the competition."""

from matching_engine.commands import Accept
from matching_engine.events import (
    BidAccepted,
    BidMatched,
    CompetitionOpened,
    Hammered,
    OfferStands,
    Passed,
    ProxyRaised,
    Winner,
)
from matching_engine.lifecycle import Phase
from matching_engine.rejections import Rejection
from matching_engine.terms import HOUR, MINUTE, Holder, Mechanism, Rung, Terms
from tests.matching_engine.room import CLOSES, LOT, OPENS, SOFT, Room, code, minimum

R = Rejection
FREE = OPENS + HOUR
TERMS = Terms(
    Mechanism.LISTED,
    1000,
    OPENS,
    CLOSES,
    ladder=(Rung(0, 100),),
    free_until=FREE,
    extension=SOFT,
    min_bidders=3,
)


def test_offers_gather_and_need_not_beat_each_other() -> None:
    """At the asking price or above; the highest leads, of equals the earlier; the close does not move."""
    room = Room(TERMS, free_until=CLOSES)
    room.bid("A", 1000)
    assert room.bid("B", 1500, at=CLOSES - MINUTE) == (BidAccepted(LOT, "B", 1500, CLOSES),)
    room.bid("C", 1500)
    room.bid("D", 1000)
    assert room.lead == ("B", 1500)
    low = room.bid("A", 999)
    assert (code(low), minimum(low)) == (R.BID_BELOW_OPENING, 1000)


def test_a_bidder_betters_its_own_offer_by_a_step() -> None:
    """Also the leader, and off the grid of whole multiples."""
    room = Room(TERMS, increment_rule="multiple")
    room.bid("A", 1000)
    low = room.bid("A", 1099)
    assert (code(low), minimum(low)) == (R.BID_BELOW_INCREMENT, 1100)
    assert code(room.bid("A", 1101)) is None


def test_no_maximum_before_the_competition() -> None:
    """In the book and while the offer stands, even where the amount would not do; equal to the bid it says nothing."""
    room = Room(TERMS)
    assert code(room.bid("A", 10, 2000)) is R.WRONG_MECHANISM
    room.advance(FREE)
    assert code(room.bid("A", 1000, 2000)) is R.WRONG_MECHANISM
    assert code(room.bid("A", 1000, 1000)[:1]) is None
    assert room.lot.winners == (Winner("A", 1000),)


def test_one_bidder_is_enough_for_a_sale() -> None:
    """The book counts bidders, not offers, and min_bidders is not for listed lots."""
    room = Room(TERMS)
    room.bid("A", 1000)
    room.bid("A", 1200)
    assert room.advance(FREE) == (Hammered(LOT, (Winner("A", 1200),), FREE),)


def test_two_bidders_compete() -> None:
    """Opening at the highest offer, which leads; outsiders stay out; maxima and extensions as in an English lot."""
    room = Room(TERMS)
    room.bid("A", 1000)
    room.bid("B", 1200)
    room.bid("D", 1000)
    assert room.advance(FREE) == (CompetitionOpened(LOT, "B", 1200, ("B", "A", "D")),)
    assert room.lot.phase is Phase.COMPETITION
    assert code(room.bid("C", 5000)) is R.ENTRY_REQUIRED
    assert code(room.bid("B", 1300)) is R.BID_ALREADY_LEADING
    assert code(room.bid("A", 1250)) is R.BID_BELOW_INCREMENT
    assert code(room.bid("A", 900)) is R.BID_BELOW_OPENING
    room.bid("A", 1300, 2000)
    events = room.bid("D", 1500, at=CLOSES - MINUTE)
    assert events == (BidAccepted(LOT, "D", 1500, CLOSES + 4 * MINUTE, True), ProxyRaised(LOT, "A", 1600))
    close = CLOSES + 4 * MINUTE
    assert room.advance(close) == (Hammered(LOT, (Winner("A", 1600),), close),)


def test_the_offer_stands_for_the_first_taker() -> None:
    """Without offers; it is taken at once, at the bid's own amount."""
    room = Room(TERMS)
    assert room.advance(FREE) == (OfferStands(LOT),)
    assert code(room.bid("A", 999)) is R.BID_BELOW_OPENING
    at = FREE + MINUTE
    assert room.bid("A", 1234, at=at) == (
        BidAccepted(LOT, "A", 1234, CLOSES),
        Hammered(LOT, (Winner("A", 1234),), at),
    )


def test_without_free_until_there_is_no_book() -> None:
    """The offer stands from the opening."""
    room = Room(TERMS, free_until=None)
    assert room.lot.phase is Phase.STANDING
    assert room.lot.minimum_fen == 1000
    assert room.advance(CLOSES) == (Passed(LOT, "NO_BIDS", CLOSES),)


def test_a_book_until_the_close() -> None:
    """The competition opens and ends in the same instant: the leader has it."""
    room = Room(TERMS, free_until=CLOSES)
    room.bid("A", 1000)
    room.bid("B", 1000)
    assert room.advance(CLOSES) == (
        CompetitionOpened(LOT, "A", 1000, ("A", "B")),
        Hammered(LOT, (Winner("A", 1000),), CLOSES),
    )


def test_a_live_holder_may_match_without_an_offer() -> None:
    """It then belongs to the competition."""
    room = Room(TERMS, priority=(Holder("C", 1, "live"),))
    room.bid("A", 1000)
    room.bid("B", 1200)
    room.advance(FREE)
    assert room.match("C") == (BidMatched(LOT, "C", 1200, CLOSES),)
    assert room.lead == ("C", 1200)
    room.bid("A", 1300)
    assert code(room.bid("C", 1400)) is None


def test_a_match_in_the_book_is_an_offer_that_leads() -> None:
    """The holder stands at the lead before its maker; where the offer stands alone there is nothing to match."""
    room = Room(TERMS, priority=(Holder("C", 1, "live"), Holder("D", 1, "after")), priority_window=MINUTE)
    assert code(room.match("C")) is R.MATCH_NO_LEAD
    room.bid("A", 1000)
    assert code(room.match("D")) is R.MATCH_NOT_ENTITLED
    room.match("C")
    assert room.advance(FREE) == (CompetitionOpened(LOT, "C", 1000, ("C", "A")),)


def test_acceptances_are_for_other_mechanisms() -> None:
    """The standing offer is taken by a bid."""
    room = Room(TERMS, free_until=None)
    assert code(room.ask(Accept(LOT, "A"))) is R.WRONG_MECHANISM
