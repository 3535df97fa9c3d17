"""Two officials and one payment: whatever is asked again, a claim is approved by two and paid once.

Accounts are persons: the register has no other word for who somebody is, so two accounts that one person was given
cannot be told apart here. Granting roles is where that is prevented.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Broken
from settlement.commands import ApproveClaim, ConfirmPayment, RepeatPayment, SettlementCommand, VoidPayment
from settlement.events import ClaimApproved, ClaimPaid, ClaimPaymentOrdered
from settlement.evolve import evolve
from settlement.state import ClaimState
from tests.settlement.desk import AT, CLAIM, Desk, claimed, confirm

PAYMENT = f"P-{CLAIM}"


def granted_fen(desk: Desk) -> int:
    """What the fund has paid by the books."""
    return -desk.state.ledger.balance("fund")


@given(st.lists(st.sampled_from(["official-1", "official-2", "official-3"]), max_size=6))
def test_two_different_officials_approve_whatever_the_order(approvers: list[str]) -> None:
    """The order to pay comes with the second person, once; nobody counts twice."""
    desk = claimed()
    for approver in approvers:
        desk.ask(ApproveClaim(CLAIM, approver))
    people = list(dict.fromkeys(approvers))[:2]
    assert [event.approver for event in desk.happened(ClaimApproved)] == people
    assert len(desk.happened(ClaimPaymentOrdered)) == (1 if len(people) == 2 else 0)


_bank: st.SearchStrategy[SettlementCommand] = st.one_of(
    st.builds(ConfirmPayment, st.sampled_from([PAYMENT, f"P2-{CLAIM}"]), st.just("B"), st.just("2026-11-27")),
    st.builds(VoidPayment, st.sampled_from([PAYMENT, f"P2-{CLAIM}"]), st.just("account closed")),
    st.builds(RepeatPayment, st.sampled_from([PAYMENT, f"P2-{CLAIM}"])),
    st.builds(ApproveClaim, st.just(CLAIM), st.sampled_from(["official-1", "official-2", "official-3"])),
)


@given(st.lists(_bank, max_size=10))
def test_whatever_bank_and_officials_do_the_fund_pays_at_most_once(steps: list[SettlementCommand]) -> None:
    """Confirmed, sent back, ordered again, approved again, in any order."""
    desk = claimed()
    for step in steps:
        desk.ask(step)
    claim = desk.state.claims[CLAIM]
    times = len(desk.happened(ClaimPaid))
    assert times <= 1
    assert granted_fen(desk) == times * claim.amount_fen
    assert (claim.state is ClaimState.PAID) == (times == 1)


def test_a_second_payment_in_the_journal_is_broken() -> None:
    """Not even an event of the journal pays twice."""
    desk = claimed()
    for official in ("official-1", "official-2"):
        desk.ask(ApproveClaim(CLAIM, official))
    desk.ask(confirm(PAYMENT))
    (paid,) = desk.happened(ClaimPaid)
    with pytest.raises(Broken):
        evolve(desk.state, paid, AT)
