"""Fact files are read strictly: one clear error, or exactly what was written."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from settlement.facts import VOCABULARY, Facts, Kind, parse_facts, received, stated
from tests.settlement.fact_files import contract, trade


def refused(raw: object) -> Malformed:
    """The one error that a fact file gets."""
    with pytest.raises(Malformed) as caught:
        parse_facts(raw)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_whole_file_is_read_as_written() -> None:
    """Each field lands in its place, amounts as fen."""
    facts = parse_facts(trade(other={"premium": "1.05", "term_months": 3, "team_share": "0.70"}))
    assert (facts.jurisdiction, facts.claim_year, facts.project) == ("heilongjiang", 2018, "P-1")
    assert facts.contract is not None
    assert (facts.contract.total_fen, facts.contract.effective_on) == (9_000_000_000, date(2018, 3, 1))
    assert facts.credits is not None
    assert (facts.credits[0].on, facts.credits[0].amount_fen) == (date(2018, 5, 2), 200_000_000)
    assert facts.other == {"premium": 105, "term_months": 3, "team_share": Fraction(7, 10)}


def test_only_the_jurisdiction_is_always_needed() -> None:
    """Contract, parties and credits are needed only by the rules that use them."""
    facts = parse_facts({"jurisdiction": "jinan"})
    assert all(stated(facts, name) is None for name in VOCABULARY)
    assert refused({"project": "P"}).field == "jurisdiction"


@pytest.mark.parametrize("name", ["claim_year", "project"])
def test_credits_need_a_year_and_a_project(name: str) -> None:
    """Money received is counted for a project in a year."""
    facts = trade()
    del facts[name]
    assert refused(facts).field == name


@pytest.mark.parametrize(
    "amount",
    [
        2000000.0,
        2000000,
        Decimal("2000000.00"),
        True,
        None,
        "",
        "NaN",
        "Infinity",
        "-1.00",
        "+1.00",
        "1",
        "1.0",
        "1.000",
        "01.00",
        "1,000.00",
        "1_000.00",
        " 1.00",
        "1.00\n",
        "1e3",
        "１.00",
        "١.00",
        "10000000000000.01",
        ["1.00"],
        {"yuan": "1.00"},
    ],
)
def test_an_amount_is_a_text_of_yuan_with_two_decimals(amount: object) -> None:
    """Anything else is refused by its path, in credits, in the contract and among the other facts."""
    assert refused(trade(credits=[{"on": "2018-05-02", "amount": amount}])).field == "credits[0].amount"
    if amount is not None:
        assert refused(trade(contract=contract() | {"total": amount})).field == "contract.total"
        assert refused(trade(other={"hammer": amount})).field == "other.hammer"


def test_the_largest_amount_is_taken() -> None:
    """10^15 fen, and not one more."""
    facts = parse_facts({"jurisdiction": "x", "other": {"hammer": "10000000000000.00"}})
    assert facts.other["hammer"] == 10**15


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        ("jurisdicton", {"jurisdicton": "x"}),
        ("contract.totl", {"contract": {"totl": "1.00"}}),
        ("buyer.regio", {"buyer": {"regio": "x"}}),
        ("credits[1].at", {"credits": [{"on": "2018-01-01", "amount": "1.00"}, {"at": "2018-01-01"}]}),
        ("refunds[0].sum", {"refunds": [{"sum": "1.00"}]}),
        ("prior[0].year", {"prior": [{"year": 2018}]}),
        ("other.received", {"other": {"received": "1.00"}}),
        ("True", {True: "2018"}),
    ],
)
def test_an_unknown_key_is_named_with_its_path(path: str, facts: dict[Any, Any]) -> None:
    """No key is silently dropped, at any depth."""
    error = refused({"jurisdiction": "x"} | facts)
    assert (error.field, error.got) == (path, "an unknown key")


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        ("jurisdiction", {"jurisdiction": 7}),
        ("jurisdiction", {"jurisdiction": " "}),
        ("project", {"project": "P\u202e1"}),
        ("project", {"project": "P\x001"}),
        ("project", {"project": 1}),
        ("claim_year", {"claim_year": "2018"}),
        ("claim_year", {"claim_year": True}),
        ("claim_year", {"claim_year": 18}),
        ("contract", {"contract": []}),
        ("contract.kind", {"contract": {"kind": "gift"}}),
        ("contract.registered", {"contract": {"registered": "yes"}}),
        ("contract.registered", {"contract": {"registered": 1}}),
        ("contract.number", {"contract": {"number": 2018230101000001}}),
        ("seller", {"seller": "a university"}),
        ("seller.kind", {"seller": {"kind": "person"}}),
        ("credits", {"credits": {}}),
        ("credits[0]", {"credits": ["1.00"]}),
        ("credits[0].on", {"credits": [{"amount": "1.00"}]}),
        ("refunds[0].amount", {"refunds": [{"on": "2018-01-01"}]}),
        ("election", {"election": "both"}),
        ("election", {"election": False}),
        ("election", {"election": ""}),
        ("specialist", {"specialist": "true"}),
        ("prior[0].project", {"prior": [{"rule": "X"}]}),
        ("other", {"other": ["premium"]}),
        ("other.term_months", {"other": {"term_months": "36"}}),
        ("other.term_months", {"other": {"term_months": -1}}),
        ("other.term_months", {"other": {"term_months": True}}),
        ("other.team_share", {"other": {"team_share": "NaN"}}),
        ("other.team_share", {"other": {"team_share": 0.7}}),
        ("other.team_share", {"other": {"team_share": "1.01"}}),
        ("other.team_share", {"other": {"team_share": "70%"}}),
        ("other.agreed", {"other": {"agreed": 0}}),
    ],
)
def test_a_wrong_type_is_named_with_its_path(path: str, facts: dict[str, Any]) -> None:
    """Each field takes its own kind of value and nothing that merely looks like it."""
    assert refused({"jurisdiction": "x"} | facts).field == path


@pytest.mark.parametrize(
    ("on", "day"),
    [
        ("2018-05-02", date(2018, 5, 2)),
        (date(2018, 5, 2), date(2018, 5, 2)),
        ("2018-12-31T16:00:00Z", date(2019, 1, 1)),
        ("2018-12-31 16:00:00.000001+00:00", date(2019, 1, 1)),
        ("2019-01-01T00:30+09:00", date(2018, 12, 31)),
        (datetime(2018, 12, 31, 15, 59, tzinfo=UTC), date(2018, 12, 31)),
        (datetime(2018, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-5))), date(2019, 1, 1)),
    ],
)
def test_a_day_is_the_day_in_shanghai(on: object, day: date) -> None:
    """A date stands; a time with offset is converted."""
    facts = parse_facts(trade(credits=[{"on": on, "amount": "1.00"}]))
    assert facts.credits is not None
    assert facts.credits[0].on == day


@pytest.mark.parametrize(
    "on",
    [
        "2018-05-02T10:00:00",
        datetime(2018, 5, 2, 10),  # noqa: DTZ001 - the naive time is what must be refused
        "2018-02-30",
        "2018-5-2",
        "20180502",
        "2018-W18-3",
        "2018-05-02T24:30:00+08:00",
        "2018-05-02T10:00:00+0800",
        "0001-01-01T00:00:00+09:00",
        "9999-12-31T23:00:00-05:00",
        "２018-05-02",
        "yesterday",
        1525219200,
        True,
    ],
)
def test_a_time_without_offset_or_no_date_at_all_is_refused(on: object) -> None:
    """Naive times, impossible days and other calendars' forms."""
    assert refused(trade(credits=[{"on": on, "amount": "1.00"}])).field == "credits[0].on"


def test_the_contracts_amounts_must_make_sense() -> None:
    """A total of nothing, or more equipment than price, is bad input whoever builds the facts."""
    assert refused(trade(contract=contract("0.00"))).field == "contract.total"
    assert refused(trade(contract=contract("1.00", "1.01"))).field == "contract.non_technical"
    assert received(parse_facts(trade(contract=contract("1.00", "1.00")))) == 0


def test_received_is_exact_and_may_be_negative() -> None:
    """A third is a third; more refunded than credited is below nothing."""
    facts = parse_facts(trade("1.00", contract=contract("3.00", "2.00")))
    assert received(facts) == Fraction(100, 3)
    back = parse_facts(trade("1.00", refunds=[{"on": "2018-01-01", "amount": "3.00"}]))
    assert received(back) == -200


def test_a_fact_that_is_null_is_not_stated() -> None:
    """Null and absent are the same."""
    nulls = dict.fromkeys(
        ["contract", "seller", "buyer", "credits", "refunds", "election", "specialist", "other"]
    )
    assert parse_facts({"jurisdiction": "x"} | nulls) == Facts(jurisdiction="x")


def test_every_other_fact_of_the_vocabulary_can_be_written() -> None:
    """The reader and the vocabulary speak of the same facts."""
    sample = {Kind.MONEY: "1.00", Kind.SHARE: "0.5", Kind.FLAG: True, Kind.COUNT: 1, Kind.TEXT: "x"}
    names = {name: kind for name, kind in VOCABULARY.items() if name.startswith("other.")}
    facts = parse_facts(
        {"jurisdiction": "x", "other": {name[6:]: sample[kind] for name, kind in names.items()}}
    )
    assert [name for name in names if stated(facts, name) is None] == []


junk: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from([*trade(), "other", "prior", "on", "amount", "total", "kind", "rule"])


@given(
    st.one_of(
        junk, st.dictionaries(keys, junk | st.dictionaries(keys, junk)), keys.map(lambda k: trade() | {k: 0})
    )
)
def test_whatever_comes_is_read_or_refused_in_one_line(raw: object) -> None:
    """No input of any shape gets another error than Malformed, or a second line."""
    said = ""
    try:
        assert isinstance(parse_facts(raw), Facts)
    except Malformed as error:
        said = str(error)
    assert "\n" not in said
