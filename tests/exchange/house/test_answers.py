"""The answers at hand: found for a while, and then forgotten, never more than some generations of them."""

import pytest

from exchange.house import answers
from exchange.house.answers import Answers
from exchange.house.command import Outcome


def test_the_newest_answers_are_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is found until all full generations came after its own; what goes is the oldest."""
    monkeypatch.setattr(answers, "EACH_MAX", 3)
    monkeypatch.setattr(answers, "GENERATIONS", 2)
    held = Answers()
    for number in range(11):
        held.keep(f"request {number}", Outcome(f"command-{number}", (), None))
    assert [number for number in range(11) if f"command-{number}" in held] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert held.get("command-4") == ("request 4", Outcome("command-4", (), None))
    assert held.get("command-10") == ("request 10", Outcome("command-10", (), None))
    assert held.get("command-2") is None
