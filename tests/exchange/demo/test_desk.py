"""The demo's registrars: from any state of a registration they lead it to its end, each step allowed."""

import pytest

from exchange.demo.desk import FIRST, SECOND, next_step
from settlement.commands import DeclareDefault
from settlement.dates import due_date, end_of_day
from settlement.registration_commands import (
    CancelRegistration,
    DisputeRegistration,
    RegisterContract,
    RequestSupplement,
    SubmitRegistration,
)
from settlement.registration_state import RegistrationState
from tests.settlement.desk import AT, CONTRACT, REGISTRATION, TRADE, Desk
from tests.settlement.registering import filed, registration_of

LATE = end_of_day(due_date(AT, 30))


def walk(desk: Desk) -> list[str]:
    """Take every step there is; who took them."""
    who = []
    while step := next_step(desk.state, registration_of(desk), "2026-11-25"):
        login, _, body = step
        (event, *_) = desk.ask(body)
        assert type(event).__name__ != "SettlementRefused", event
        who.append(login)
    return who


@pytest.mark.parametrize("field", ["先进制造", "未分类"])
def test_a_filing_is_led_to_its_number(field: str) -> None:
    """Filed by itself or a draft that the university completes: in the end it is registered."""
    desk = filed(field=field)
    assert FIRST in walk(desk)
    assert registration_of(desk).state is RegistrationState.REGISTERED


def test_a_large_or_disputed_one_takes_the_second_registrar() -> None:
    """Five million, or a dispute: the second registrar gives the number."""
    desk = filed(500_000_000)
    assert SECOND in walk(desk)
    desk = filed()
    desk.ask(DisputeRegistration(REGISTRATION, SECOND, "权属有争议"))
    assert SECOND in walk(desk)


def test_a_supplement_is_answered() -> None:
    """What a reader who plays the registrar asks for is answered by the university."""
    desk = filed()
    desk.ask(RequestSupplement(REGISTRATION, SECOND, ("proofs",), "补证明"))
    assert walk(desk)[0] == "university"


def test_nothing_is_left_to_do_after_the_end() -> None:
    """A cancelled registration has no next step."""
    desk = filed()
    walk(desk)
    desk.ask(CancelRegistration(REGISTRATION, FIRST, "合同解除"))
    assert walk(desk) == []


def test_a_sale_that_failed_is_refused_or_struck_out() -> None:
    """The buyer did not pay: what waits is refused by whoever may, what is registered is cancelled."""
    desk = filed()
    desk.ask(DeclareDefault(TRADE), LATE)
    assert desk.refused(RegisterContract(REGISTRATION, None, FIRST, "2026-12-01")) == "TRADE_FAILED"
    walk(desk)
    assert registration_of(desk).state is RegistrationState.REFUSED
    assert desk.refused(SubmitRegistration(CONTRACT, "230001")) == "TRADE_FAILED"
    desk = filed()
    walk(desk)
    desk.ask(DeclareDefault(TRADE), LATE)
    walk(desk)
    assert registration_of(desk).state is RegistrationState.CANCELLED
