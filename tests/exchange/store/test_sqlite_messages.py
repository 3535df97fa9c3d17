"""What a house and the process that writes for it say to each other."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.ports import DuplicateCommand, Fenced, Lease, OutcomeUnknown, Unavailable, UnsafeStore
from exchange.store import sqlite_messages as messages
from exchange.store.schema import WrongSchema
from matching_engine.errors import Broken, LuochuiError, Malformed
from tests.exchange.store.rows import row, rows

LEASE = Lease("hub", 3, None)


@given(
    batches=st.lists(st.integers(min_value=1, max_value=4), max_size=4),
    cuts=st.lists(st.integers(min_value=0), max_size=8),
)
def test_messages_are_whole_however_they_arrive(batches: list[int], cuts: list[int]) -> None:
    """Cut anywhere, a stream gives the same messages in the same order, and none before it is whole."""
    written = [rows(LEASE, 1, count) for count in batches]
    stream = b"".join(messages.batch(LEASE, batch) for batch in written)
    at = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    frames = messages.Frames()
    found = [message for a, b in pairwise(at) for message in frames.add(stream[a:b])]
    assert [messages.read_batch(message) for message in found] == [(LEASE, batch) for batch in written]


@pytest.mark.parametrize(
    "error",
    [
        Fenced("house hub: epoch 1 is over"),
        DuplicateCommand("c-1"),
        Unavailable("journal: database is locked"),
        OutcomeUnknown("journal: the disk failed"),
        UnsafeStore("journal_mode is delete"),
        WrongSchema("no such table"),
        Broken("seq is gapless"),
        Malformed("journal row", "1 << 70", "64-bit integers"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_arrives_as_it_was(error: LuochuiError) -> None:
    """Each error of the port crosses with its kind and its words."""
    (message,) = messages.Frames().add(messages.failed(error))
    told = messages.read_answer(message)
    assert type(told) is type(error)
    assert str(told) == str(error)


def test_a_success_is_no_error() -> None:
    """A batch that is on disk is answered with nothing."""
    (message,) = messages.Frames().add(messages.done())
    assert messages.read_answer(message) is None


def test_an_error_of_another_kind_stops_the_house() -> None:
    """What no port knows is an invariant that fell."""
    (message,) = messages.Frames().add(messages.failed(LuochuiError("odd")))
    assert isinstance(messages.read_answer(message), Broken)


def test_text_that_is_none_is_malformed() -> None:
    """A lone surrogate and a number beyond 64 bits are named before anything is sent."""
    for wrong in (row(LEASE, 1, principal="\ud800"), row(LEASE, 1, at=1 << 70)):
        with pytest.raises(Malformed, match="journal row"):
            messages.batch(LEASE, [wrong])
