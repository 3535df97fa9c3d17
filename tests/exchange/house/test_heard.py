"""Events kept in memory are handed over whole, or not at all."""

from exchange.house.command import Recorded
from exchange.house.heard import KEPT, Heard
from matching_engine.events import LotOpened


def events(first: int, last: int) -> list[Recorded]:
    """Events with these seqs."""
    return [
        Recorded("hub", 1, seq, 0, "lot/L1", seq, f"c-{seq}", "jia", LotOpened("L1"), b"\0")
        for seq in range(first, last + 1)
    ]


def test_what_came_after_is_taken_once() -> None:
    """Everything after a seq, however much before it is here; taken, it is gone."""
    heard = Heard()
    heard.note(events(3, 5))
    heard.note(events(6, 6))
    assert [one.seq for one in heard.take(4) or ()] == [5, 6]
    assert heard.take(6) is None


def test_a_gap_is_no_answer() -> None:
    """Where the next event is not here, the journal must be read; nothing is handed over, and nothing is lost."""
    heard = Heard()
    heard.note(events(5, 6))
    assert heard.take(3) is None
    assert [one.seq for one in heard.take(4) or ()] == [5, 6]


def test_no_more_is_kept_than_a_follower_can_be_behind() -> None:
    """The oldest are let go, so a follower that stands still costs no memory, and then reads the journal."""
    heard = Heard()
    heard.note(events(1, KEPT + 1))
    assert heard.take(0) is None
    assert len(heard.take(1) or ()) == KEPT
