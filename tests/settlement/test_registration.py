"""Recognition and registration of contracts."""

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from settlement.commands import RefuseRegistration, SubmitRegistration
from settlement.events import ContractRegistered, RegistrationSubmitted
from settlement.filing import missing
from settlement.office_book import office_book
from settlement.registration import NUMBER
from settlement.state import RegistrationState
from tests.settlement.desk import (
    CONTRACT,
    FACTORY,
    PRICE_FEN,
    REGISTRATION,
    TRADE,
    UNIVERSITY,
    Desk,
    register,
    sign,
    signed,
    sold,
    trade,
)
from tests.settlement.desk import (
    NUMBER as GOOD,
)


def test_a_concluded_contract_is_filed_with_the_sellers_office() -> None:
    """The filing has a provisional id that no office could give, and states the total."""
    (submitted,) = signed().happened(RegistrationSubmitted)
    assert submitted == RegistrationSubmitted(
        registration=REGISTRATION,
        contract=CONTRACT,
        trade=TRADE,
        office="黑龙江省技术合同登记机构",
        total_fen=PRICE_FEN,
        office_code="230001",
        form=submitted.form,
        filed_on="2026-11-20",
        due_on="2026-12-11",
        clock="技术合同认定登记管理办法（征求意见稿）第十四条",
    )
    assert submitted.form is not None
    assert missing(submitted.form) == ()
    assert not NUMBER.fullmatch(REGISTRATION)


def test_an_unsigned_contract_is_not_registered() -> None:
    """Drafted, and signed by one party only, it is refused."""
    desk = sold()
    assert desk.refused(SubmitRegistration("C-nowhere", "x")) == "CONTRACT_UNKNOWN"
    assert desk.refused(SubmitRegistration(CONTRACT, "x")) == "CONTRACT_NOT_SIGNED"
    desk.ask(sign(desk, FACTORY))
    assert desk.refused(SubmitRegistration(CONTRACT, "x")) == "CONTRACT_NOT_SIGNED"
    assert desk.refused(register()) == "REGISTRATION_UNKNOWN"


def test_the_office_gives_a_number_and_parts_the_amounts() -> None:
    """The technology value is the total less its non-technical part; nothing is decided twice."""
    desk = signed()
    *_, registered = desk.ask(register(non_technical_fen=20_000_000))
    assert isinstance(registered, ContractRegistered)
    assert (registered.total_fen, registered.technology_fen) == (PRICE_FEN, PRICE_FEN - 20_000_000)
    assert desk.state.registrations[REGISTRATION].number == GOOD
    assert desk.refused(register()) == "REGISTRATION_STATE"
    assert desk.refused(RefuseRegistration(REGISTRATION, "r", "late")) == "REGISTRATION_STATE"
    assert desk.refused(SubmitRegistration(CONTRACT, "x")) == "REGISTRATION_STATE"


@pytest.mark.parametrize("non_technical_fen", [-1, PRICE_FEN + 1])
def test_the_non_technical_part_lies_within_the_total(non_technical_fen: int) -> None:
    """A part below nothing or above the whole is refused; the whole itself is taken."""
    desk = signed()
    assert desk.refused(register(non_technical_fen=non_technical_fen)) == "AMOUNT_INVALID"
    desk.ask(register(non_technical_fen=PRICE_FEN))
    assert desk.state.registrations[REGISTRATION].technology_fen == 0


@pytest.mark.parametrize(
    "number",
    [
        "202623000100001",
        "20262300010000011",
        "2026230001000O01",
        "２０２６230001000001",
        "٢٠٢٦230001000001",
        "2026930001000001",
        "1826230001000001",
        " 2026230001000001",
        "2026230001000001\n",
        "2025230001000001",
        "2027230001000001",
        "2026230001000000",
        REGISTRATION,
        "",
    ],
)
def test_a_malformed_or_implausible_number_is_refused(number: str) -> None:
    """Length, digits, region, and a year before the contract's effect or after the registration."""
    assert signed().refused(register(number)) == "NUMBER_MALFORMED"


@given(st.sampled_from(sorted(office_book().regions)), st.integers(1, 99_999_999))
def test_a_number_of_a_region_of_the_list_with_this_year_is_taken(region: str, rest: int) -> None:
    """Office and serial are the office's business; the form, the year and the region are checked."""
    desk = signed()
    assume(rest % 1_000_000)
    desk.ask(register(f"2026{region}{rest:08d}"))
    assert desk.state.registrations[REGISTRATION].state is RegistrationState.REGISTERED


def test_the_year_of_a_number_may_be_either_side_of_new_year() -> None:
    """A contract of November registered in January may carry the number of either year."""
    for number in ("2026230001000001", "2027230001000001"):
        signed().ask(register(number, registered_on="2027-01-05"))
        desk = signed()
        *_, event = desk.ask(register(number, registered_on="2027-01-05"))
        assert isinstance(event, ContractRegistered)


@pytest.mark.parametrize("day", ["2026-11-19", "2026-13-01", "20261125", ""])
def test_a_contract_is_not_registered_before_it_took_effect(day: str) -> None:
    """A date before the second signature, or none at all, is refused."""
    assert signed().refused(register(registered_on=day)) == "DATE_INVALID"


def test_a_number_is_given_once_in_the_house() -> None:
    """A second contract cannot carry the number of the first."""
    desk = signed()
    desk.ask(trade(deposit=None, trade="T-L2-1"))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party, "C-T-L2-1"))
    desk.ask(register())
    assert desk.refused(register(registration="TC-T-L2-1")) == "NUMBER_TAKEN"
    desk.ask(register("2026230001000002", registration="TC-T-L2-1"))
    assert desk.state.numbers == {GOOD: REGISTRATION, "2026230001000002": "TC-T-L2-1"}


def test_a_refused_contract_may_be_filed_again() -> None:
    """The reason is kept until then; the second filing is decided anew."""
    desk = signed()
    desk.ask(RefuseRegistration(REGISTRATION, "registrar-1", "材料不全"))
    refused = desk.state.registrations[REGISTRATION]
    assert (refused.state, refused.reason) == (RegistrationState.REFUSED, "材料不全")
    assert desk.refused(register()) == "REGISTRATION_STATE"
    desk.ask(SubmitRegistration(CONTRACT, "哈尔滨市技术合同登记机构"))
    desk.ask(register())
    assert desk.state.registrations[REGISTRATION].office == "哈尔滨市技术合同登记机构"
    assert desk.state.registrations[REGISTRATION].state is RegistrationState.REGISTERED


def test_another_province_files_at_home() -> None:
    """The office is that of the seller's region, whatever the buyer's."""
    desk = Desk()
    desk.ask(trade(deposit=None, seller=msgspec.structs.replace(UNIVERSITY, region="shaanxi")))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
    assert desk.state.registrations[REGISTRATION].office == "陕西省技术合同登记机构"
