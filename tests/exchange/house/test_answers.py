"""The answers at hand: found for a while, and then forgotten, never more than two generations of them."""

import pytest

from exchange.house import answers
from exchange.house.answers import Answers
from exchange.house.command import Outcome


def test_the_newest_answers_are_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is found until a whole generation came after its own; what goes is the oldest."""
    monkeypatch.setattr(answers, "EACH_MAX", 3)
    held = Answers()
    for number in range(8):
        held.keep(f"request {number}", Outcome(f"command-{number}", (), None))
    assert [number for number in range(8) if f"command-{number}" in held] == [3, 4, 5, 6, 7]
    assert held.get("command-4") == ("request 4", Outcome("command-4", (), None))
    assert held.get("command-2") is None
