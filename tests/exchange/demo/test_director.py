"""The live demo, four hundred times faster than people: every mechanism it shows ends in trades that settle."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from exchange.demo.bank import DemoBank
from exchange.demo.data import load, opening_price_fen
from exchange.demo.director import Director
from exchange.demo.moves import Look, next_step, worth_fen
from exchange.demo.plans import ROTATION, mechanism_of, plan
from exchange.demo.steps import Steps
from exchange.house.house import House
from exchange.house.state import State
from exchange.store.clock import SystemClock
from exchange.store.envelope import CURVE, public_text
from exchange.store.vault import FileVault
from matching_engine.checks import check_terms
from matching_engine.commands import Accept, Bid, EntryStatus, PutUp, Seal, SetEntry
from matching_engine.events import LotOpened
from matching_engine.lot import Lot, decide, evolve
from matching_engine.terms import HOUR, MINUTE, Mechanism
from settlement.state import RegistrationState
from tests.exchange.house.running import RULEBOOK, opened, sqlite_url

M = Mechanism
SHOWN = {M.ENGLISH, *ROTATION}
ACHIEVEMENT = load()[0]
KEY = public_text(ec.generate_private_key(CURVE))
ENOUGH = 60.0


@pytest.fixture
async def house(sqlite_path: Path) -> AsyncIterator[House]:
    """A house on the machine's own time, with twenty-four achievements that may be put up."""
    clock = SystemClock()
    async with opened(sqlite_url(sqlite_path)) as journal:
        vault = FileVault(sqlite_path.parent / "keys", "hub")
        house = House("hub", journal, clock, RULEBOOK, DemoBank(clock), vault)
        await house.start("test")
        steps = Steps(house, "seed")
        await steps.enrol()
        for achievement in load()[:24]:
            await steps.offer(f"A{achievement.number}", achievement, notice=1)
        yield house
        await house.stop()


def settled(view: State) -> set[Mechanism]:
    """The mechanisms of which a trade is paid out and registered."""
    found = set()
    for trade in view.settlement.trades.values():
        registration = view.settlement.registrations.get(trade.registration or "")
        paid = trade.payment is not None and trade.payment not in view.settlement.payments_open
        if paid and registration is not None and registration.state is RegistrationState.REGISTERED:
            found.add(Mechanism(trade.mechanism))
    return found


async def test_every_mechanism_ends_in_trades_that_settle(house: House) -> None:
    """Lots of all six kinds are put up, bid on, hammered, signed, paid and registered, with nobody's help."""
    director = asyncio.create_task(Director(house, fast=True, times=400).run())
    try:
        async with asyncio.timeout(ENOUGH):
            while settled(house.view) != SHOWN:
                assert not director.done(), director.exception()
                await asyncio.sleep(0.05)
    finally:
        director.cancel()
        with suppress(asyncio.CancelledError):
            await director
    lots = house.view.lots.values()
    assert {lot.terms.mechanism for lot in lots if lot.winners} == SHOWN
    english = [lot for lot in lots if lot.terms.mechanism is M.ENGLISH]
    assert abs(2 * len(english) - len(lots)) <= 1
    licences = [lot for lot in lots if lot.terms.mechanism is M.OPEN_LICENCE and lot.winners]
    assert max(len(lot.winners) for lot in licences) > 1


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
    looks = (Look(lot, "1000", limit, at, KEY, chance) for _ in range(20))
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
