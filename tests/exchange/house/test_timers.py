"""Timers: every kind has its mapping, its command and its events, and the house may ask for the command."""

from exchange.house.state import new_state
from exchange.house.streams import STREAMS
from exchange.house.timers import SET_BY, TIMERS
from settlement.rulebook import load_rulebook
from settlement.rules import shipped


def test_a_new_market_has_nothing_due() -> None:
    """Each timer reads a mapping of the state that begins empty."""
    state = new_state(load_rulebook(shipped()))
    assert all(dict(timer.due(state)) == {} for timer in TIMERS.values())


def test_every_timer_is_set_by_events_of_the_journal() -> None:
    """A timer that no journaled event sets would be lost with the process."""
    for kind, timer in TIMERS.items():
        assert timer.set_by, kind
        assert all(event in STREAMS for event in timer.set_by), kind
    assert all(kind in TIMERS for timers in SET_BY.values() for kind, _ in timers)


def test_no_timer_takes_the_name_of_the_lots() -> None:
    """The gavel keeps lots under the kind "lot"."""
    assert "lot" not in TIMERS
