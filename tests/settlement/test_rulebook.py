"""The rule book: what is shipped is whole, and a rule file with a fault is one clear error."""

from datetime import date

import pytest

from matching_engine.errors import Malformed
from settlement.rulebook import ExclusiveChoice, RateCap, load_rulebook
from settlement.rules import shipped
from settlement.strict_yaml import read_yaml
from tests.settlement.fact_files import BOOK, BUYER, SELLER

SHEET = """\
source: {document: D, title: T, issuer: I, issued: 2020-01-01}
jurisdiction: jinan
group: policy
rules:
- id: X/ONE
  clause: null
  quote: q
  claimant: {role: organiser, entity: [any]}
  valid_from: null
  valid_to: null
  conditions:
  - {fact: other.spend, op: gt, value: "0.00", reason: BELOW_THRESHOLD}
  formula: {type: rate_cap, of: other.spend, rate: "0.50", cap: "1000000.00"}
  rounding: down
  examples: []
"""


def refused(old: str, new: str) -> Malformed:
    """The error for the small sheet with one change."""
    assert old in SHEET
    with pytest.raises(Malformed) as caught:
        load_rulebook({"x.yaml": SHEET.replace(old, new, 1).encode()})
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_shipped_book_holds_every_rule_of_every_source() -> None:
    """Nineteen rules of seven sheets, policy before implementing before national."""
    assert sorted(rule.id for rule in BOOK.rules()) == sorted(
        [
            *(f"HLJ-2017-16/{name}" for name in ("BUYER", "SELLER", "ONE-SIDE", "SPECIALIST")),
            *(f"HLJ-2017-16/{name}" for name in ("FIRST-SET-INSURANCE", "TTO-GRANT", "CO-OWN-70")),
            *("JN-2018-14/INTL-EVENT", "JN-2018-14/PILOT-BASE", "GX-GUIDE/DEMO-ZONE"),
            *("HLJ-IMPL/BUYER", "HLJ-IMPL/SELLER", "HLJ-2024-12/BUYER", "HLJ-2024-12/SELLER"),
            *(f"CN/{name}" for name in ("CIT-TECH-TRANSFER", "VAT-TECH", "INVENTOR-REWARD")),
            *("CN/IIT-CASH-AWARD", "CN/AUCTION-COMMISSION"),
        ]
    )
    groups = [sheet.group for sheet in BOOK.sheets]
    assert groups == sorted(groups, key=["policy", "implement", "national"].index)
    assert len(groups) == len(shipped()) == 7


def test_every_shipped_rule_has_its_words_and_its_examples() -> None:
    """A document, a quote, and examples on both sides of what decides."""
    for sheet in BOOK.sheets:
        for rule in sheet.rules:
            assert rule.document or sheet.source.document
            assert rule.quote
            assert len(rule.examples) >= 3, rule.id


def test_amounts_and_rates_are_exact() -> None:
    """Texts of yuan become fen, texts of rates become fractions."""
    rule = BOOK.find(BUYER)
    assert rule is not None
    assert isinstance(rule.formula, RateCap)
    assert (rule.formula.rate.as_integer_ratio(), rule.formula.cap) == ((3, 10), 100_000_000)
    assert rule.conditions[0].value == 50_000_000


def test_rivals_are_the_two_sides() -> None:
    """Buyer and seller exclude each other; other rules stand alone."""
    for name in (BUYER, SELLER):
        rule = BOOK.find(name)
        assert rule is not None
        assert BOOK.rivals(rule) == (BUYER, SELLER)
    specialist = BOOK.find("HLJ-2017-16/SPECIALIST")
    assert specialist is not None
    assert BOOK.rivals(specialist) == ("HLJ-2017-16/SPECIALIST",)
    choice = BOOK.find("HLJ-2017-16/ONE-SIDE")
    assert choice is not None
    assert isinstance(choice.formula, ExclusiveChoice)


def test_a_rule_holds_in_every_year_of_which_it_has_a_day() -> None:
    """From the year of its first day to the year of its last."""
    dated = SHEET.replace("valid_from: null", "valid_from: 2018-12-31").replace(
        "valid_to: null", "valid_to: 2020-01-01"
    )
    rule = load_rulebook({"x.yaml": dated.encode()}).find("X/ONE")
    assert rule is not None
    assert (rule.valid_from, rule.valid_to) == (date(2018, 12, 31), date(2020, 1, 1))
    assert [year for year in range(2016, 2023) if rule.in_force(year)] == [2018, 2019, 2020]


def test_the_small_sheet_is_whole() -> None:
    """The sheet that the faults below are made from loads, so each fault is the one named."""
    assert [rule.id for rule in load_rulebook({"x.yaml": SHEET.encode()}).rules()] == ["X/ONE"]


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("group: policy", "group: policy\ngrup: x", "x.yaml: file", "unknown field `grup`"),
        ("  quote: q", "  quote: q\n  qote: q", "x.yaml: rules[0]", "unknown field `qote`"),
        ("issuer: I,", "issuer: I, isuer: J,", "x.yaml: source", "unknown field `isuer`"),
        ("op: gt,", "op: gt, opp: gt,", "x.yaml: rules[0].conditions[0]", "unknown field `opp`"),
        ('rate: "0.50"', 'rate: "0.50", rat: "1"', "x.yaml: rules[0].formula", "unknown field `rat`"),
        ("  quote: q\n", "", "x.yaml: rules[0]", "missing required field `quote`"),
        ("group: policy", "group: politics", "x.yaml: group", "'politics'"),
        ("  rounding: down", "  rounding: nearest", "x.yaml: rules[0].rounding", "'nearest'"),
        ("type: rate_cap", "type: guess", "x.yaml: rules[0].formula.type", "'guess'"),
        ('rate: "0.50"', "rate: 0.50", "x.yaml: rules[0].formula.rate", "rate"),
        ('rate: "0.50"', 'rate: "1.50"', "x.yaml: rules[0].formula.rate", "rate"),
        ('cap: "1000000.00"', "cap: 1000000", "x.yaml: rules[0].formula.cap", "yuan"),
        ('cap: "1000000.00"', 'cap: "NaN"', "x.yaml: rules[0].formula.cap", "yuan"),
        ("of: other.spend", "of: other.spent", "x.yaml: X/ONE", "other.spent"),
        ("of: other.spend", "of: other.level", "x.yaml: X/ONE", "kind money"),
        ("fact: other.spend", "fact: spend", "x.yaml: X/ONE fact", "vocabulary"),
        ('value: "0.00"', "value: 0", "x.yaml: X/ONE other.spend", "for money"),
        ('value: "0.00"', 'value: "0"', "x.yaml: X/ONE other.spend", "two decimals"),
        ("op: gt", "op: eq", "x.yaml: X/ONE other.spend", "for money"),
        ("BELOW_THRESHOLD", "TOO_SMALL", "x.yaml: rules[0].conditions[0].reason", "TOO_SMALL"),
        ("issued: 2020-01-01", "issued: 2020-02-30", "x.yaml: source.issued", "RFC3339"),
        ("group: policy", "group: policy\ngroup: policy", "x.yaml: line 4", "each key once"),
        ("  rounding: down", "  rounding: down\n  choice: X/NONE", "X/ONE: choice", "names this rule"),
    ],
)
def test_a_fault_in_a_rule_file_is_named_with_its_place(old: str, new: str, field: str, said: str) -> None:
    """Unknown and missing keys, wrong kinds and loose references: the file, the place, and what is wrong."""
    error = refused(old, new)
    assert error.field == field
    assert said in str(error)


def test_references_between_rules_are_checked() -> None:
    """Ids once; a carve-out after its whole; a default in its table; only sides that can be elected."""
    text = SHEET.encode()
    with pytest.raises(Malformed, match="each rule id once"):
        load_rulebook({"x.yaml": text, "y.yaml": text})
    assert "stands before" in str(
        refused(
            '{type: rate_cap, of: other.spend, rate: "0.50", cap: "1000000.00"}',
            '{type: carve_out, of: X, rate: "0.1"}',
        )
    )
    table = '{type: reward_min, of: other.spend, key: other.region, table: {a: "0.5"}, default: b}'
    assert "key of the table" in str(
        refused('{type: rate_cap, of: other.spend, rate: "0.50", cap: "1000000.00"}', table)
    )
    choice = SHEET[SHEET.index("- id") :].replace("X/ONE", "X/CHOICE")
    choice = choice[: choice.index("  conditions")] + (
        "  formula: {type: exclusive_choice, between: [X/ONE]}\n  rounding: down\n  examples: []\n"
    )
    both = SHEET.replace("rounding: down", "rounding: down\n  choice: X/CHOICE") + choice
    with pytest.raises(Malformed, match="buyer or seller, who can be elected"):
        load_rulebook({"x.yaml": both.encode()})


def test_no_files_is_no_book() -> None:
    """An empty directory is a mistake, not a book without rules."""
    with pytest.raises(Malformed, match="at least one rule file"):
        load_rulebook({})


def test_the_shipped_files_are_read_by_the_strict_reader() -> None:
    """They hold no double key and no bare decimal."""
    for data in shipped().values():
        assert isinstance(read_yaml(data), dict)
