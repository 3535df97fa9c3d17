"""Coming back: which lots an outage moves, and by how much."""

from exchange.demo.data import load
from exchange.demo.steps import plan_lot
from exchange.house.recovery import postponements
from exchange.house.state import State, new_state
from matching_engine.commands import Advance, PutUp, Suspend
from matching_engine.lot import decide, evolve
from matching_engine.terms import HOUR, MINUTE
from tests.exchange.house.running import BEGIN, RULEBOOK


def state_with(lot: str, opens_at: int, *commands: tuple[object, int]) -> State:
    """A house with one lot of an hour, after these commands at these instants."""
    state = new_state(RULEBOOK)
    plan = plan_lot(lot, "A1", load()[0], opens_at, HOUR)
    held = None
    for command, at in ((PutUp(lot, plan.terms), BEGIN), *commands):
        for event in decide(held, command, at):  # type: ignore[arg-type]
            held = evolve(held, event, at)
    assert held is not None
    state.lots[lot] = held
    return state


def moves(state: State, since: int, now: int) -> list[int]:
    """By how much each lot is moved."""
    return [command.body.length for command in postponements(state, 2, since, now, MINUTE)]  # type: ignore[union-attr]


def test_a_lot_that_would_have_closed_gets_the_outage_and_the_grace() -> None:
    """Closing at ten, away from 9:59 to 10:05: it moves by six minutes and the grace of one."""
    state = state_with("L1", BEGIN, (Advance("L1"), BEGIN))
    close = BEGIN + HOUR
    assert moves(state, close - MINUTE, close + 5 * MINUTE) == [7 * MINUTE]


def test_a_lot_that_closes_right_after_the_outage_moves_as_well() -> None:
    """Its bidders need the grace to return."""
    state = state_with("L1", BEGIN, (Advance("L1"), BEGIN))
    close = BEGIN + HOUR
    assert moves(state, close - 3 * MINUTE, close - MINUTE // 2) == [MINUTE * 7 // 2]


def test_other_lots_stay_where_they_are() -> None:
    """A close an hour away, a lot to come whose opening fell into the outage, a suspended lot: none moves."""
    opened = state_with("L1", BEGIN, (Advance("L1"), BEGIN))
    to_come = state_with("L1", BEGIN + MINUTE)
    suspended = state_with("L1", BEGIN, (Advance("L1"), BEGIN), (Suspend("L1", "fault"), BEGIN + 1))
    for state in (opened, to_come, suspended):
        assert moves(state, BEGIN, BEGIN + 5 * MINUTE) == []


def test_a_lot_whose_whole_time_fell_into_the_outage_is_not_lost() -> None:
    """It would open and close at once: it is moved, and opens later."""
    state = state_with("L1", BEGIN + MINUTE)
    assert moves(state, BEGIN, BEGIN + 2 * HOUR) == [2 * HOUR + MINUTE]
