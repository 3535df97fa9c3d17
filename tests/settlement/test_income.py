"""Technical income: each receipt once, rounded down once, never above the technology value; money given back reduces it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.commands import AssignSuspense, DeclareDefault, RegisterContract
from settlement.dates import due_date, end_of_day
from settlement.evolve import evolve
from settlement.income import technical_fen
from settlement.registration_events import IncomeCertified, IncomeReduced
from settlement.registration_state import RegistrationState
from settlement.state import Settlement
from tests.settlement.desk import (
    AT,
    BOOK,
    DEPOSIT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    REGISTRATION,
    TRADE,
    UNIVERSITY,
    Desk,
    credit,
    held,
    paid_out,
    register,
    sign,
    signed,
    trade,
)
from tests.settlement.registering import FIRST, certify, registration_of

OWED = f"O-{TRADE}"
LATE = end_of_day(due_date(AT, 5)) + 1


def test_the_deposit_and_each_credit_are_certified_once() -> None:
    """Three receipts, three certificates; together the technology value where all divides."""
    desk = paid_out()
    assert desk.refused(certify(DEPOSIT)) == "REGISTRATION_STATE"
    desk.ask(register(non_technical_fen=PRICE_FEN // 10))
    desk.ask(certify(DEPOSIT))
    desk.ask(certify("c2"))
    assert desk.refused(certify("c2")) == "INCOME_CERTIFIED"
    assert desk.refused(certify("c1")) == "INCOME_UNKNOWN"
    first, second = desk.happened(IncomeCertified)
    assert (first.number, first.received_fen, first.technology_fen) == (1, DEPOSIT_FEN, DEPOSIT_FEN * 9 // 10)
    assert (second.number, second.received_on) == (2, "2026-11-20")
    assert registration_of(desk).certified_fen == registration_of(desk).technology_fen


def test_money_out_of_suspense_is_income_too() -> None:
    """A credit with a wrong reference, assigned by a person, is certified with the bank's date."""
    desk = signed()
    desk.ask(register())
    desk.ask(credit("s1", "typo", 1_000, "2026-11-23"))
    assert desk.refused(certify("s1")) == "INCOME_UNKNOWN"
    desk.ask(AssignSuspense("s1", OWED))
    desk.ask(certify("s1"))
    (event,) = desk.happened(IncomeCertified)
    assert (event.technology_fen, event.received_on) == (1_000, "2026-11-23")


def test_a_default_takes_certified_income_back() -> None:
    """The part payment goes back and the deposit is forfeited: nothing of the certified income stays."""
    desk = signed()
    desk.ask(credit("c2", OWED, 5_000))
    desk.ask(register())
    desk.ask(certify(DEPOSIT))
    desk.ask(certify("c2"))
    desk.ask(DeclareDefault(TRADE), LATE)
    assert registration_of(desk).certified_fen == 0
    reduced = desk.happened(IncomeReduced)
    assert sum(event.reduced_fen for event in reduced) == DEPOSIT_FEN + 5_000
    assert registration_of(desk).state is RegistrationState.REGISTERED


def test_what_went_back_is_not_certified_afterwards() -> None:
    """A receipt whose money was given back brings a certificate of nothing."""
    desk = signed()
    desk.ask(credit("c2", OWED, 5_000))
    desk.ask(register())
    desk.ask(DeclareDefault(TRADE), LATE)
    desk.ask(certify("c2"))
    assert [event.technology_fen for event in desk.happened(IncomeCertified)] == [0]
    assert desk.happened(IncomeReduced) == []


@pytest.mark.parametrize(
    ("amount", "technology", "total", "gives"),
    [
        (1, 2, 3, 0),
        (2, 2, 3, 1),
        (3, 2, 3, 2),
        (100, 0, 3, 0),
        (-5, 1, 1, 0),
        (10**15, 10**15, 10**15, 10**15),
    ],
)
def test_the_share_is_rounded_down_once(amount: int, technology: int, total: int, gives: int) -> None:
    """Whole fen, exact however large."""
    assert technical_fen(amount, technology, total) == gives


@given(
    parts=st.lists(st.integers(1, 50_000_000), min_size=1, max_size=6),
    non_technical=st.integers(0, 100),
    order=st.randoms(use_true_random=False),
)
def test_certified_sums_never_exceed_the_technology_value(
    parts: list[int], non_technical: int, order: object
) -> None:
    """Credits in any number and order: each its share rounded down, the sum at most technology, the order without effect."""
    price = sum(parts) + DEPOSIT_FEN
    other = price * non_technical // 100
    desk = held()
    desk.ask(trade(price_fen=price))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
    for number, part in enumerate(parts):
        desk.ask(credit(f"p{number}", OWED, part))
    for registrar in (FIRST, "other"):  # a total from 5,000,000.00 on takes two
        if not registration_of(desk).in_force:
            desk.ask(RegisterContract(REGISTRATION, None, registrar, "2026-11-25", other))
    receipts = [DEPOSIT, *(f"p{number}" for number in range(len(parts)))]
    order.shuffle(receipts)  # type: ignore[attr-defined]
    for receipt in receipts:
        desk.ask(certify(receipt))
    one = registration_of(desk)
    assert one.technology_fen == price - other
    for income in one.income:
        assert income.technology_fen == Fraction(income.received_fen * (price - other), price) // 1
    assert one.certified_fen <= (one.technology_fen or 0)
    assert (one.technology_fen or 0) - one.certified_fen < len(receipts)
    again = Settlement(BOOK)
    for event, at in desk.history:
        evolve(again, event, at)
    assert again == desk.state


def test_each_desk_is_its_own() -> None:
    """A receipt of another trade is none of this one."""
    desk: Desk = paid_out()
    desk.ask(trade(deposit=None, trade="T-L2-1"))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party, "C-T-L2-1"))
    desk.ask(RegisterContract("TC-T-L2-1", None, FIRST, "2026-11-25"))
    desk.ask(credit("z1", "O-T-L2-1", 700))
    desk.ask(register("2026230001000005"))
    assert desk.refused(certify("z1")) == "INCOME_UNKNOWN"
