"""Simulated bidders: each mechanism gets the step it asks for, within the bidder's limit and no more often than it should."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from exchange.demo.data import load, opening_price_fen
from exchange.demo.moves import Look, next_step, worth_fen
from exchange.demo.plans import ROTATION, plan
from exchange.store.envelope import CURVE, public_text
from matching_engine.commands import Accept, Bid, EntryStatus, PutUp, Seal, SetEntry
from matching_engine.events import LotOpened
from matching_engine.lot import Lot, decide, evolve
from matching_engine.terms import HOUR, MINUTE, Mechanism

M = Mechanism
SHOWN = {M.ENGLISH, *ROTATION}
ACHIEVEMENT = load()[0]
KEY = public_text(ec.generate_private_key(CURVE))


def lot_of(mechanism: Mechanism) -> Lot:
    """An open lot with bidder 1000 admitted."""
    terms = plan(mechanism, "L1", "A1", ACHIEVEMENT, 0, HOUR).terms
    lot: Lot | None = None
    for event in decide(None, PutUp("L1", terms), 0):
        lot = evolve(lot, event, 0)
    assert lot is not None
    for event in decide(lot, SetEntry("L1", "1000", EntryStatus.ADMITTED), 0):
        lot = evolve(lot, event, 0)
    return evolve(lot, LotOpened("L1"), 0)


def steps_of(mechanism: Mechanism, premium: float, at: int, lot: Lot | None = None) -> list[object]:
    """What a bidder that would pay `premium` above an ordinary opening price does in twenty turns."""
    lot = lot or lot_of(mechanism)
    limit, chance = worth_fen(lot.terms, premium), random.Random(7)
    looks = (Look(lot, "1000", limit, at, (KEY,), chance) for _ in range(20))
    return [step for step in map(next_step, looks) if step is not None]


def test_a_descending_price_is_taken_when_it_is_worth_it() -> None:
    """Not at the start, which nobody pays, but when it has come down to the own limit."""
    opening = opening_price_fen(ACHIEVEMENT)
    assert steps_of(M.DUTCH, 0.5, 0) == []
    assert steps_of(M.DUTCH, 0.5, 40 * MINUTE)[0] == Accept("L1", "1000")
    assert lot_of(M.DUTCH).clock_price(HOUR) == opening * 12 // 10


@pytest.mark.parametrize(
    ("mechanism", "kind"),
    [
        (M.ENGLISH, Bid),
        (M.LISTED, Bid),
        (M.OPEN_LICENCE, Accept),
        (M.SEALED_FIRST_PRICE, Seal),
        (M.SEALED_SECOND_PRICE, Seal),
    ],
)
def test_a_keen_bidder_takes_the_step_of_the_mechanism(mechanism: Mechanism, kind: type) -> None:
    """An amount, a taking or an envelope, and never beyond the own limit."""
    steps = steps_of(mechanism, 0.5, 1)
    assert steps
    assert all(isinstance(step, kind) for step in steps)
    limit = worth_fen(lot_of(mechanism).terms, 0.5)
    assert all(step.amount_fen <= limit for step in steps if isinstance(step, Bid))


@pytest.mark.parametrize("mechanism", sorted(SHOWN))
def test_who_is_not_admitted_waits(mechanism: Mechanism) -> None:
    """Before the deposit is held nothing is tried, so no refusals pile up in the journal."""
    lot = lot_of(mechanism)
    lot.entries["1000"] = EntryStatus.DEPOSIT_UNPAID
    assert steps_of(mechanism, 5.0, HOUR - 1, lot) == []


def test_a_bidder_seals_and_licenses_once() -> None:
    """One envelope, one licence: the second turn brings nothing."""
    for mechanism in (M.SEALED_FIRST_PRICE, M.OPEN_LICENCE):
        lot = lot_of(mechanism)
        step = steps_of(mechanism, 0.5, 1, lot)[0]
        for event in decide(lot, step, 1):  # type: ignore[arg-type]
            lot = evolve(lot, event, 1)
        assert steps_of(mechanism, 0.5, 1, lot) == []
