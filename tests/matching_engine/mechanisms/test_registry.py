"""Every mechanism has its rules, and refuses what is not its own."""

import pytest

from matching_engine.commands import Accept, Bid, Match, Seal
from matching_engine.mechanisms.registry import RULES
from matching_engine.rejections import Rejection
from matching_engine.terms import MINUTE, DutchClock, Mechanism, Rung, Terms
from tests.matching_engine.room import CLOSES, LOT, OPENS, Room, code

USES: dict[Mechanism, set[type]] = {
    Mechanism.ENGLISH: {Bid, Match},
    Mechanism.LISTED: {Bid, Match},
    Mechanism.DUTCH: {Accept},
    Mechanism.OPEN_LICENCE: {Accept},
}


def test_no_mechanism_is_without_rules() -> None:
    """Each has its own."""
    assert list(RULES) == list(Mechanism)
    assert len({type(rules) for rules in RULES.values()}) == len(Mechanism)


@pytest.mark.parametrize("mechanism", Mechanism)
def test_what_a_mechanism_does_not_use_is_refused(mechanism: Mechanism) -> None:
    """WRONG_MECHANISM for every other kind of step, and for none of its own."""
    terms = Terms(
        mechanism,
        1000,
        OPENS,
        CLOSES,
        direction="buy" if mechanism is Mechanism.CHALLENGE else "sell",
        ladder=(Rung(0, 100),),
        dutch=DutchClock(100, MINUTE, 100),
        weights={"price": "1"},
    )
    for command in (Bid(LOT, "A", 1000), Match(LOT, "A"), Seal(LOT, "A", "", ""), Accept(LOT, "A")):
        refused = code(Room(terms).ask(command)) is Rejection.WRONG_MECHANISM
        assert refused == (type(command) not in USES.get(mechanism, {Seal}))
