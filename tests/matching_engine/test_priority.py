"""Rights of first refusal, live and after the hammer."""

import pytest

from matching_engine.commands import Opening, OpenSeals, Resume, Suspend
from matching_engine.events import (
    BidAccepted,
    BidMatched,
    Hammered,
    PriorityWindowOpened,
    ProxyRaised,
    Winner,
)
from matching_engine.lifecycle import LifecycleState
from matching_engine.rejections import Rejection
from matching_engine.terms import MINUTE, DutchClock, Holder, Mechanism, Terms
from tests.matching_engine.room import CLOSES, ENGLISH, LOT, OPENS, Room, code

R = Rejection
LIVE = (Holder("C", 1, "live"), Holder("D", 2, "live"))
AFTER = (Holder("C", 1, "after"), Holder("D", 2, "after"))
WINDOW = 10 * MINUTE


# Live


def test_a_match_leads_at_the_same_amount() -> None:
    """The next bid must still beat lead plus step."""
    room = Room(priority=LIVE)
    room.bid("A", 1000)
    assert room.match("C") == (BidMatched(LOT, "C", 1000, CLOSES),)
    assert room.lead == ("C", 1000)
    assert code(room.bid("A", 1000)) is R.BID_BELOW_INCREMENT
    assert code(room.bid("A", 1100)) is None


def test_who_may_not_match() -> None:
    """Strangers to the right, before any lead, the leader itself, and against an equal or better rank that leads."""
    room = Room(priority=(*LIVE, Holder("B", 2, "live")))
    assert code(room.match("A")) is R.MATCH_NOT_ENTITLED
    assert code(room.match("C")) is R.MATCH_NO_LEAD
    room.bid("A", 1000)
    room.match("D")
    assert code(room.match("D")) is R.BID_ALREADY_LEADING
    assert code(room.match("B")) is R.MATCH_NOT_ENTITLED
    assert code(room.match("C")) is None
    assert code(room.match("D")) is R.MATCH_NOT_ENTITLED
    assert room.lead == ("C", 1000)


def test_rank_counts_however_the_leader_came_to_lead() -> None:
    """A holder that leads by a plain bid, or holds a right after the hammer only, is a holder."""
    room = Room(
        priority=(Holder("A", 1, "after"), Holder("C", 1, "live"), Holder("D", 2, "live")),
        priority_window=WINDOW,
    )
    room.bid("A", 1000)
    assert code(room.match("C")) is R.MATCH_NOT_ENTITLED
    room.bid("D", 1100)
    assert code(room.match("C")) is None


@pytest.mark.parametrize(("maximum", "lead"), [(1050, 1050), (1100, 1100), (5000, 1100)])
def test_a_standing_maximum_answers_a_match(maximum: int, lead: int) -> None:
    """The leader keeps the lead a step on, or at its maximum where that is less; the match counts all the same."""
    room = Room(priority=LIVE)
    room.bid("A", 1000, maximum)
    assert room.match("C") == (BidMatched(LOT, "C", 1000, CLOSES, leads=False), ProxyRaised(LOT, "A", lead))
    assert room.lead == ("A", lead)
    assert room.lot.accepted == 2
    assert room.lot.bidders == ("A", "C")


def test_an_exhausted_maximum_does_not_answer() -> None:
    """Where the maximum is the lead, the match leads."""
    room = Room(priority=LIVE)
    room.bid("A", 1000, 1200)
    room.bid("B", 1150)
    assert room.lead == ("A", 1200)
    assert room.match("C") == (BidMatched(LOT, "C", 1200, CLOSES),)
    assert room.bid("B", 1300) == (BidAccepted(LOT, "B", 1300, CLOSES),)


def test_a_match_forgets_an_old_maximum() -> None:
    """Who once bid with a maximum and now leads by a match has none, and may set one."""
    room = Room(priority=LIVE)
    room.bid("C", 1000, 1500)
    room.bid("A", 2000)
    room.match("C")
    assert code(room.bid("C", 1, 1900)) is R.BID_ALREADY_LEADING
    assert code(room.bid("C", 1, 2100)) is None
    assert room.bid("B", 2100)[-1] == ProxyRaised(LOT, "C", 2100)


# After the hammer


def windowed(*holders: Holder, terms: Terms = ENGLISH) -> Room:
    """A bids, the lot closes, the window opens."""
    room = Room(terms, priority=holders or AFTER, priority_window=WINDOW)
    room.bid("A", 1000)
    assert code(room.match("C")) is R.MATCH_NOT_ENTITLED
    assert room.advance(CLOSES) == (PriorityWindowOpened(LOT, "A", 1000, CLOSES + WINDOW),)
    assert room.lot.state is LifecycleState.PRIORITY_WINDOW
    return room


def test_the_best_ranked_match_wins_at_once() -> None:
    """At the hammer price."""
    room = windowed()
    assert room.match("C", at=CLOSES + 1) == (
        BidMatched(LOT, "C", 1000, CLOSES),
        Hammered(LOT, (Winner("C", 1000),), CLOSES + 1),
    )


def test_a_lesser_match_waits_for_a_better_one() -> None:
    """It wins when the window ends; repeating it says it already stands."""
    room = windowed()
    assert room.match("D", at=CLOSES + 1) == (BidMatched(LOT, "D", 1000, CLOSES),)
    assert code(room.match("D")) is R.BID_ALREADY_LEADING
    assert room.advance(CLOSES + WINDOW) == (Hammered(LOT, (Winner("D", 1000),), CLOSES + WINDOW),)


def test_a_pending_match_yields_to_a_strictly_better_rank_only() -> None:
    """An equal one comes too late."""
    room = windowed(Holder("B", 1, "after"), Holder("C", 2, "after"), Holder("D", 2, "after"))
    room.match("D", at=CLOSES + 1)
    assert code(room.match("C")) is R.MATCH_NOT_ENTITLED
    assert room.match("B")[-1] == Hammered(LOT, (Winner("B", 1000),), CLOSES + 1)


def test_nobody_matches() -> None:
    """The leader has it at the end of the window."""
    room = windowed()
    events = room.match("C", at=CLOSES + WINDOW)
    assert events[0] == Hammered(LOT, (Winner("A", 1000),), CLOSES + WINDOW)
    assert code(events) is R.LOT_CLOSED


def test_only_matches_of_holders_after_the_hammer_are_heard() -> None:
    """Bids find the lot closed, even from those who may not bid at all; live holders come too late."""
    room = windowed(*AFTER, Holder("B", 1, "live"))
    assert code(room.bid("B", 5000)) is R.LOT_CLOSED
    assert code(room.bid("Z", 5000)) is R.LOT_CLOSED
    assert code(room.match("Z")) is R.ENTRY_REQUIRED
    assert code(room.match("B")) is R.MATCH_NOT_ENTITLED


def test_no_window_where_the_leader_is_a_holder_or_nobody_could_use_it() -> None:
    """Nor where the lot would not be hammered."""
    hammered = (Hammered(LOT, (Winner("A", 1000),), CLOSES),)
    for holders in ((*AFTER, Holder("A", 9, "live")), LIVE, ()):
        room = Room(priority=holders, priority_window=WINDOW)
        room.bid("A", 1000)
        assert room.advance(CLOSES) == hammered
    room = Room(priority=AFTER, priority_window=WINDOW, reserve_price_fen=1001)
    room.bid("A", 1000)
    room.advance(CLOSES)
    assert room.lot.reason == "RESERVE_NOT_MET"


def test_a_window_can_be_suspended() -> None:
    """Its end moves; the close that has passed does not."""
    room = windowed()
    room.ask(Suspend(LOT, "fault"), CLOSES + MINUTE)
    assert code(room.match("C")) is R.LOT_SUSPENDED
    room.ask(Resume(LOT), CLOSES + 31 * MINUTE)
    assert room.lot.closes_at == CLOSES
    end = CLOSES + 30 * MINUTE + WINDOW
    assert room.advance(end) == (Hammered(LOT, (Winner("A", 1000),), end),)


def test_the_window_of_a_dutch_lot_runs_from_the_acceptance() -> None:
    """At the price of that instant; before it, a match has no place."""
    terms = Terms(Mechanism.DUTCH, 1000, OPENS, None, dutch=DutchClock(100, MINUTE, 500))
    room = Room(terms, priority=AFTER, priority_window=WINDOW)
    assert code(room.match("C")) is R.WRONG_MECHANISM
    at = OPENS + 90 * 1_000_000
    assert room.accept("A", at=at)[-1] == PriorityWindowOpened(LOT, "A", 900, at + WINDOW)
    assert code(room.accept("B")) is R.LOT_CLOSED
    assert room.match("C")[-1] == Hammered(LOT, (Winner("C", 900),), at)


def test_the_window_of_sealed_bids_is_at_the_price_of_the_winner() -> None:
    """The second price, from the opening on; a holder may match without a bid of its own."""
    terms = Terms(Mechanism.SEALED_SECOND_PRICE, 1000, OPENS, CLOSES)
    room = Room(terms, priority=AFTER, priority_window=WINDOW)
    room.seal("A")
    room.seal("B")
    room.advance(CLOSES)
    events = room.ask(OpenSeals(LOT, (Opening("A", 2000), Opening("B", 1500))), CLOSES + 5)
    assert events[-1] == PriorityWindowOpened(LOT, "A", 1500, CLOSES + 5 + WINDOW)
    assert room.match("C")[-1] == Hammered(LOT, (Winner("C", 1500),), CLOSES + 5)
    assert room.lot.bidders == ("A", "B", "C")


def test_awards_of_many_do_not_wait() -> None:
    """In weighted lots, multi-awards and challenges a right after the hammer is ignored, window or not."""
    room = Room(Terms(Mechanism.MULTI_AWARD, 1000, OPENS, CLOSES, priority=AFTER))
    room.seal("A")
    room.advance(CLOSES)
    assert isinstance(room.ask(OpenSeals(LOT, (Opening("A", 2000),)))[-1], Hammered)
