"""Milestones: handed in, accepted and paid one by one, made good or failed, ended with the rest of the money back."""

from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from settlement import milestone_messages as m
from settlement.commands import ConfirmPayment, DeclareDefault
from settlement.dates import end_of_day
from settlement.events import ProceedsOrdered, SettlementEvent, SettlementRefused
from settlement.evolve import evolve
from settlement.ledger import Account
from settlement.milestone_pay import held_fen, released_fen
from settlement.milestone_state import MilestoneState
from settlement.state import Settlement
from tests.settlement.desk import AT, BOOK, FACTORY, PRICE_FEN, TRADE, UNIVERSITY, Desk, credit, sign, trade

DAY = 86_400_000_000
TODAY = date(2026, 11, 20)
PARTS = (PRICE_FEN * 3 // 10, PRICE_FEN * 4 // 10, PRICE_FEN - PRICE_FEN * 7 // 10)
STONES = tuple(
    m.Stone(f"阶段{n}", "验收指标", fen, (TODAY + timedelta(days=30 * n)).isoformat(), 10)
    for n, fen in enumerate(PARTS, 1)
)


def awarded(stones: tuple[m.Stone, ...] = STONES, trade_id: str = TRADE, desk: Desk | None = None) -> Desk:
    """A desk with a signed development contract, its milestones set, nothing paid."""
    desk = desk or Desk()
    desk.ask(trade(None, trade=trade_id))
    desk.ask(m.SetMilestones(trade_id, stones))
    contract = f"C-{trade_id}"
    desk.ask(sign(desk, UNIVERSITY, contract))
    desk.ask(sign(desk, FACTORY, contract))
    return desk


def submitted(number: int, trade_id: str = TRADE) -> m.SubmitMilestone:
    """The awardee hands in."""
    return m.SubmitMilestone(trade_id, number, UNIVERSITY.id, "u", "样机与检测报告", "a" * 64)


def accepted(number: int, trade_id: str = TRADE) -> m.AcceptMilestone:
    """The issuer accepts."""
    return m.AcceptMilestone(trade_id, number, FACTORY.id, "f")


def rejected(number: int) -> m.RejectMilestone:
    """The issuer does not."""
    return m.RejectMilestone(TRADE, number, FACTORY.id, "f", "指标未达到")


def state_of(desk: Desk, number: int = 1) -> MilestoneState:
    """Where a milestone stands."""
    return desk.state.trades[TRADE].milestones[number].state


def gavel(desk: Desk, number: int = 1) -> int:
    """The due instant of a milestone comes; gives it."""
    due = desk.state.milestones_due[f"M{number}-{TRADE}"]
    desk.ask(m.AdvanceMilestone(f"M{number}-{TRADE}"), due)
    return due


def test_each_accepted_part_goes_out_and_the_last_as_proceeds() -> None:
    """Two parts by milestone, the rest as the proceeds; together exactly the price, and nothing is left in escrow."""
    desk = awarded()
    desk.ask(credit("c1", f"O-{TRADE}", PRICE_FEN))
    assert desk.happened(ProceedsOrdered) == []
    for number in (1, 2, 3):
        desk.ask(submitted(number))
        desk.ask(accepted(number))
    paid = [one.amount_fen for one in desk.happened(m.MilestonePaymentOrdered)]
    (proceeds,) = desk.happened(ProceedsOrdered)
    assert [*paid, proceeds.amount_fen] == list(PARTS)
    for payment in tuple(desk.state.payments_open):
        desk.ask(ConfirmPayment(payment, f"B-{payment}", "2026-11-26"))
    assert desk.state.ledger.balance(Account.ESCROW.value) == 0
    assert desk.state.ledger.wrong() is None


def test_a_part_waits_for_the_money_that_covers_it() -> None:
    """Accepted before the issuer paid: the order follows the credit, and only as far as it covers."""
    desk = awarded()
    desk.ask(submitted(1))
    desk.ask(accepted(1))
    assert desk.happened(m.MilestonePaymentOrdered) == []
    desk.ask(credit("c1", f"O-{TRADE}", PARTS[0]))
    assert desk.happened(m.MilestonePaymentOrdered) == []
    desk.ask(credit("c2", f"O-{TRADE}", PARTS[1]))
    assert [one.number for one in desk.happened(m.MilestonePaymentOrdered)] == [1]


def test_a_missed_day_can_be_made_good_once() -> None:
    """At the end of its last day it is missed, ten days later failed; more time plans it anew."""
    desk = awarded()
    due = gavel(desk)
    assert due == end_of_day(TODAY + timedelta(days=30)) + 1
    assert state_of(desk) is MilestoneState.MISSED
    assert gavel(desk) == due + 10 * DAY
    assert state_of(desk) is MilestoneState.FAILED
    assert desk.refused(submitted(1)) == "MILESTONE_STATE"
    later = (TODAY + timedelta(days=90)).isoformat()
    desk.ask(m.GrantTime(TRADE, 1, FACTORY.id, "f", later), due + 11 * DAY)
    assert state_of(desk) is MilestoneState.PLANNED
    desk.ask(submitted(1))
    assert state_of(desk) is MilestoneState.SUBMITTED


def test_what_is_rejected_twice_has_failed() -> None:
    """The first rejection leaves time, the second none."""
    desk = awarded()
    desk.ask(submitted(1))
    desk.ask(rejected(1))
    assert state_of(desk) is MilestoneState.REJECTED
    desk.ask(submitted(1))
    desk.ask(rejected(1))
    assert state_of(desk) is MilestoneState.FAILED


def test_termination_after_a_failure_pays_what_was_accepted_and_returns_the_rest() -> None:
    """The first part stays with the awardee, everything else goes back to the issuer."""
    desk = awarded()
    desk.ask(credit("c1", f"O-{TRADE}", PRICE_FEN))
    desk.ask(submitted(1))
    desk.ask(accepted(1))
    end = m.TerminateTrade(TRADE, FACTORY.id, "f", "failed", "第二阶段未完成")
    assert desk.refused(end) == "TERMINATION_GROUND"
    gavel(desk, 2)
    gavel(desk, 2)
    desk.ask(end, AT + 200 * DAY)
    (ended,) = desk.happened(m.TradeTerminated)
    assert ended.refund_fen == PRICE_FEN - PARTS[0]
    for payment in tuple(desk.state.payments_open):
        desk.ask(ConfirmPayment(payment, f"B-{payment}", "2026-11-26"))
    assert desk.state.ledger.balance(Account.ESCROW.value) == 0
    assert desk.refused(submitted(3)) == "TRADE_FAILED"
    assert desk.state.milestones_due == {}


def test_an_awardee_leaves_an_issuer_who_does_not_pay() -> None:
    """Only when an accepted milestone is overdue without its money; nothing is due on the first day."""
    desk = awarded()
    desk.ask(submitted(1))
    desk.ask(accepted(1))
    end = m.TerminateTrade(TRADE, UNIVERSITY.id, "u", "unpaid", "未付款")
    assert desk.refused(end) == "TERMINATION_GROUND"
    desk.ask(end, AT + 40 * DAY)
    assert [one.ground for one in desk.happened(m.TradeTerminated)] == ["unpaid"]


def test_a_race_drops_awardees_after_its_stage_only() -> None:
    """Two awards of which one goes on: elimination waits until both have finished the stage, and stops at one."""
    stones = (
        m.Stone("一", "x", PARTS[0], "2026-12-20", 5, keep=1),
        m.Stone("二", "x", PRICE_FEN - PARTS[0], "2027-01-20", 5),
    )
    desk = awarded(stones)
    awarded(stones, "T-L1-2", desk)
    out = m.TerminateTrade("T-L1-2", FACTORY.id, "f", "eliminated", "第一阶段评分较低")
    assert desk.refused(out) == "TERMINATION_GROUND"
    for trade_id in (TRADE, "T-L1-2"):
        desk.ask(submitted(1, trade_id))
        desk.ask(accepted(1, trade_id))
    desk.ask(out)
    last = m.TerminateTrade(TRADE, FACTORY.id, "f", "eliminated", "无")
    assert desk.refused(last) == "TERMINATION_GROUND"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (m.SubmitMilestone(TRADE, 1, FACTORY.id, "f", "x"), "NOT_A_PARTY"),
        (m.SubmitMilestone(TRADE, 1, UNIVERSITY.id, "u", " "), "MILESTONE_EVIDENCE"),
        (m.SubmitMilestone(TRADE, 1, UNIVERSITY.id, "u", "x", "abc"), "MILESTONE_EVIDENCE"),
        (m.SubmitMilestone(TRADE, 9, UNIVERSITY.id, "u", "x"), "MILESTONE_UNKNOWN"),
        (m.AcceptMilestone(TRADE, 1, FACTORY.id, "f"), "MILESTONE_STATE"),
        (m.GrantTime(TRADE, 1, FACTORY.id, "f", "2026-12-01"), "DATE_INVALID"),
        (m.SetMilestones(TRADE, STONES), "MILESTONES_INVALID"),
        (m.PayMilestones(TRADE), "PAYMENT_NOT_DUE"),
    ],
)
def test_what_may_not_be_done_is_refused(command: m.MilestoneCommand, code: str) -> None:
    """Wrong side, no evidence, no such milestone, out of turn, an earlier day, set twice, nothing to pay."""
    assert awarded().refused(command) == code


def test_a_paid_milestone_leaves_no_default() -> None:
    """Once a part is paid the sale is not undone as if nothing had been done."""
    desk = awarded()
    desk.ask(credit("c1", f"O-{TRADE}", PARTS[0] + PARTS[1]))
    desk.ask(submitted(1))
    desk.ask(accepted(1))
    assert desk.refused(DeclareDefault(TRADE), AT + 400 * DAY) == "DEFAULT_NOT_DUE"


class Race(RuleBasedStateMachine):
    """Both sides and the gavel in any order: money is never more than was paid, and replay gives the same state."""

    @initialize()
    def begin(self) -> None:
        """A signed contract."""
        self.desk = awarded()
        self.at = AT
        self.paid = 0

    numbers = st.integers(1, 3)

    def step(self, command: m.MilestoneCommand) -> None:
        """Ask; refusals are answers too."""
        self.desk.ask(command, self.at)

    @rule(number=numbers)
    def submit(self, number: int) -> None:
        """Hand in."""
        self.step(submitted(number))

    @rule(number=numbers)
    def accept(self, number: int) -> None:
        """Accept."""
        self.step(accepted(number))

    @rule(number=numbers)
    def reject(self, number: int) -> None:
        """Reject."""
        self.step(rejected(number))

    @rule(number=numbers, days=st.integers(1, 200))
    def more_time(self, number: int, days: int) -> None:
        """Another last day."""
        due_on = (TODAY + timedelta(days=60 + days)).isoformat()
        self.step(m.GrantTime(TRADE, number, FACTORY.id, "f", due_on))

    @rule(percent=st.integers(1, 100))
    def credit(self, percent: int) -> None:
        """The issuer pays a part."""
        self.paid += 1
        fen = PRICE_FEN * percent // 100
        self.desk.ask(credit(f"x{self.paid}", f"O-{TRADE}", fen), self.at)

    @rule()
    def next_due(self) -> None:
        """The gavel at the next due instant."""
        if self.desk.state.milestones_due:
            milestone, due = min(self.desk.state.milestones_due.items(), key=lambda one: one[1])
            self.at = max(self.at, due)
            self.step(m.AdvanceMilestone(milestone))

    @rule(ground=st.sampled_from(["failed", "unpaid", "eliminated"]))
    def terminate(self, ground: m.Ground) -> None:
        """End it, if there is a ground."""
        party = UNIVERSITY.id if ground == "unpaid" else FACTORY.id
        self.step(m.TerminateTrade(TRADE, party, "x", ground, "理由"))

    @invariant()
    def books_hold(self) -> None:
        """Held is never below zero, an accepted milestone never reopens, and the ledger adds up."""
        if not hasattr(self, "desk"):
            return
        state = self.desk.state
        one = state.trades[TRADE]
        assert released_fen(one) <= PRICE_FEN
        if one.failed is None and one.payment is None:
            assert held_fen(state, one) >= 0
        for stone in one.milestones.values():
            waits = stone.state in (MilestoneState.PLANNED, MilestoneState.MISSED, MilestoneState.REJECTED)
            assert (stone.id in state.milestones_due) == (waits and one.failed is None)
            assert stone.payment is None or stone.state is MilestoneState.ACCEPTED
        assert state.ledger.wrong() is None

    def teardown(self) -> None:
        """What was journaled gives the same state again."""
        if hasattr(self, "desk"):
            again = Settlement(BOOK)
            for event, at in self.desk.history:
                evolve(again, event, at)
            assert again == self.desk.state


Race.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestRace = Race.TestCase


def test_refusals_are_events() -> None:
    """A refusal says what was asked and why."""
    (event,) = awarded().ask(m.PayMilestones("T-none"))
    refused: SettlementEvent = event
    assert isinstance(refused, SettlementRefused)
    assert refused.command == "PayMilestones"
