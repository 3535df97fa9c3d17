"""The way out of suspense: back to the payer, or to what the money was meant for; no fen is lost or doubled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.commands import AssignSuspense, RefundSuspense
from settlement.events import DepositHeld, ObligationMet, SuspenseAssigned, SuspenseRefunded
from settlement.ledger import Account
from settlement.state import DepositState
from tests.settlement.desk import (
    DEPOSIT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    Desk,
    call,
    confirm,
    credit,
    sold,
)

OWED = f"O-{TRADE}"


def lost(amount_fen: int, desk: Desk | None = None) -> Desk:
    """A desk where a credit fits nothing."""
    desk = desk or sold()
    desk.ask(credit("x1", "?", amount_fen))
    return desk


def test_a_refund_goes_to_the_payer_and_ends_the_suspense() -> None:
    """Ordered, the money is pending for the payer; confirmed, it is neither in suspense nor in escrow."""
    desk = lost(700, Desk())
    desk.ask(RefundSuspense("x1"))
    assert desk.state.payments["PR-x1"].party == FACTORY.name
    assert desk.state.ledger.balance("ordered/PR-x1") == -700
    assert desk.state.suspense == []
    (refunded,) = desk.ask(confirm("PR-x1"))
    assert isinstance(refunded, SuspenseRefunded)
    assert desk.state.ledger.trial_balance() == ()
    assert desk.refused(RefundSuspense("x1")) == "SUSPENSE_UNKNOWN"


def test_assigned_money_meets_the_price() -> None:
    """What a person recognises counts like money with the right reference; the excess stays where it was."""
    rest_fen = PRICE_FEN - DEPOSIT_FEN
    desk = lost(rest_fen + 5)
    assert desk.ask(AssignSuspense("x1", OWED)) == (
        SuspenseAssigned("x1", OWED, rest_fen),
        ObligationMet(OWED, TRADE),
    )
    assert desk.state.ledger.balance(Account.SUSPENSE) == -5
    assert desk.refused(AssignSuspense("x1", OWED)) == "TARGET_UNFIT"


def test_assigned_money_holds_a_deposit_only_whole() -> None:
    """A deposit takes its amount out of suspense, never a part of it."""
    desk = Desk()
    desk.ask(call())
    lost(DEPOSIT_FEN - 1, desk)
    assert desk.refused(AssignSuspense("x1", DEPOSIT)) == "TARGET_UNFIT"
    desk.ask(credit("x2", "?", DEPOSIT_FEN))
    (_, holding) = desk.ask(AssignSuspense("x2", DEPOSIT))
    assert isinstance(holding, DepositHeld)
    assert desk.state.deposits[DEPOSIT].state is DepositState.HELD
    assert desk.state.ledger.balance(f"held/{DEPOSIT}") == -DEPOSIT_FEN


@pytest.mark.parametrize("command", [RefundSuspense("x9"), AssignSuspense("x9", OWED)])
def test_what_is_not_in_suspense_stays(command: RefundSuspense | AssignSuspense) -> None:
    """A credit that is not there is refused."""
    assert lost(5).refused(command) == "SUSPENSE_UNKNOWN"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("refund"), st.integers(1, 3)),
        st.tuples(st.just("assign"), st.integers(1, 3)),
        st.tuples(st.just("confirm"), st.integers(1, 3)),
    ),
    max_size=9,
)


@given(amounts=st.tuples(*[st.integers(1, PRICE_FEN)] * 3), steps=STEPS)
def test_every_fen_is_in_one_place(amounts: tuple[int, int, int], steps: list[tuple[str, int]]) -> None:
    """Whatever is refunded, assigned and confirmed in whatever order, what came in is held, waiting or back."""
    desk = sold()
    for n, amount_fen in enumerate(amounts, 1):
        desk.ask(credit(f"x{n}", "?", amount_fen))
    for step, n in steps:
        if step == "refund":
            desk.ask(RefundSuspense(f"x{n}"))
        elif step == "assign":
            desk.ask(AssignSuspense(f"x{n}", OWED))
        else:
            desk.ask(confirm(f"PR-x{n}"))
    back = sum(event.amount_fen for event in desk.happened(SuspenseRefunded))
    came = DEPOSIT_FEN + sum(amounts)
    assert desk.state.ledger.balance(Account.ESCROW) == came - back
    assert -desk.state.ledger.balance(Account.SUSPENSE) == sum(s.amount_fen for s in desk.state.suspense)
    assert desk.state.ledger.wrong() is None
