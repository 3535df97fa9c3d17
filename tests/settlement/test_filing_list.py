"""Lists of filing forms: which contracts, which cells, and what may not stand on one list."""

import msgspec
import pytest

from settlement.filing import Cost
from settlement.filing_list import COLUMNS, MixedList, is_large, is_year, row, selected
from settlement.registration_commands import CancelRegistration, RefuseRegistration
from tests.settlement.desk import REGISTRATION, UNIVERSITY, Desk
from tests.settlement.registering import (
    FIRST,
    filed,
    registered,
    registration_of,
)

NANJING = msgspec.structs.replace(UNIVERSITY, region="jiangsu")


def cells(desk: Desk) -> dict[str, object]:
    """The row of the desk's one contract, by field."""
    fields = [column.field for column in COLUMNS]
    return dict(zip(fields, row(desk.state, registration_of(desk)), strict=True))


def both(below: Desk, large: Desk) -> Desk:
    """The contracts of two desks in one state."""
    one = large.state.registrations[REGISTRATION]
    one.id = "TC-T-L2-1"
    below.state.registrations[one.id] = one
    return below


def test_a_row_has_every_field_of_the_form() -> None:
    """Codes as the form wants them, lists in its words, dates, total and technology value apart in fen."""
    desk = registered(costs=(Cost("equipment", 20_000_000),))
    found = cells(desk)
    assert found["number"] == "2026230001000001"
    assert found["registration"] == REGISTRATION
    assert (found["total"], found["technology"], found["non_technical"]) == (
        170_000_000,
        150_000_000,
        20_000_000,
    )
    assert (found["seller_country"], found["seller_region"], found["seller_nature"]) == (
        "142",
        "230000",
        "022",
    )
    assert (found["kind"], found["state"], found["programme"]) == ("技术转让合同", "已登记", "计划外")
    assert found["signed_on"] == found["valid_from"] == "2026-11-20"
    assert found["added_output"] is None
    assert (
        len({column.field for column in COLUMNS})
        == len({column.header for column in COLUMNS})
        == len(COLUMNS)
    )


def test_before_the_classification_the_technology_value_is_open() -> None:
    """Nothing is invented: no number, no technology value."""
    found = cells(filed())
    assert (found["number"], found["technology"], found["state"]) == (None, None, "已提交")


def test_a_list_has_what_lives() -> None:
    """Neither what was refused nor what was cancelled; year by registration, office by name or code."""
    desk = registered()
    assert selected(desk.state) == selected(desk.state, "2026") == [registration_of(desk)]
    assert selected(desk.state, "2025") == selected(desk.state, office="230101") == []
    office = registration_of(desk).office
    assert selected(desk.state, office=office) == selected(desk.state, office="230001") != []
    desk.ask(CancelRegistration(REGISTRATION, FIRST, "合同解除"))
    assert selected(desk.state) == []
    refused = filed()
    refused.ask(RefuseRegistration(REGISTRATION, FIRST, "不明确", ("PRICE_UNCLEAR",)))
    assert selected(refused.state) == []


@pytest.mark.parametrize(("price_fen", "large"), [(499_999_999, False), (500_000_000, True)])
def test_the_amount_of_the_second_review_is_large(price_fen: int, large: bool) -> None:
    """From exactly 5,000,000.00 on."""
    desk = filed(price_fen)
    assert is_large(desk.state, registration_of(desk)) is large
    assert bool(selected(desk.state, size="from")) is large
    assert bool(selected(desk.state, size="below")) is not large


def test_jiangsu_keeps_large_contracts_apart() -> None:
    """A mixed list is refused with the rule and both counts; each half is a list."""
    desk = both(filed(170_000_000, NANJING), filed(500_000_000, NANJING))
    with pytest.raises(MixedList, match=r"江苏省.*1 below .* 1 from it on"):
        selected(desk.state)
    assert len(selected(desk.state, size="below")) == len(selected(desk.state, size="from")) == 1


def test_elsewhere_a_list_may_mix() -> None:
    """The rule is Jiangsu's alone."""
    assert len(selected(both(filed(170_000_000), filed(500_000_000)).state)) == 2


@pytest.mark.parametrize("text", ["26", "2026 ", "２０２６", "x", ""])
def test_a_year_has_four_digits(text: str) -> None:
    """Nothing else is one."""
    assert not is_year(text)
    assert is_year("2026")
