"""Increments: one step or a ladder."""

from hypothesis import given
from hypothesis import strategies as st

from matching_engine.increments import Ladder
from matching_engine.terms import Rung

RUNGS = (Rung(0, 1000), Rung(100_000, 5000), Rung(1_000_000, 20_000))


def test_one_step_is_the_same_everywhere() -> None:
    """A flat increment does not look at the amount."""
    assert {Ladder((Rung(0, 7),)).step_at(amount) for amount in (0, 1, 10**15)} == {7}


def test_a_rung_begins_at_its_amount() -> None:
    """The greatest `from` that is not above the amount decides."""
    ladder = Ladder(RUNGS)
    steps = [ladder.step_at(amount) for amount in (0, 99_999, 100_000, 999_999, 1_000_000, 10**15)]
    assert steps == [1000, 1000, 5000, 5000, 20_000, 20_000]


@given(st.integers(0, 2_000_000))
def test_a_ladder_is_its_plain_reading(amount: int) -> None:
    """Looking at every rung gives the same step."""
    assert Ladder(RUNGS).step_at(amount) == [rung.step_fen for rung in RUNGS if rung.from_fen <= amount][-1]


def test_ladders_of_the_same_rungs_are_equal() -> None:
    """So are lots that hold them."""
    assert Ladder(RUNGS) == Ladder(RUNGS)
    assert Ladder(RUNGS) != Ladder(RUNGS[:1])
    assert Ladder(RUNGS) != RUNGS
