"""How many commands a commit takes: all where they are few, and half of all who are there where they are many."""

from hypothesis import given
from hypothesis import strategies as st

from exchange.house.batching import MOST, batch_size

COUNTS = st.integers(min_value=0, max_value=5_000)


@given(COUNTS, COUNTS)
def test_a_commit_takes_somebody_and_nobody_who_is_not_there(waiting: int, last: int) -> None:
    """Whoever waits is taken sooner or later, and a commit has a size that the journal takes."""
    taken = batch_size(waiting, last)
    assert taken <= min(waiting, MOST)
    assert bool(taken) == bool(waiting)


@given(st.integers(min_value=0, max_value=32), COUNTS)
def test_a_few_are_taken_together(waiting: int, last: int) -> None:
    """Nobody waits for a second commit where the first would hardly have become longer."""
    assert batch_size(waiting, last) == waiting


@given(st.integers(min_value=64, max_value=800), st.data())
def test_groups_that_take_turns_become_alike(everybody: int, data: st.DataObject) -> None:
    """Bidders who ask again as soon as they are answered end in two groups of one size, however they began."""
    being_written = data.draw(st.integers(min_value=1, max_value=min(MOST, everybody)))
    for _ in range(12):
        being_written = batch_size(everybody - being_written, being_written)
    assert abs(2 * being_written - everybody) <= 2


def test_a_crowd_that_never_asks_again_is_taken_at_once() -> None:
    """Halves of halves would be many commits: the second commit takes all that the first left."""
    waiting, taken, commits = 1_000, 1, 0
    while waiting:
        taken = batch_size(waiting, taken)
        waiting, commits = waiting - taken, commits + 1
    assert commits == 2
