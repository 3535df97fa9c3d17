"""Money that arrives: matched by reference, or in suspense with a reason; told twice, it counts once."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.commands import RecordCredit
from settlement.events import CreditRecorded, DepositHeld, ObligationMet
from settlement.ledger import Account
from settlement.state import DepositState
from tests.settlement.desk import (
    DEPOSIT,
    DEPOSIT_FEN,
    PRICE_FEN,
    TRADE,
    Desk,
    call,
    credit,
    held,
    sold,
    trade,
)

OWED = f"O-{TRADE}"
REST_FEN = PRICE_FEN - DEPOSIT_FEN


def suspended(desk: Desk) -> list[tuple[str, int, str]]:
    """Credit, amount and reason of everything in suspense."""
    return [(s.credit, s.amount_fen, s.reason) for s in desk.state.suspense]


def test_the_exact_deposit_is_held() -> None:
    """The whole amount in one transfer holds the deposit."""
    desk = Desk()
    desk.ask(call())
    recorded, holding = desk.ask(credit("c1", DEPOSIT, DEPOSIT_FEN))
    assert isinstance(recorded, CreditRecorded)
    assert recorded.target == DEPOSIT
    assert holding == DepositHeld(DEPOSIT, "L1", "001", DEPOSIT_FEN)
    assert suspended(desk) == []


@pytest.mark.parametrize("written", [f" {DEPOSIT} ", DEPOSIT.lower(), "D-L1 -001", "D-L1-001\n"])
def test_blanks_and_case_of_a_reference_do_not_matter(written: str) -> None:
    """What a payer types a little differently still names its deposit."""
    desk = Desk()
    desk.ask(call())
    desk.ask(credit("c1", written, DEPOSIT_FEN))
    assert desk.state.deposits[DEPOSIT].state is DepositState.HELD


def test_too_much_for_a_deposit_goes_on_two_postings() -> None:
    """The deposit takes its amount; the excess is a posting of its own in suspense."""
    desk = Desk()
    desk.ask(call())
    events = desk.ask(credit("c1", DEPOSIT, DEPOSIT_FEN + 7))
    assert [type(event).__name__ for event in events] == ["CreditRecorded", "CreditRecorded", "DepositHeld"]
    assert suspended(desk) == [("c1", 7, "OVERPAID")]
    assert desk.state.credits["c1"].amount_fen == DEPOSIT_FEN + 7


def test_too_little_for_a_deposit_waits_in_suspense() -> None:
    """A part of a deposit admits nobody."""
    desk = Desk()
    desk.ask(call())
    desk.ask(credit("c1", DEPOSIT, DEPOSIT_FEN - 1))
    assert suspended(desk) == [("c1", DEPOSIT_FEN - 1, "UNDERPAID")]
    assert desk.state.deposits[DEPOSIT].state is DepositState.CALLED


def test_money_for_nothing_waits_in_suspense() -> None:
    """A reference that names nothing, and a deposit that is paid already, both say why."""
    desk = held()
    desk.ask(credit("c2", "L1 deposit please", 500))
    desk.ask(credit("c3", DEPOSIT, DEPOSIT_FEN))
    assert suspended(desk) == [("c2", 500, "UNKNOWN_REFERENCE"), ("c3", DEPOSIT_FEN, "NOTHING_DUE")]
    assert desk.state.ledger.balance(Account.SUSPENSE) == -(500 + DEPOSIT_FEN)


def test_the_price_may_come_in_parts() -> None:
    """Credits accumulate on the deposit applied; the one that fills the price meets the obligation, once."""
    desk = sold()
    desk.ask(credit("c2", OWED, REST_FEN - 1))
    assert desk.happened(ObligationMet) == []
    assert desk.state.obligations[OWED].missing_fen == 1
    desk.ask(credit("c3", OWED, 1))
    desk.ask(credit("c4", OWED, 1))
    assert desk.happened(ObligationMet) == [ObligationMet(OWED, TRADE)]
    assert suspended(desk) == [("c4", 1, "NOTHING_DUE")]


def test_too_much_for_the_price_leaves_the_excess_in_suspense() -> None:
    """The obligation takes what it misses and no fen more."""
    desk = sold()
    events = desk.ask(credit("c2", OWED, REST_FEN + 9))
    assert [type(event).__name__ for event in events] == ["CreditRecorded", "CreditRecorded", "ObligationMet"]
    assert suspended(desk) == [("c2", 9, "OVERPAID")]


def test_a_credit_told_twice_counts_once() -> None:
    """The repeated telling changes nothing, also when the first was split; another content is named as such."""
    desk = Desk()
    desk.ask(call())
    told = credit("c1", DEPOSIT, DEPOSIT_FEN + 7)
    desk.ask(told)
    balances = desk.state.ledger.trial_balance()
    assert desk.refused(told) == "CREDIT_KNOWN"
    for other in (
        credit("c1", DEPOSIT, DEPOSIT_FEN),
        credit("c1", "elsewhere", DEPOSIT_FEN + 7),
        credit("c1", DEPOSIT, DEPOSIT_FEN + 7, on="2026-11-21"),
    ):
        assert desk.refused(other) == "CREDIT_MISMATCH"
    assert desk.state.ledger.trial_balance() == balances


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_a_credit_is_above_nothing(amount_fen: int) -> None:
    """Zero and negative amounts are refused and leave no trace, so the true telling still counts."""
    desk = held()
    assert desk.refused(credit("c9", DEPOSIT, amount_fen)) == "AMOUNT_INVALID"
    assert desk.refused(credit("c9", DEPOSIT, 5, on="20/11/2026")) == "DATE_INVALID"
    assert "c9" not in desk.state.credits


SHARES = st.lists(st.integers(1, REST_FEN), min_size=1, max_size=5)


@given(amounts=SHARES, order=st.randoms(use_true_random=False))
def test_the_order_of_credits_does_not_matter(amounts: list[int], order: object) -> None:
    """However the transfers for a price are ordered, the same is received, owed and in suspense."""
    credits_ = [credit(f"c{n}", OWED, amount_fen) for n, amount_fen in enumerate(amounts)]
    shuffled = list(credits_)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _outcome(credits_) == _outcome(shuffled)


def _outcome(told: list[RecordCredit]) -> tuple[object, ...]:
    desk = Desk()
    desk.ask(trade(deposit=None, price_fen=REST_FEN))
    for command in told:
        desk.ask(command)
    obligation = desk.state.obligations[OWED]
    return obligation.received_fen, obligation.met, desk.state.ledger.trial_balance()


def test_the_order_of_credits_for_a_deposit_does_not_matter() -> None:
    """One exact, one short, one above: in any order the deposit is held and the rest is in suspense."""
    told = [credit(f"c{n}", DEPOSIT, DEPOSIT_FEN + n) for n in (-1, 0, 1)]
    outcomes = []
    for order in permutations(told):
        desk = Desk()
        desk.ask(call())
        for command in order:
            desk.ask(command)
        outcomes.append((desk.state.deposits[DEPOSIT].state, desk.state.ledger.trial_balance()))
    assert outcomes == [outcomes[0]] * 6
    assert outcomes[0][0] is DepositState.HELD
