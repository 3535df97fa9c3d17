"""The steps from the money to an amount, exact until the last one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.money import format_yuan
from settlement.claims import evaluate
from settlement.facts import parse_facts
from settlement.worksheet import Step, exact_yuan, percent, worksheet
from tests.settlement.fact_files import BOOK, BUYER, SPECIALIST, contract, trade


def steps(raw: object, rule: str) -> dict[str, Step]:
    """The steps of one rule's line, by name."""
    facts = parse_facts(raw)
    (line,) = (line for line in evaluate(facts, BOOK, ["implement"]) if line.rule == rule)
    found = BOOK.find(rule)
    assert found is not None
    return {step.name: step for step in worksheet(facts, found, line)}


def test_a_subsidy_is_followed_from_the_bank_to_the_fen() -> None:
    """Credits, refunds, technology part, threshold, rate, cap and rounding, each with its figure."""
    raw = trade("4000000.00", contract=contract(total="3000000.00", non_technical="1000000.00"))
    raw["refunds"] = [{"on": "2018-12-31", "amount": "100000.00"}]
    found = steps(raw, BUYER)
    assert {name: step.value for name, step in found.items()} == {
        "CREDITED": "4000000.00",
        "REFUNDED": "100000.00",
        "TECHNOLOGY_SHARE": "2000000.00 / 3000000.00",
        "RECEIVED": "2600000.00",
        "THRESHOLD": "500000.00",
        "RATE": "30%",
        "EXACT": "780000.00",
        "CAP": "1000000.00",
        "CAPPED": "780000.00",
        "ROUNDING": "down",
        "AMOUNT": "780000.00",
    }
    assert (found["THRESHOLD"].sign, found["THRESHOLD"].holds) == ("≥", True)


def test_nothing_is_rounded_before_the_last_step() -> None:
    """999999.999 stands in the sheet as it is; the amount is a tenth of a fen less."""
    found = steps(trade("3333333.33"), BUYER)
    assert (found["EXACT"].value, found["AMOUNT"].value) == ("999999.999", "999999.99")


def test_a_threshold_that_is_missed_says_so() -> None:
    """One fen under it: the comparison does not hold, and the amount is nothing."""
    found = steps(trade("499999.99"), BUYER)
    assert (found["THRESHOLD"].holds, found["AMOUNT"].value) == (False, "0.00")


def test_the_tenth_comes_out_of_the_subsidy() -> None:
    """The specialist's sheet begins with what the enterprise is granted."""
    found = steps(trade("500000.00", specialist=True), SPECIALIST)
    assert [found[name].value for name in ("SUBSIDY", "RATE", "AMOUNT")] == ["150000.00", "10%", "15000.00"]


@pytest.mark.parametrize(
    ("other", "rule", "expected"),
    [
        ({"income": "12000000.00"}, "CN/CIT-TECH-TRANSFER", {"ABOVE": "7000000.00", "HALF": "875000.00"}),
        (
            {"net_income": "0.01", "region": "national"},
            "CN/INVENTOR-REWARD",
            {"EXACT": "0.005", "AMOUNT": "0.01"},
        ),
        ({"team_share": "0.6999"}, "HLJ-2017-16/CO-OWN-70", {"SHARE": "69.99%", "FLOOR": "70%"}),
        ({"grade": "优秀", "award": "2000000.01"}, "HLJ-2017-16/TTO-GRANT", {"MOST": "2000000.00"}),
    ],
)
def test_every_formula_shows_its_own_figures(
    other: dict[str, str], rule: str, expected: dict[str, str]
) -> None:
    """Taxes, rewards, shares, ranges."""
    found = steps({"jurisdiction": "heilongjiang", "other": other}, rule)
    assert {name: found[name].value for name in expected} == expected


@given(st.integers(0, 10**15))
def test_whole_fen_are_written_as_money_is(fen: int) -> None:
    """The exact form of a whole amount is the ordinary one."""
    assert exact_yuan(Fraction(fen)) == format_yuan(fen)


def test_what_no_decimal_can_say_is_a_fraction_as_well() -> None:
    """A third of a yuan, and a rate."""
    assert exact_yuan(Fraction(100, 3)) == "0.333333… (1/3)"
    assert exact_yuan(Fraction(-1)) == "-0.01"
    assert (percent(Fraction("0.125")), percent(Fraction(1))) == ("12.5%", "100%")
