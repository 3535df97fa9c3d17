"""Which terms are lawful together."""

from typing import Any

import pytest

from matching_engine.checks import BUYING, check_terms
from matching_engine.errors import Malformed
from matching_engine.money import LIMIT_FEN
from matching_engine.terms import DAY, MINUTE, DutchClock, Extension, Holder, Mechanism, Rung, Terms
from tests.matching_engine.room import CLOSES, ENGLISH, OPENS, like

CLOCK = DutchClock(100, MINUTE, 500)
M = Mechanism


def wrong(terms: Terms, **changes: Any) -> str:
    """The field that is named."""
    with pytest.raises(Malformed) as error:
        check_terms(like(terms, **changes))
    return error.value.field


def lawful(mechanism: Mechanism) -> Terms:
    """Terms that pass."""
    side: Any = "buy" if mechanism is M.CHALLENGE else "sell"
    terms = Terms(mechanism, 1000, OPENS, CLOSES, direction=side, ladder=(Rung(0, 1),), dutch=CLOCK)
    return like(terms, weights={"price": "1"} if mechanism is M.WEIGHTED else None)


@pytest.mark.parametrize("mechanism", Mechanism)
def test_every_mechanism_has_lawful_terms(mechanism: Mechanism) -> None:
    """And none of them without a close but the descending clock."""
    check_terms(lawful(mechanism))
    if mechanism is M.DUTCH:
        check_terms(like(lawful(mechanism), closes_at=None))
    else:
        assert wrong(lawful(mechanism), closes_at=None) == "closes_at"


@pytest.mark.parametrize("mechanism", Mechanism)
def test_who_may_buy(mechanism: Mechanism) -> None:
    """The lowest wins only where that means something; a challenge has one buyer."""
    if mechanism in BUYING:
        check_terms(like(lawful(mechanism), direction="buy"))
    else:
        assert wrong(lawful(mechanism), direction="buy") == "direction"
    if mechanism is M.CHALLENGE:
        assert wrong(lawful(mechanism), direction="sell") == "direction"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opening_price_fen": -1}, "opening_price_fen"),
        ({"opening_price_fen": LIMIT_FEN + 1}, "opening_price_fen"),
        ({"reserve_price_fen": -1}, "reserve_price_fen"),
        ({"min_bidders": 0}, "min_bidders"),
        ({"quantity": 0}, "quantity"),
        ({"closes_at": OPENS}, "closes_at"),
        ({"free_until": OPENS - 1}, "free_until"),
        ({"free_until": CLOSES + 1}, "free_until"),
        ({"ladder": ()}, "ladder"),
        ({"ladder": (Rung(1, 1),)}, "ladder[0].from_fen"),
        ({"ladder": (Rung(0, 1), Rung(5, 1), Rung(5, 2))}, "ladder[2].from_fen"),
        ({"ladder": (Rung(0, 0),)}, "ladder[0].step_fen"),
        ({"extension": Extension(-1, 1)}, "extension.trigger"),
        ({"extension": Extension(1, -1)}, "extension.length"),
        ({"extension": Extension(1, 1, max_count=-1)}, "extension.max_count"),
        ({"extension": Extension(1, 1, max_total=-1)}, "extension.max_total"),
        ({"priority": (Holder("A", 0, "live"),)}, "priority[0].rank"),
        ({"priority": (Holder("A", 1, "live"), Holder("A", 2, "live"))}, "priority[1].bidder"),
        ({"priority": (Holder("A", 1, "after"),)}, "priority_window"),
        ({"priority_window": -1}, "priority_window"),
    ],
)
def test_english_terms_that_do_not_fit(changes: dict[str, Any], field: str) -> None:
    """One field is named."""
    assert wrong(ENGLISH, **changes) == field


@pytest.mark.parametrize(
    ("clock", "field"),
    [
        (None, "dutch"),
        (DutchClock(0, MINUTE, 500), "dutch.step_fen"),
        (DutchClock(100, 0, 500), "dutch.every"),
        (DutchClock(100, MINUTE, 1001), "dutch.floor_fen"),
        (DutchClock(100, MINUTE, -1), "dutch.floor_fen"),
        (DutchClock(1, 400 * DAY, 0), "dutch.every"),
    ],
)
def test_clocks_that_do_not_run(clock: DutchClock | None, field: str) -> None:
    """Steps and periods above zero, a floor not above the opening price, an end within the calendar."""
    assert wrong(lawful(M.DUTCH), dutch=clock, closes_at=None) == field


@pytest.mark.parametrize("weights", [None, {}, {"plan": "1"}])
def test_weights_that_do_not_weigh(weights: dict[str, str] | None) -> None:
    """A weighted lot has some, one of them for the price; a challenge may do without any."""
    assert wrong(lawful(M.WEIGHTED), weights=weights) == "weights"
    if weights is not None:
        assert wrong(lawful(M.CHALLENGE), weights=weights) == "weights"


def test_a_weight_is_a_decimal() -> None:
    """Not a float in disguise."""
    assert wrong(lawful(M.WEIGHTED), weights={"price": "1e3"}) == "weights.price"


def test_a_bidder_may_hold_one_right_of_each_exercise() -> None:
    """In the room and after the hammer."""
    both = (Holder("A", 1, "live"), Holder("A", 1, "after"))
    check_terms(like(ENGLISH, priority=both, priority_window=0))


def test_what_a_mechanism_does_not_use_is_not_looked_at() -> None:
    """An increment of nothing, a free period or a window mean nothing to sealed bids of many."""
    terms = lawful(M.MULTI_AWARD)
    check_terms(
        like(terms, ladder=(Rung(5, 0),), free_until=0, dutch=DutchClock(0, 0, 5000), weights={"x": "?"})
    )
    check_terms(like(terms, priority=(Holder("A", 1, "after"),)))
