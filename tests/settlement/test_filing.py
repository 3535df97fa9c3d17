"""The filing form: what the trade tells, what is missing, what is wrong."""

import msgspec
import pytest

from settlement.deal import Deal
from settlement.filing import Cost, FilingForm, PartyFiling, costs_fault, fault, missing, unstated
from settlement.filing_draft import derived_form
from settlement.state import Trade
from tests.settlement.desk import CONTRACT, SUBJECT, TRADE, signed
from tests.settlement.registering import filed, registration_of


def full() -> FilingForm:
    """A form without a fault."""
    one = registration_of(filed()).form
    assert one is not None
    return one


def test_the_trade_tells_most_of_the_form() -> None:
    """Project, field, right, term, natures and regions follow; what is expected of the transfer does not."""
    form = full()
    assert (form.project, form.field, form.ip) == (SUBJECT.title, "manufacturing", "invention")
    assert (form.valid_from, form.valid_to, form.programme) == ("2026-11-20", None, "none")
    assert form.seller == PartyFiling("022", "142", "230000")
    assert form.buyer == PartyFiling("150", "142", "230000")
    assert missing(form) == ()
    assert unstated(form, "assignment") == ("added_investment_fen", "added_output_fen")
    assert unstated(form, "service") == ()


@pytest.mark.parametrize(
    ("lines", "deal", "kind"),
    [
        (("实用新型 ZL1",), Deal(), "utility_model"),
        (("计算机软件著作权 2020SR1",), Deal(), "software"),
        (("集成电路布图设计登记",), Deal(), "circuit_layout"),
        (("专利 ZL1",), Deal(), "invention"),
        ((), Deal(), "know_how"),
        ((), Deal("service"), "none"),
    ],
)
def test_the_kind_of_right_is_what_the_lines_name(lines: tuple[str, ...], deal: Deal, kind: str) -> None:
    """The first named right; without one a technical secret, and nothing for a service."""
    assert derived_form(_trade(ip=lines, deal=deal), signed().state.contracts[CONTRACT]).ip == kind


def _trade(**changes: object) -> Trade:
    """The sold trade with another subject."""
    one = signed().state.trades[TRADE]
    one.subject = msgspec.structs.replace(one.subject, **changes)
    return one


def test_a_term_ends_on_the_corresponding_day() -> None:
    """Three months after 30 November is 28 February (Civil Code, art. 202); none: as long as the right."""
    contract = signed().state.contracts[CONTRACT]
    contract.effective_on = "2026-11-30"
    assert derived_form(_trade(deal=Deal("licence", term_months=3)), contract).valid_to == "2027-02-28"
    assert derived_form(_trade(deal=Deal("licence", term_months=12)), contract).valid_to == "2027-11-30"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"field": "magic"}, "field"),
        ({"ip": "aura"}, "ip"),
        ({"programme": "secret"}, "programme"),
        ({"seller": PartyFiling("999", "142", "230000")}, "seller.nature"),
        ({"buyer": PartyFiling("150", "14A", "230000")}, "buyer.country"),
        ({"buyer": PartyFiling("150", "142", "２３００００")}, "buyer.region"),
        ({"valid_from": "2026-13-01"}, "valid_from"),
        ({"valid_to": "2026-11-19"}, "valid_to"),
        ({"added_investment_fen": -1}, "added_investment_fen"),
        ({"added_output_fen": 10**15 + 1}, "added_output_fen"),
        ({"costs": (Cost("parts", 101),)}, "costs"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, object], field: str) -> None:
    """Each with what came and what was expected."""
    wrong = fault(msgspec.structs.replace(full(), **changes), 100)
    assert wrong is not None
    assert wrong.startswith(f"{field}: got ")
    assert "expected" in wrong


def test_costs_are_few_and_within_the_total() -> None:
    """Forty items, above zero, together at most the total."""
    assert costs_fault((Cost("parts", 1),) * 40, 40) is None
    assert "at most 40" in str(costs_fault((Cost("parts", 1),) * 41, 41))
    assert "above 0" in str(costs_fault((Cost("parts", 0),), 41))
    assert costs_fault((Cost("parts", 41),), 41) is None
    assert "at most the total" in str(costs_fault((Cost("parts", 41),), 40))
