"""decide, evolve and due_at: who is heard, what operators do, and what stops the process."""

import pytest

from matching_engine import events as e
from matching_engine.commands import (
    Accept,
    Advance,
    Bid,
    Cancel,
    EntryStatus,
    LotCommand,
    Match,
    OpenSeals,
    Postpone,
    PutUp,
    Resume,
    Seal,
    SetEntry,
    Suspend,
)
from matching_engine.errors import Broken, Malformed
from matching_engine.lifecycle import LifecycleState
from matching_engine.lot import Lot, decide, due_at, evolve
from matching_engine.rejections import Rejection
from matching_engine.terms import HOUR, MINUTE
from tests.matching_engine.room import CLOSES, ENGLISH, LOT, OPENS, Room, code, like

R = Rejection
S = LifecycleState


def announced() -> Lot:
    """A lot before its opening, A admitted."""
    lot = evolve(None, e.LotPutUp(LOT, ENGLISH), 0)
    return evolve(lot, e.EntrySet(LOT, "A", EntryStatus.ADMITTED), 0)


# A lot comes to be


def test_a_lot_is_put_up_once() -> None:
    """Its terms are checked; the second time it exists."""
    assert decide(None, PutUp(LOT, ENGLISH), 5) == (e.LotPutUp(LOT, ENGLISH),)
    assert decide(announced(), PutUp(LOT, ENGLISH), 5) == (e.CommandRefused(LOT, "PutUp", R.LOT_EXISTS),)
    with pytest.raises(Malformed, match="closes_at"):
        decide(None, PutUp(LOT, like(ENGLISH, closes_at=OPENS)), 5)


@pytest.mark.parametrize(
    "command", [Bid(LOT, "A", 1), Match(LOT, "A"), Seal(LOT, "A", "", ""), Accept(LOT, "A")]
)
def test_no_such_lot_for_a_bidder(command: LotCommand) -> None:
    """A refusal like any other."""
    (refused,) = decide(None, command, 0)
    assert isinstance(refused, e.BidRefused)
    assert refused.code is R.LOT_UNKNOWN


def test_no_such_lot_for_the_house() -> None:
    """Named by the command."""
    assert decide(None, Advance(LOT), 0) == (e.CommandRefused(LOT, "Advance", R.LOT_UNKNOWN),)


# Who is heard


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (EntryStatus.NOT_ADMITTED, R.ENTRY_REQUIRED),
        (EntryStatus.DEPOSIT_UNPAID, R.DEPOSIT_REQUIRED),
        (EntryStatus.RELATED, R.BID_SELF_DEALING),
        (EntryStatus.ADMITTED, None),
    ],
)
def test_entries_decide_who_bids(status: EntryStatus, expected: Rejection | None) -> None:
    """Before the mechanism is asked; a status may change while the lot is open."""
    room = Room()
    room.ask(SetEntry(LOT, "A", status))
    assert code(room.bid("A", 1000)) is expected
    assert code(room.accept("A")) is (expected or R.WRONG_MECHANISM)


def test_an_unknown_bidder_is_not_admitted() -> None:
    """Nobody is admitted by silence."""
    assert code(Room().bid("Z", 1000)) is R.ENTRY_REQUIRED


def test_the_state_of_the_lot_comes_before_the_entry() -> None:
    """Closed, not open, suspended: in this order, whoever asks."""
    lot = announced()
    assert code(decide(lot, Bid(LOT, "Z", 1), OPENS - 1)) is R.LOT_NOT_OPEN
    room = Room()
    room.ask(Suspend(LOT, "fault"), CLOSES - 1)
    assert code(room.bid("Z", 1, at=CLOSES + HOUR)) is R.LOT_SUSPENDED
    room.ask(Cancel(LOT, "gone"))
    assert code(room.bid("Z", 1)) is R.LOT_CLOSED


def test_a_lot_opens_on_the_instant_without_a_gavel() -> None:
    """A bid at the opening is taken, behind the opening that it brings about."""
    events = decide(announced(), Bid(LOT, "A", 1000), OPENS)
    assert events == (e.LotOpened(LOT), e.BidAccepted(LOT, "A", 1000, CLOSES))


def test_a_gavel_that_comes_late_does_everything_in_order() -> None:
    """The outcome has the instant of the close, not that of the tick."""
    lot = announced()
    events = decide(lot, Advance(LOT), CLOSES + HOUR)
    assert events == (e.LotOpened(LOT), e.Passed(LOT, "NO_BIDS", CLOSES))
    assert lot.state is S.ANNOUNCED


def test_nothing_due_is_nothing_done() -> None:
    """A gavel that comes early, or for a lot that has ended, makes no event."""
    room = Room()
    assert room.advance(CLOSES - 1) == ()
    room.advance(CLOSES)
    assert room.advance(CLOSES + 1) == ()


# The clock


def test_due_at_names_the_next_instant() -> None:
    """The opening, the close, nothing while suspended and nothing after the end."""
    assert due_at(announced()) == OPENS
    room = Room()
    assert due_at(room.lot) == CLOSES
    room.ask(Suspend(LOT, "fault"))
    assert due_at(room.lot) is None
    assert room.lot.suspended
    room.ask(Resume(LOT), OPENS + HOUR)
    assert due_at(room.lot) == CLOSES + HOUR
    room.advance(CLOSES + HOUR)
    assert due_at(room.lot) is None
    assert room.lot.ended


def test_a_free_period_that_has_passed_does_not_come_back() -> None:
    """A suspension after it leaves it behind."""
    room = Room(free_until=OPENS + MINUTE)
    room.ask(Suspend(LOT, "fault"), OPENS + MINUTE)
    room.ask(Resume(LOT), OPENS + HOUR)
    assert room.lot.free_until == OPENS + MINUTE
    room = Room(free_until=OPENS + MINUTE)
    room.ask(Suspend(LOT, "fault"), OPENS)
    room.ask(Resume(LOT), OPENS + HOUR)
    assert room.lot.free_until == OPENS + HOUR + MINUTE


@pytest.mark.parametrize("length", [1, HOUR])
def test_an_announced_lot_is_postponed_whole(length: int) -> None:
    """Opening and close move alike."""
    lot = announced()
    for event in decide(lot, Postpone(LOT, length, "outage"), OPENS + HOUR):
        lot = evolve(lot, event, OPENS + HOUR)
    assert (lot.opens_at, lot.closes_at, due_at(lot)) == (OPENS + length, CLOSES + length, OPENS + length)


def test_an_overdue_lot_is_postponed_before_it_is_hammered() -> None:
    """After an outage across the close the bidders get their time back."""
    room = Room()
    room.bid("A", 1000)
    (moved,) = room.ask(Postpone(LOT, 2 * HOUR, "outage"), CLOSES + HOUR)
    assert moved == e.LotPostponed(LOT, 2 * HOUR, CLOSES + 2 * HOUR, "outage")
    assert code(room.bid("B", 1100)) is None


# Operators


def test_what_operators_may_not_do_changes_nothing() -> None:
    """Each refusal names the command and why."""
    lot = announced()
    assert decide(lot, Suspend(LOT, "x"), 0) == (e.CommandRefused(LOT, "Suspend", R.LOT_NOT_OPEN),)
    assert decide(lot, Resume(LOT), 0) == (e.CommandRefused(LOT, "Resume", R.LOT_STATE),)
    room = Room()
    room.ask(Suspend(LOT, "x"))
    assert room.ask(Suspend(LOT, "x")) == (e.CommandRefused(LOT, "Suspend", R.LOT_SUSPENDED),)
    assert room.ask(Postpone(LOT, 1, "x")) == (e.CommandRefused(LOT, "Postpone", R.LOT_STATE),)
    assert room.ask(OpenSeals(LOT, ())) == (e.CommandRefused(LOT, "OpenSeals", R.LOT_STATE),)
    room.ask(Cancel(LOT, "gone"))
    ended = (
        Suspend(LOT, "x"),
        Resume(LOT),
        Cancel(LOT, "x"),
        Postpone(LOT, 1, "x"),
        SetEntry(LOT, "A", EntryStatus.RELATED),
    )
    for command in ended:
        assert room.ask(command) == (e.CommandRefused(LOT, type(command).__name__, R.LOT_CLOSED),)


@pytest.mark.parametrize("when", ["announced", "open", "suspended"])
def test_a_lot_can_be_cancelled_until_its_end(when: str) -> None:
    """Before the opening, while it runs, while it stands still."""
    room = Room()
    if when == "announced":
        room.lot = announced()
        room.at = OPENS - 1
    if when == "suspended":
        room.ask(Suspend(LOT, "fault"))
    assert room.ask(Cancel(LOT, "withdrawn")) == (e.Cancelled(LOT, "withdrawn", room.at),)
    assert (room.lot.state, room.lot.reason, room.lot.closed_at) == (S.CANCELLED, "withdrawn", room.at)


def test_a_cancellation_at_the_close_is_too_late() -> None:
    """The hammer falls first."""
    room = Room()
    room.bid("A", 1000)
    hammered, refused = room.ask(Cancel(LOT, "x"), CLOSES)
    assert isinstance(hammered, e.Hammered)
    assert refused == e.CommandRefused(LOT, "Cancel", R.LOT_CLOSED)


# What stops the process


def broken(lot: Lot | None, event: e.LotEvent, at: int = OPENS) -> str:
    """The invariant that an event of a forged journal breaks."""
    with pytest.raises(Broken) as fell:
        evolve(lot, event, at)
    return str(fell.value)


def test_a_bid_at_the_close_cannot_be_read_back() -> None:
    """Invariant 4, checked again when a journal is read."""
    assert "invariant 4" in broken(Room().lot, e.BidAccepted(LOT, "A", 1000, CLOSES), CLOSES)
    assert "invariant 4" in broken(announced(), e.BidAccepted(LOT, "A", 1000, CLOSES))


def test_a_second_end_cannot_be_read_back() -> None:
    """Invariant 5."""
    room = Room()
    room.advance(CLOSES)
    assert "invariant 5" in broken(room.lot, e.Cancelled(LOT, "x", CLOSES))


def test_a_winner_must_have_bid_and_met_the_reserve() -> None:
    """Invariant 6."""
    room = Room(reserve_price_fen=1500)
    room.bid("A", 1400)
    assert "worse than the reserve" in broken(room.lot, e.Hammered(LOT, (e.Winner("A", 1400),), CLOSES))
    assert "without a bid" in broken(room.lot, e.Hammered(LOT, (e.Winner("B", 2000),), CLOSES))
    assert "to nobody" in broken(room.lot, e.Hammered(LOT, (), CLOSES))


def test_what_the_engine_never_says_cannot_be_read_back() -> None:
    """Each forged event names what is wrong with it."""
    room = Room()
    room.bid("A", 1000, 2000)
    lot = room.lot
    assert "beyond the maximum of A" in broken(lot, e.ProxyRaised(LOT, "A", 2001))
    assert "beyond the maximum of B" in broken(lot, e.ProxyRaised(LOT, "B", 1100))
    assert "without leading" in broken(lot, e.MaximumRaised(LOT, "B", 5000))
    assert "beside the lead" in broken(lot, e.BidMatched(LOT, "B", 999, CLOSES))
    assert "extended" in broken(lot, e.BidAccepted(LOT, "B", 1100, CLOSES, extended=True))
    assert "without a suspension" in broken(lot, e.LotResumed(LOT, 1, CLOSES))
    assert "put up twice" in broken(lot, e.LotPutUp(LOT, ENGLISH))
    assert "never put up" in broken(None, e.LotOpened(LOT))
