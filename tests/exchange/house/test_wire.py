"""Commands and answers between processes survive the way unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.house import wire
from exchange.house.command import Command, Conflict, Denied, Outcome
from exchange.ports import Unavailable
from matching_engine.commands import Bid
from matching_engine.errors import LuochuiError, Malformed
from settlement.commands import SignContract
from tests.exchange.house.running import command


@given(st.integers(1, 10**15), st.none() | st.integers(1, 10**15), st.text(max_size=20))
def test_a_command_comes_out_as_it_went_in(amount_fen: int, max_fen: int | None, bidder: str) -> None:
    """Every command, with its principal and roles, is the same on the other side."""
    asked = command("jia", Bid("L1", bidder, amount_fen, max_fen))
    assert wire.decode_command(wire.encode_command(asked)) == asked


def test_the_body_keeps_its_kind() -> None:
    """The closed union is told apart by its tag."""
    asked = command("jia", SignContract("C-1", "jia", "jia", "00"))
    assert isinstance(wire.decode_command(wire.encode_command(asked)).body, SignContract)


@pytest.mark.parametrize(
    "error",
    [
        Denied("NOT_FOUND", "there is no such trade", 404),
        Conflict("IDEMPOTENCY_MISMATCH", "another body"),
        Malformed("id", "x", "a UUID"),
        Unavailable("the queue is full"),
    ],
)
def test_an_error_is_raised_again_on_the_other_side(error: LuochuiError) -> None:
    """Kind, code, status and sentence of what kept a command out arrive whole."""
    answer = wire.decode_answer(wire.encode_answer(wire.failed("id", error)))
    with pytest.raises(type(error)) as raised:
        wire.raise_failure(answer)
    for name in ("code", "detail", "status", "field", "expected"):
        assert getattr(raised.value, name, None) == getattr(error, name, None)


def test_a_decided_command_points_into_the_journal() -> None:
    """The answer carries no events: the journal is the truth."""
    assert wire.decided(Outcome("id", (), None)) == wire.Answer("id", 0)
    assert isinstance(wire.decode_command(wire.encode_command(command("jia", Bid("L1", "", 1)))), Command)
