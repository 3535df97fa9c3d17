"""The rule engine: every worked example, every ruling, and its properties."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from matching_engine.money import format_yuan, parse_yuan
from settlement.reasons import EXPLAINED, Reason
from settlement.rulebook import EVERYWHERE, Example, ExclusiveChoice, Rule
from tests.settlement.fact_files import BOOK, BUYER, SELLER, SPECIALIST, contract, lines, trade, worked


def _examples() -> Iterator[Any]:
    for sheet in BOOK.sheets:
        place = "beijing" if sheet.jurisdiction == EVERYWHERE else sheet.jurisdiction
        for rule in sheet.rules:
            for number, example in enumerate(rule.examples):
                yield pytest.param(place, rule, example, id=f"{rule.id}-{number}")


@pytest.mark.parametrize(("place", "rule", "example"), list(_examples()))
def test_every_worked_example_comes_out_as_written(place: str, rule: Rule, example: Example) -> None:
    """Each example of each rule file, put as a fact file, gives what the file says it gives."""
    facts = worked(place, example.given)
    if rule.choice and "election" not in example.given:
        facts["election"] = rule.claimant.role
    answer = lines(facts, "implement")
    if isinstance(example.gives, dict):
        assert isinstance(rule.formula, ExclusiveChoice)
        sides = {BOOK_RULE[name].claimant.role: answer[name] for name in rule.formula.between}
        assert {side: format_yuan(line.amount_fen) for side, line in sides.items()} == example.gives
    elif isinstance(example.gives, bool):
        assert answer[rule.id].valid is example.gives
        assert answer[rule.id].payable is (example.gives and rule.id != "HLJ-2017-16/CO-OWN-70")
    elif rule.id in answer:
        assert format_yuan(answer[rule.id].amount_fen) == example.gives
        assert answer[rule.id].payable is (example.gives != "0.00")
    else:
        assert (rule.id, example.gives) == (SPECIALIST, "0.00")


BOOK_RULE = {rule.id: rule for rule in BOOK.rules()}


def amount(answer: dict[str, Any], rule: str) -> str:
    """What a rule pays, in yuan."""
    return format_yuan(answer[rule].amount_fen)


def test_the_line_carries_what_an_official_needs() -> None:
    """A line names rule, claimant, base, amount, reason, document, clause and the document's own words."""
    line = lines(trade())[BUYER]
    assert (line.claimant, line.base_fen, line.amount_fen, line.payable) == (
        "buyer",
        200000000,
        60000000,
        True,
    )
    assert (line.reason, line.document) == (Reason.GRANTED, "黑政发〔2017〕16号")
    assert line.clause == "二（四）促进技术合同交易·奖励和补助技术交易"
    assert line.quote.startswith("对购买省内外科技成果的我省企业,")
    assert line.valid is None


def test_a_title_stands_for_a_missing_number_and_a_citation_for_a_national_document() -> None:
    """The document is the number, else the title; for national rules the citation."""
    zone = lines({"jurisdiction": "guangxi", "other": {"newly_approved": True, "level": "national"}})
    assert zone["GX-GUIDE/DEMO-ZONE"].document == "广西壮族自治区科技成果转移转化示范区建设指引"
    sale = lines({"jurisdiction": "guangxi", "other": {"hammer": "1.00", "agreed": False}})
    assert sale["CN/AUCTION-COMMISSION"].document == "拍卖法 56"


# Touched --------------------------------------------------------------------------------------------------------


def test_a_rule_of_another_place_is_silent_and_a_national_one_speaks_everywhere() -> None:
    """Jurisdiction decides: Heilongjiang's rules say nothing in Jinan, the auction law does."""
    answer = lines(trade(jurisdiction="jinan", other={"hammer": "100.00", "agreed": False}))
    assert list(answer) == ["CN/AUCTION-COMMISSION"]


@pytest.mark.parametrize("missing", ["credits", "contract"])
def test_a_rule_without_its_base_is_silent(missing: str) -> None:
    """Without credits, or without the contract's amounts, received is unknown and no rule on it speaks."""
    facts = trade()
    del facts[missing]
    assert lines(facts, "implement") == {}


def test_a_rule_without_one_of_its_conditions_is_silent() -> None:
    """The insurance rule needs the premium, the term and the catalogue."""
    whole = {"premium": "10.00", "term_months": 12, "in_national_catalogue": False}
    assert list(lines({"jurisdiction": "heilongjiang", "other": whole})) == [
        "HLJ-2017-16/FIRST-SET-INSURANCE"
    ]
    for name in whole:
        part = {key: value for key, value in whole.items() if key != name}
        assert lines({"jurisdiction": "heilongjiang", "other": part}) == {}


def test_a_touched_rule_speaks_even_when_nothing_arrived() -> None:
    """An empty list of credits is a fact: nothing received, below the threshold."""
    line = lines(trade(credits=[]))[BUYER]
    assert (line.base_fen, line.amount_fen, line.reason) == (0, 0, Reason.BELOW_THRESHOLD)


def test_a_side_nobody_described_gets_nothing() -> None:
    """The base touches the rule; a buyer that is not described is not one from the province."""
    facts = trade()
    del facts["buyer"]
    assert {name: line.reason for name, line in lines(facts).items()} == {
        BUYER: Reason.WRONG_REGION,
        SELLER: Reason.WRONG_REGION,
    }


def test_implementing_rules_are_shown_on_request_only() -> None:
    """Group implement takes part only with include; an unknown group is bad input."""
    assert list(lines(trade())) == [BUYER, SELLER]
    asked = lines(trade(), "implement")
    assert list(asked) == [BUYER, SELLER, "HLJ-2024-12/SELLER", "HLJ-IMPL/BUYER", "HLJ-IMPL/SELLER"]
    with pytest.raises(Malformed, match="include: expected one of implement, got 'policy'"):
        lines(trade(), "policy")


# Money received ---------------------------------------------------------------------------------------------------


def test_only_the_technology_part_of_each_sum_counts() -> None:
    """A third of the price is equipment: two thirds of what arrived count, exactly, and the base shows rounded down."""
    facts = trade("1000000.00", contract=contract("3000000.00", "1000000.00"))
    line = lines(facts)[BUYER]
    assert (line.base_fen, line.amount_fen) == (66666666, 20000000)


def test_the_threshold_looks_at_the_unrounded_base() -> None:
    """499,999.997 yuan is under 500,000.00, and is not rounded up to it; no rounding happens before the rate."""
    assert lines(trade("749999.99", contract=contract("3000000.00", "1000000.00")))[BUYER].amount_fen == 0
    exact = lines(trade("750000.00", contract=contract("3000000.00", "1000000.00")))[BUYER]
    assert exact.amount_fen == parse_yuan("150000.00")
    # Base 500000.00666…: three tenths are 150000.002, and 500000.03333… gives 150000.01 only unrounded.
    assert (
        lines(trade("750000.05", contract=contract("3000000.00", "1000000.00")))[BUYER].amount_fen == 15000001
    )


def test_credits_and_refunds_count_in_their_own_year() -> None:
    """A refund of the next year does not touch this year's claim, and the next year starts with what went back."""
    moves: dict[str, Any] = {
        "credits": [{"on": "2018-12-31", "amount": "900000.00"}, {"on": "2019-01-01", "amount": "700000.00"}],
        "refunds": [{"on": "2019-01-02", "amount": "100000.00"}, {"on": "2017-12-31", "amount": "5.00"}],
    }
    assert lines(trade(**moves))[BUYER].base_fen == parse_yuan("900000.00")
    assert lines(trade(**moves, claim_year=2019))[BUYER].base_fen == parse_yuan("600000.00")


def test_the_year_is_that_of_the_bank_in_shanghai() -> None:
    """16:00 UTC on New Year's Eve is midnight in Shanghai; a minute before is still the old year."""
    for on, year in (
        ("2018-12-31T15:59:59Z", 2018),
        ("2018-12-31T16:00:00Z", 2019),
        ("2019-01-01T00:30:00+09:00", 2018),
        ("2018-12-31T23:59:59+08:00", 2018),
    ):
        counted = {
            y: lines(trade(credits=[{"on": on, "amount": "600000.00"}], claim_year=y)) for y in (2018, 2019)
        }
        assert [y for y in counted if counted[y][BUYER].payable] == [year]


def test_more_went_back_than_came() -> None:
    """The base shown is never below nothing, and nothing is paid."""
    line = lines(trade("10.00", refunds=[{"on": "2018-06-01", "amount": "20.00"}]))[BUYER]
    assert (line.base_fen, line.amount_fen, line.reason) == (0, 0, Reason.BELOW_THRESHOLD)


def test_the_contracts_dates_do_not_matter() -> None:
    """A contract of another year, paid in this one, is claimed in this one."""
    assert lines(trade(contract=contract(effective_on="2011-01-01")))[BUYER].payable


# Who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("registered", [False, None])
def test_an_unregistered_contract_enjoys_no_benefit(registered: bool | None) -> None:
    """Without registration neither side is paid, and the reason says so before any other."""
    facts = trade("1.00", contract=contract(registered=registered), election=None, specialist=True)
    facts["buyer"] = {"kind": "university", "region": "beijing"}
    answer = lines(facts)
    assert {answer[BUYER].reason, answer[SELLER].reason} == {Reason.NOT_REGISTERED}
    assert {answer[BUYER].amount_fen, answer[SELLER].amount_fen, answer[SPECIALIST].amount_fen} == {0}


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_the_buyer_must_be_in_the_province_and_the_seller_need_not(side: str) -> None:
    """Both rules look at the buyer's region only."""
    rule = {"buyer": BUYER, "seller": SELLER}[side]
    away = {"kind": "enterprise", "region": "beijing"}
    assert lines(trade(election=side, seller=away))[rule].payable
    assert lines(trade(election=side, buyer=away))[rule].reason is Reason.WRONG_REGION


def test_only_an_enterprise_claims_as_buyer() -> None:
    """A university that buys gets nothing; any of the three kinds may sell."""
    university = {"kind": "university", "region": "heilongjiang"}
    assert lines(trade(buyer=university))[BUYER].reason is Reason.WRONG_ENTITY
    for kind in ("university", "research_institute", "enterprise"):
        assert lines(trade(election="seller", seller={"kind": kind}))[SELLER].payable


def test_without_an_election_nothing_is_payable() -> None:
    """Both lines are printed with 0.00 and the reason."""
    answer = lines(trade(election=None))
    assert [(line.amount_fen, line.payable, line.reason) for line in answer.values()] == [
        (0, False, Reason.NO_ELECTION)
    ] * 2


def test_an_elected_side_that_is_not_eligible_leaves_both_unpaid() -> None:
    """The other side does not step in."""
    answer = lines(trade(buyer={"kind": "university", "region": "heilongjiang"}))
    assert (answer[BUYER].reason, answer[SELLER].reason) == (Reason.WRONG_ENTITY, Reason.OTHER_SIDE_ELECTED)
    assert not answer[BUYER].payable
    assert not answer[SELLER].payable


def test_the_specialist_gets_a_tenth_of_what_the_buyer_gets() -> None:
    """Printed only when true; nothing of nothing; the seller's reward is no subsidy."""
    assert SPECIALIST not in lines(trade())
    assert amount(lines(trade(specialist=True)), SPECIALIST) == "60000.00"
    assert lines(trade(specialist=True))[SPECIALIST].base_fen == parse_yuan("600000.00")
    unpaid: list[dict[str, Any]] = [{"election": "seller"}, {"election": None}, {"credits": []}]
    for nothing in unpaid:
        line = lines(trade(specialist=True, **nothing))[SPECIALIST]
        assert (line.amount_fen, line.payable, line.reason) == (0, False, Reason.NO_SUBSIDY)
    alone = lines({"jurisdiction": "heilongjiang", "specialist": True})
    assert list(alone) == [SPECIALIST]
    assert lines({"jurisdiction": "jinan", "specialist": True}) == {}


def test_the_clause_is_the_one_of_the_rule_not_of_its_neighbour() -> None:
    """The rule sheet gives SPECIALIST `clause: "二（四）"`: the tenth stands in the item, not in 奖励和补助技术交易."""
    answer = lines(trade(specialist=True))
    assert answer[SPECIALIST].clause == "二（四）"
    assert answer[BUYER].clause == answer[SELLER].clause == "二（四）促进技术合同交易·奖励和补助技术交易"


# Once -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decided", [BUYER, SELLER])
def test_a_decided_claim_of_either_side_blocks_both(decided: str) -> None:
    """The lock is project and year; another project or another year does not block."""
    for election, rule in (("buyer", BUYER), ("seller", SELLER)):
        before = {"rule": decided, "project": "P-1", "claim_year": 2018}
        assert lines(trade(election=election, prior=[before]))[rule].reason is Reason.ALREADY_CLAIMED
        for other in ({"project": "P-2"}, {"claim_year": 2017}):
            assert lines(trade(election=election, prior=[before | other]))[rule].payable


def test_other_rules_in_prior_do_not_block_a_trade() -> None:
    """A decided claim under another rule is no claim of these."""
    before = [{"rule": "HLJ-2017-16/FIRST-SET-INSURANCE", "project": "P-1", "claim_year": 2018}]
    assert lines(trade(prior=before))[BUYER].payable


@pytest.mark.parametrize(
    ("place", "rule", "other"),
    [
        (
            "heilongjiang",
            "HLJ-2017-16/FIRST-SET-INSURANCE",
            {"premium": "10.00", "term_months": 1, "in_national_catalogue": False},
        ),
        ("jinan", "JN-2018-14/INTL-EVENT", {"spend": "10.00"}),
    ],
)
def test_a_one_time_payment_is_paid_once_in_any_year(place: str, rule: str, other: dict[str, Any]) -> None:
    """The same rule and project in any year blocks; the same rule for another project does not."""
    facts = {"jurisdiction": place, "claim_year": 2020, "project": "E", "other": other}
    for year in (2018, 2020, 2022, None):
        before = {"rule": rule, "project": "E", "claim_year": year}
        assert lines(facts | {"prior": [before]})[rule].reason is Reason.ALREADY_CLAIMED
        assert lines(facts | {"prior": [before | {"project": "F"}]})[rule].payable


def test_a_zone_is_paid_once_for_each_level() -> None:
    """The region's money does not block the state's."""
    facts = {
        "jurisdiction": "guangxi",
        "project": "Z",
        "other": {"newly_approved": True, "level": "national"},
    }
    before = {"rule": "GX-GUIDE/DEMO-ZONE", "project": "Z", "claim_year": 2020, "level": "autonomous_region"}
    assert amount(lines(facts | {"prior": [before]}), "GX-GUIDE/DEMO-ZONE") == "3000000.00"
    blocked = lines(facts | {"prior": [before | {"level": "national"}]})["GX-GUIDE/DEMO-ZONE"]
    assert (blocked.amount_fen, blocked.reason) == (0, Reason.ALREADY_CLAIMED)


@pytest.mark.parametrize(
    ("before", "field"),
    [
        ({"rule": "HLJ-2017-16/BYER", "project": "P-1", "claim_year": 2018}, "prior[0].rule"),
        ({"rule": BUYER, "project": "P-1"}, "prior[0].claim_year"),
        ({"rule": "GX-GUIDE/DEMO-ZONE", "project": "P-1", "claim_year": 2018}, "prior[0].level"),
    ],
)
def test_a_prior_claim_that_cannot_be_placed_is_bad_input(before: dict[str, Any], field: str) -> None:
    """A misspelt rule or a missing key would let the same thing be paid twice."""
    with pytest.raises(Malformed) as caught:
        lines(trade(prior=[before]))
    assert caught.value.field == field


# Other rules ------------------------------------------------------------------------------------------------------


def test_a_range_pays_the_award_or_nothing() -> None:
    """The decided award if it is valid, else 0.00; `valid` says which, and so it does when a condition fails."""
    facts = {"jurisdiction": "heilongjiang", "other": {"grade": "优秀", "award": "1500000.00"}}
    line = lines(facts)["HLJ-2017-16/TTO-GRANT"]
    assert (line.amount_fen, line.base_fen, line.valid, line.payable) == (150000000, 150000000, True, True)
    facts["other"] = {"grade": "优秀", "award": "999999.99"}
    line = lines(facts)["HLJ-2017-16/TTO-GRANT"]
    assert (line.amount_fen, line.valid, line.reason) == (0, False, Reason.OUT_OF_RANGE)
    facts["other"] = {"grade": "良好", "award": "1500000.00"}
    line = lines(facts)["HLJ-2017-16/TTO-GRANT"]
    assert (line.amount_fen, line.valid, line.reason) == (0, False, Reason.CONDITION_FAILED)


def test_a_share_is_compared_as_a_decimal_and_never_paid() -> None:
    """0.7 is 0.70, and the last digit counts; amount 0.00 in every case."""
    for share, met in (("0.7", True), ("0.700000", True), ("1", True), ("0.699999999999999999", False)):
        line = lines({"jurisdiction": "heilongjiang", "other": {"team_share": share}})[
            "HLJ-2017-16/CO-OWN-70"
        ]
        assert (line.valid, line.amount_fen, line.payable) == (met, 0, False)


def test_an_inventor_outside_the_table_gets_the_national_floor() -> None:
    """A region the table does not name, or none at all, is one half."""
    for region, least in (("beijing", "0.70"), ("zhejiang", "0.70"), ("guangxi", "0.50"), (None, "0.50")):
        line = lines({"jurisdiction": "x", "other": {"net_income": "1.00", "region": region}})[
            "CN/INVENTOR-REWARD"
        ]
        assert format_yuan(line.amount_fen) == least


def test_a_level_that_the_guide_does_not_name_gets_nothing() -> None:
    """A municipal zone is not in the table."""
    facts = {"jurisdiction": "guangxi", "other": {"newly_approved": True, "level": "municipal"}}
    line = lines(facts)["GX-GUIDE/DEMO-ZONE"]
    assert (line.amount_fen, line.reason) == (0, Reason.NOT_IN_TABLE)


def test_a_rule_is_not_applied_to_a_year_before_it() -> None:
    """Jinan's plan is of 2018: an event of 2016 gets nothing from it, one of 2018 does."""
    facts = {"jurisdiction": "jinan", "project": "E", "other": {"spend": "10.00"}}
    assert lines(facts | {"claim_year": 2016})["JN-2018-14/INTL-EVENT"].reason is Reason.NOT_IN_FORCE
    assert lines(facts | {"claim_year": 2018})["JN-2018-14/INTL-EVENT"].payable


def test_implementing_rules_refuse_what_is_stated_against_them() -> None:
    """A stated lack of registration, a foreign region or a wrong kind refuses; silence does not."""
    paid = {"jurisdiction": "heilongjiang", "other": {"paid": "1000000.00"}}
    rule = "HLJ-2024-12/BUYER"
    assert amount(lines(paid, "implement"), rule) == "200000.00"
    for stated, reason in (
        ({"contract": {"registered": False}}, Reason.NOT_REGISTERED),
        ({"contract": {"kind": "service"}}, Reason.CONDITION_FAILED),
        ({"buyer": {"region": "beijing"}}, Reason.WRONG_REGION),
        ({"seller": {"kind": "enterprise"}}, Reason.WRONG_ENTITY),
    ):
        assert lines(paid | stated, "implement")[rule].reason is reason


def test_a_sum_that_rounds_to_nothing_says_so() -> None:
    """Five per cent of nineteen fen is less than a fen."""
    line = lines({"jurisdiction": "x", "other": {"hammer": "0.19", "agreed": False}})["CN/AUCTION-COMMISSION"]
    assert (line.amount_fen, line.payable, line.reason) == (0, False, Reason.UNDER_ONE_FEN)


def test_a_failed_condition_is_told_with_its_numbers() -> None:
    """The detail names the condition and what stands against it."""
    assert lines(trade("499999.99"))[BUYER].detail == "needs received ≥ 500000.00, is 499999.99"
    late = {"award": "1.00", "registered": True, "months_after_receipt": 37}
    line = lines({"jurisdiction": "x", "other": late})["CN/IIT-CASH-AWARD"]
    assert line.detail == "needs other.months_after_receipt ≤ 36, is 37"


def test_every_reason_is_explained_and_documented() -> None:
    """The set is closed: each code has its sentence, and its row in the documentation."""
    assert list(EXPLAINED) == list(Reason)
    text = (Path(__file__).parents[2] / "docs" / "concepts" / "claims.md").read_text(encoding="utf-8")
    assert [reason for reason in Reason if f"| `{reason}` | {EXPLAINED[reason]} |" not in text] == []


# Properties -------------------------------------------------------------------------------------------------------

fen = st.integers(0, 10**9)
days = st.sampled_from(["2017-12-31", "2018-01-01", "2018-06-30", "2018-12-31", "2019-01-01"])
movements = st.lists(
    st.builds(lambda on, amount: {"on": on, "amount": format_yuan(amount)}, days, fen), max_size=6
)
prices = st.tuples(st.integers(1, 10**11), st.fractions(0, 1)).map(lambda p: (p[0], int(p[0] * p[1])))


def _priced(price: tuple[int, int], **changes: Any) -> dict[str, Any]:
    return trade(contract=contract(format_yuan(price[0]), format_yuan(price[1])), **changes)


@given(prices, movements, movements)
def test_the_amount_is_what_whole_numbers_say(
    price: tuple[int, int], credited: list[dict[str, str]], refunded: list[dict[str, str]]
) -> None:
    """Against the same rule written in integers alone: 30% of the technology part from 500,000.00 on, up to 1,000,000.00."""
    line = lines(_priced(price, credits=credited, refunds=refunded))[BUYER]
    total, technology = price[0], price[0] - price[1]
    arrived = sum(parse_yuan(m["amount"]) for m in credited if m["on"].startswith("2018"))
    net = (
        arrived - sum(parse_yuan(m["amount"]) for m in refunded if m["on"].startswith("2018"))
    ) * technology
    expected = min(net * 3 // (total * 10), 10**8) if net >= 50_000_000 * total else 0
    assert (line.amount_fen, line.base_fen) == (expected, max(net, 0) // total)


@given(prices, fen, fen)
def test_more_received_never_means_less_paid(price: tuple[int, int], one: int, more: int) -> None:
    """The subsidy grows with what arrived, or stays."""
    less, greater = sorted((one, one + more))
    paid = [lines(_priced(price, credits=[_credit(sum_)]))[BUYER].amount_fen for sum_ in (less, greater)]
    assert paid[0] <= paid[1]


def _credit(amount_fen: int) -> dict[str, str]:
    return {"on": "2018-05-02", "amount": format_yuan(amount_fen)}


@given(st.integers(0, 10**15))
def test_no_cap_is_ever_passed(amount_fen: int) -> None:
    """Not by a fen, however much arrives or is spent."""
    text = format_yuan(amount_fen)
    answer = lines(trade(text, other={"paid": text}), "implement") | lines(
        {"jurisdiction": "jinan", "project": "E", "other": {"spend": text}}
    )
    caps = {BUYER: 10**8, "HLJ-IMPL/BUYER": 10**8, "HLJ-IMPL/SELLER": 10**8, "JN-2018-14/INTL-EVENT": 10**8}
    caps |= {"HLJ-2024-12/BUYER": 2 * 10**8, "HLJ-2024-12/SELLER": 10**9}
    assert all(answer[rule].amount_fen <= cap for rule, cap in caps.items())


parties = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["university", "research_institute", "enterprise"]),
        "region": st.sampled_from(["heilongjiang", "beijing"]),
    },
)
priors = st.lists(
    st.builds(
        lambda rule, project, year: {"rule": rule, "project": project, "claim_year": year},
        st.sampled_from([BUYER, SELLER]),
        st.sampled_from(["P-1", "P-2"]),
        st.sampled_from([2017, 2018]),
    ),
    max_size=2,
)


@given(movements, parties, parties, priors, st.sampled_from(["buyer", "seller", None]), st.booleans())
def test_never_both_sides(
    credited: list[dict[str, str]],
    seller: dict[str, str],
    buyer: dict[str, str],
    prior: list[dict[str, Any]],
    election: str | None,
    registered: bool,
) -> None:
    """Whatever the facts: at most one side is paid, only the elected one, only registered, only once."""
    facts = trade(credits=credited, seller=seller, buyer=buyer, prior=prior, election=election)
    answer = lines(facts | {"contract": contract(registered=registered)})
    paid = [rule for rule in (BUYER, SELLER) if answer[rule].payable]
    assert len(paid) <= 1
    if paid:
        assert registered
        assert answer[paid[0]].claimant == election
        assert not any((p["project"], p["claim_year"]) == ("P-1", 2018) for p in prior)


@given(movements.flatmap(lambda m: st.tuples(st.just(m), st.permutations(m))))
def test_the_order_of_credits_does_not_matter(
    pair: tuple[list[dict[str, str]], list[dict[str, str]]],
) -> None:
    """Money has no order within a year."""
    one, other = (lines(trade(credits=credited, specialist=True)) for credited in pair)
    assert one == other
