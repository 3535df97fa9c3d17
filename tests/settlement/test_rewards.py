"""The inventors' reward: net income, floor, shares, leaders, instalments that follow the money, payments as made."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Broken
from matching_engine.terms import DAY
from settlement.commission import Bracket, Commission
from settlement.evolve import evolve
from settlement.reward_messages import Completer, Cost, RewardPaid, RewardPlanApproved, RewardPlanned
from settlement.rewards import months_after, schedule
from tests.settlement.desk import (
    AT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    claimed,
    confirm,
    credit,
    paid_out,
    sign,
    signed,
    sold,
    trade,
)
from tests.settlement.rewarding import (
    COSTS,
    NET_FEN,
    PEOPLE,
    REWARD_FEN,
    approve,
    plan,
    planned,
    record,
    rewarding,
)

LATER = AT + 30 * DAY


def test_a_plan_carries_everything_that_follows_from_it() -> None:
    """Receipts less each cost, the floor with its clause, each inventor's fen; nothing is looked up later."""
    (event,) = paid_out().ask(plan())
    assert isinstance(event, RewardPlanned)
    assert (event.receipts_fen, event.net_fen, event.floor_fen) == (PRICE_FEN, NET_FEN, NET_FEN // 2)
    assert (event.rule, event.clause) == ("CN/INVENTOR-REWARD", "促进科技成果转化法第四十五条")
    assert sum(one.amount_fen for one in event.completers) == REWARD_FEN
    assert [one.amount_fen for one in event.completers] == [42_250_000, 28_166_667, 14_083_333]
    assert event.steps[-1].value == "845000.00"


def test_the_floor_rounds_up_and_holds_for_public_organisations() -> None:
    """An odd net income: half a fen more is needed; a university may not agree on less, whatever it states."""
    odd = (Cost("direct", "评估费", 1),)
    floor_fen = (PRICE_FEN - 1 + 1) // 2
    assert paid_out().refused(plan(floor_fen - 1, costs=odd, basis="校内办法")) == "REWARD_BELOW_FLOOR"
    (event,) = paid_out().ask(plan(floor_fen, costs=odd))
    assert isinstance(event, RewardPlanned)
    assert event.floor_fen == floor_fen


@pytest.mark.parametrize(
    ("region", "share"), [("heilongjiang", 50), ("zhejiang", 70), ("shandong", 70), ("beijing", 70)]
)
def test_the_floor_is_that_of_the_holders_region(region: str, share: int) -> None:
    """Zhejiang, Shandong and Beijing ask for seventy percent."""
    desk = Desk(follow=False)
    desk.ask(trade(deposit=None, seller=msgspec.structs.replace(UNIVERSITY, region=region)))
    floor_fen = NET_FEN * share // 100
    assert desk.refused(plan(floor_fen - 1)) == "REWARD_BELOW_FLOOR"
    assert isinstance(desk.ask(plan(floor_fen))[0], RewardPlanned)


def test_an_enterprise_may_have_its_own_rule_and_must_name_it() -> None:
    """Below the floor with a basis only; its legal representative may hold equity."""
    company = msgspec.structs.replace(UNIVERSITY, kind="enterprise")
    people = (Completer("周明", "1", "legal_representative", "equity"),)
    desk = Desk(follow=False)
    desk.ask(trade(deposit=None, seller=company))
    assert desk.refused(plan(1000, people)) == "REWARD_BELOW_FLOOR"
    assert isinstance(desk.ask(plan(1000, people, basis="公司奖励办法第3条"))[0], RewardPlanned)


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ((Completer("周明", "0.5"), Completer("吴芳", "0.49")), "REWARD_SHARES"),
        ((Completer("周明", "0.5"), Completer(" 周明 ", "0.5")), "REWARD_SHARES"),
        (
            (Completer("周明", "1/3"), Completer("吴芳", "2/3", "legal_representative", "equity")),
            "REWARD_LEADER",
        ),
        ((Completer("", "1"),), "REWARD_PLAN_INVALID"),
        ((), "REWARD_PLAN_INVALID"),
    ],
)
def test_shares_are_whole_and_leaders_bound(people: tuple[Completer, ...], code: str) -> None:
    """Each person once, exactly one in all, and cash for a legal representative (黑政发〔2017〕16号)."""
    assert paid_out().refused(plan(completers=people)) == code


def test_a_plan_is_replaced_until_another_person_approves_it() -> None:
    """The author does not; after the approval there is no other plan."""
    desk = planned()
    assert desk.ask(plan(REWARD_FEN + 2))[0].version == 2  # type: ignore[union-attr]
    assert desk.refused(approve(version=1)) == "REWARD_UNKNOWN"
    assert desk.refused(approve("finance-1", 2)) == "FOUR_EYES"
    assert desk.refused(approve("dean-1", 2, FACTORY.id)) == "NOT_A_PARTY"
    assert desk.ask(approve(version=2)) == (RewardPlanApproved(TRADE, 2, "dean-1"),)
    assert desk.refused(plan()) == "REWARD_APPROVED"


def test_each_credit_releases_its_share_once_the_seller_has_it() -> None:
    """The deposit and two payments: three instalments, waiting while the money lies in escrow, exact in the end."""
    desk = signed()
    desk.ask(plan())
    desk.ask(credit("c2", f"O-{TRADE}", 50_000_001, "2026-11-21"))
    first = schedule(desk.state, desk.state.trades[TRADE])
    assert [(one.credit_fen, one.due_on) for one in first] == [(DEPOSIT_FEN, None), (50_000_001, None)]
    assert first[0].amount_fen <= REWARD_FEN * DEPOSIT_FEN // PRICE_FEN
    whole = schedule(rewarding().state, rewarding().state.trades[TRADE])
    assert sum(one.amount_fen for one in whole) == REWARD_FEN
    assert {one.due_on for one in whole} == {"2026-11-20"}


def test_a_commission_kept_from_the_proceeds_delays_no_instalment() -> None:
    """Five percent stay with the exchange: the seller has the rest, and every part of the price counts as come."""
    desk = Desk()
    fee = Commission(seller=(Bracket(0, "5"),))
    desk.ask(msgspec.structs.replace(trade(deposit=None), commission=fee))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
    desk.ask(credit("c1", f"O-{TRADE}", PRICE_FEN // 2))
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - PRICE_FEN // 2))
    desk.ask(confirm(f"P-{TRADE}", "2026-11-20"))
    desk.ask(plan())
    whole = schedule(desk.state, desk.state.trades[TRADE])
    assert [one.due_on for one in whole] == ["2026-11-20", "2026-11-20"]
    assert sum(one.amount_fen for one in whole) == REWARD_FEN


def test_a_payment_is_recorded_once_with_its_evidence_and_relief() -> None:
    """Amount by the plan, the bank's reference, months since the receipt, half of cash kept out of wages."""
    desk = claimed()
    desk.ask(plan())
    desk.ask(approve())
    (cash,) = desk.ask(record(1, 1, "2026-12-10", "BK-77"), LATER)
    assert isinstance(cash, RewardPaid)
    part_fen = schedule(desk.state, desk.state.trades[TRADE])[0].parts_fen[0]
    assert (cash.amount_fen, cash.bank_reference, cash.months_after_receipt) == (part_fen, "BK-77", 1)
    assert (cash.relief_fen, cash.relief_document[:11]) == ((part_fen + 1) // 2, "财税〔2018〕58号")
    (equity,) = desk.ask(record(1, 2, "2026-12-10"), LATER)
    assert isinstance(equity, RewardPaid)
    assert equity.relief_fen == 0
    assert desk.refused(record(1, 1, "2026-12-10"), LATER) == "REWARD_PAID"


def test_relief_ends_after_thirty_six_months_and_needs_a_registered_contract() -> None:
    """One day after the corresponding day it is gone; before the registration there is none."""
    desk = rewarding()
    (event,) = desk.ask(record(1, 1), LATER)
    assert isinstance(event, RewardPaid)
    assert event.relief_fen == 0
    desk = claimed()
    desk.ask(plan())
    desk.ask(approve())
    late = AT + 1200 * DAY
    (last_day,) = desk.ask(record(1, 1, "2029-11-26"), late)
    (too_late,) = desk.ask(record(2, 1, "2029-11-27"), late)
    assert isinstance(last_day, RewardPaid)
    assert isinstance(too_late, RewardPaid)
    assert (last_day.months_after_receipt, too_late.months_after_receipt) == (36, 37)
    assert last_day.relief_fen > 0
    assert too_late.relief_fen == 0


@pytest.mark.parametrize("day", ["2026-11-19", "2027-12-01", "2026-02-30"])
def test_a_payment_lies_between_the_receipt_and_today(day: str) -> None:
    """Neither before the money came nor ahead."""
    assert rewarding().refused(record(1, 1, day), LATER) == "DATE_INVALID"


def test_before_the_money_nothing_is_due() -> None:
    """A plan may be made at the hammer; its payments wait."""
    desk = sold()
    desk.ask(plan())
    desk.ask(approve())
    assert desk.refused(record(), LATER) == "REWARD_NOT_DUE"


def test_a_reward_twice_in_the_journal_is_broken() -> None:
    """The state does not take a second payment of one part."""
    desk = rewarding()
    (event,) = desk.ask(record(), LATER)
    with pytest.raises(Broken):
        evolve(desk.state, event, LATER)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 2000))
def test_months_grow_with_the_days(first: date, days: int) -> None:
    """The corresponding day still belongs to its month; the day after begins the next."""
    last = date.fromordinal(first.toordinal() + days)
    months = months_after(first, last)
    assert 0 <= months <= days // 28 + 1
    assert months_after(first, first) == 0


def test_costs_and_people_of_the_plan_are_in_use() -> None:
    """The fixtures state what they say: two costs, three people, and a floor of half."""
    assert sum(cost.amount_fen for cost in COSTS) == PRICE_FEN - NET_FEN
    assert len(PEOPLE) == 3
