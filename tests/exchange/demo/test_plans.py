"""Plans of the demo's lots: lawful under every mechanism, and every mechanism in its turn."""

import pytest

from exchange.demo.data import load
from exchange.demo.plans import ROTATION, mechanism_of, plan
from matching_engine.checks import check_terms
from matching_engine.terms import HOUR, MINUTE, Mechanism

M = Mechanism
SHOWN = {M.ENGLISH, *ROTATION}


def test_every_second_lot_is_english_and_the_rest_take_turns() -> None:
    """Ten lots show everything: five english ones, and each other mechanism once."""
    shown = [mechanism_of(number) for number in range(1, 11)]
    assert shown[::2] == [M.ENGLISH] * 5
    assert sorted(shown[1::2]) == sorted(ROTATION)


@pytest.mark.parametrize("mechanism", sorted(SHOWN))
def test_every_plan_is_lawful(mechanism: Mechanism) -> None:
    """Every achievement can be put up under every mechanism, long or very short, with a deposit of the law's size."""
    for achievement in load():
        for length in (2_000, 1_000_000, 12 * MINUTE):
            made = plan(mechanism, "L1", "A1", achievement, 10 * HOUR, length)
            check_terms(made.terms)
            assert 5 <= 100 * made.deposit_fen // made.terms.opening_price_fen <= 20
