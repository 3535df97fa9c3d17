"""Orders to the bank: open until confirmed, confirmed once."""

import pytest

from settlement.commands import ApproveClaim, ExpirePayment, ReleaseDeposit, RepeatPayment, VoidPayment
from settlement.dates import due_date, end_of_day
from settlement.events import ClaimPaid, DepositReleased, ProceedsPaid
from settlement.payments import ORDER_DAYS
from settlement.state import PaymentState
from tests.settlement.desk import (
    AT,
    CLAIM,
    DEPOSIT,
    DEPOSIT_FEN,
    PRICE_FEN,
    TRADE,
    Desk,
    claimed,
    confirm,
    credit,
    held,
    paid_out,
    signed,
)

FIRST, SECOND = f"P-{TRADE}", f"P2-{TRADE}"


def test_each_kind_of_payment_is_confirmed_as_what_it_was() -> None:
    """The same command ends a deposit, the proceeds or a claim, by the order it confirms."""
    desk = held()
    desk.ask(ReleaseDeposit(DEPOSIT, AT))
    assert [type(e) for e in desk.ask(confirm(f"P-{DEPOSIT}"))] == [DepositReleased]
    assert len(paid_out().happened(ProceedsPaid)) == 1
    desk = claimed()
    desk.ask(ApproveClaim(CLAIM, "official-1"))
    desk.ask(ApproveClaim(CLAIM, "official-2"))
    assert desk.state.payments_open[f"P-{CLAIM}"].account == "fund"
    assert [type(e) for e in desk.ask(confirm(f"P-{CLAIM}"))] == [ClaimPaid]


def test_an_unknown_or_dateless_confirmation_is_refused() -> None:
    """The order stays open until a confirmation that can be booked."""
    desk = held()
    assert desk.refused(confirm("P-nowhere")) == "PAYMENT_UNKNOWN"
    desk.ask(ReleaseDeposit(DEPOSIT, AT))
    assert desk.refused(confirm(f"P-{DEPOSIT}", on="soon")) == "DATE_INVALID"
    assert list(desk.state.payments_open) == [f"P-{DEPOSIT}"]


def test_the_transfer_says_what_it_is_for() -> None:
    """The purpose that the bank prints names the kind and the thing."""
    desk = held()
    desk.ask(ReleaseDeposit(DEPOSIT, AT))
    assert desk.state.payments[f"P-{DEPOSIT}"].purpose == f"退还竞买保证金 {DEPOSIT}"
    assert paid_out().state.payments[f"P-{TRADE}"].purpose == f"支付技术交易价款 {TRADE}"


def to_pay() -> Desk:
    """A desk where the bank was just asked to pay the seller."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    return desk


def test_a_void_order_leaves_its_money_to_be_ordered_again() -> None:
    """What the bank sends back waits apart, goes out once more under another id, and reaches the seller once."""
    desk = to_pay()
    desk.ask(VoidPayment(FIRST, "account closed"))
    assert desk.state.payments[FIRST].state is PaymentState.VOID
    assert desk.state.payments_open == {}
    assert desk.state.ledger.balance(f"returned/{FIRST}") == -PRICE_FEN
    assert desk.refused(confirm(FIRST)) == "PAYMENT_STATE"
    desk.ask(RepeatPayment(FIRST))
    assert list(desk.state.payments_open) == [SECOND]
    assert desk.refused(RepeatPayment(FIRST)) == "PAYMENT_STATE"
    (paid,) = desk.ask(confirm(SECOND))
    assert isinstance(paid, ProceedsPaid)
    assert desk.state.ledger.trial_balance() == ()


def test_an_order_expires_after_its_last_day_and_no_sooner() -> None:
    """The bank has whole days; the instant after them the order may expire, and a third attempt has its own id."""
    desk = to_pay()
    last = end_of_day(due_date(AT, ORDER_DAYS))
    assert desk.refused(ExpirePayment(FIRST), last) == "PAYMENT_NOT_DUE"
    desk.ask(ExpirePayment(FIRST), last + 1)
    assert desk.state.payments[FIRST].state is PaymentState.EXPIRED
    desk.ask(RepeatPayment(FIRST), last + 1)
    assert desk.refused(ExpirePayment(SECOND), last + 2) == "PAYMENT_NOT_DUE"
    desk.ask(VoidPayment(SECOND, "no such account"), last + 2)
    desk.ask(RepeatPayment(SECOND), last + 2)
    assert list(desk.state.payments_open) == [f"P3-{TRADE}"]


@pytest.mark.parametrize("command", [VoidPayment("P-x", "r"), ExpirePayment("P-x"), RepeatPayment("P-x")])
def test_an_order_that_was_never_given_has_no_phases(
    command: VoidPayment | ExpirePayment | RepeatPayment,
) -> None:
    """Nothing becomes void that was not ordered."""
    assert to_pay().refused(command) == "PAYMENT_UNKNOWN"


@pytest.mark.parametrize("command", [VoidPayment(FIRST, "r"), ExpirePayment(FIRST)])
def test_a_posted_order_stays_posted(command: VoidPayment | ExpirePayment) -> None:
    """What the bank has paid neither becomes void nor expires."""
    assert paid_out().refused(command, AT + 10**15) == "PAYMENT_STATE"
