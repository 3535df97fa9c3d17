"""What a statement says of our orders: paid once, come back, or reported; and which statements are missing."""

import msgspec
import pytest

from settlement.bank_commands import NoteStatement, ReturnPayment
from settlement.bank_statement import BankCredit, BankDebit
from settlement.bank_told import Mismatch, Told, of_debit, of_return, orders_by_name
from settlement.commands import ConfirmPayment, ReleaseDeposit, RepeatPayment, VoidPayment
from settlement.ledger import Account
from settlement.state import DepositState, PaymentState
from settlement.statement_head import StatementHead, gaps
from tests.settlement.desk import (
    DEPOSIT,
    DEPOSIT_FEN,
    PRICE_FEN,
    TRADE,
    Desk,
    confirm,
    credit,
    held,
    paid_out,
    signed,
)

ORDER = f"P-{TRADE}"


def to_pay() -> Desk:
    """A desk where the seller is to be paid."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    return desk


def debit(reference: str = ORDER, fen: int = PRICE_FEN, bank: str = "B1") -> BankDebit:
    """Money that left the account."""
    return BankDebit("Ntry", reference, "北方工业大学", fen, "2026-11-26", bank)


def back(reference: str = ORDER, fen: int = PRICE_FEN, bank: str = "B2", why: str = "AC04") -> BankCredit:
    """Money that came back."""
    return BankCredit("id", "Ntry", reference, "", fen, "2026-11-28", None, bank, why)


def told(desk: Desk, entry: BankDebit) -> Told:
    """What a debit says to a desk."""
    return of_debit(orders_by_name(desk.state), entry)


@pytest.mark.parametrize(
    "reference", [ORDER, f"支付技术交易价款 {TRADE} {ORDER}", ORDER.lower(), f"支付技术交易价款 {TRADE}"]
)
def test_a_debit_of_ours_confirms_its_order(reference: str) -> None:
    """By the payment's id, in whatever case, or by the purpose's subject and the amount; once."""
    desk = to_pay()
    command = told(desk, debit(reference)).command
    assert command == ConfirmPayment(ORDER, "B1", "2026-11-26", PRICE_FEN)
    desk.ask(command)
    assert desk.state.payments[ORDER].state is PaymentState.POSTED
    assert told(desk, debit(reference)) == Told(None, known=True)


def test_what_fits_no_order_is_reported() -> None:
    """No order, several, another amount, paid before, void, reversed: each with its reason, and no command."""
    desk = to_pay()
    wanted = {
        Mismatch.NO_ORDER: debit("手续费"),
        Mismatch.AMOUNT: debit(fen=PRICE_FEN - 1),
        Mismatch.REVERSAL: debit()._replace(reversal=True),
    }
    for code, entry in wanted.items():
        assert (told(desk, entry).mismatch, told(desk, entry).command) == (code, None)
    paid = paid_out()
    assert told(paid, debit(bank="B9")).mismatch is Mismatch.PAID_BEFORE
    desk.ask(VoidPayment(ORDER, "sent back"))
    assert told(desk, debit()).mismatch is Mismatch.ORDER_ENDED
    desk.ask(RepeatPayment(ORDER))
    assert told(desk, debit(f"{ORDER} P2-{TRADE}")).mismatch is Mismatch.NO_ORDER


def test_another_amount_is_not_confirmed() -> None:
    """The books refuse it, whoever asks."""
    wrong = ConfirmPayment(ORDER, "B1", "2026-11-26", PRICE_FEN - 1)
    assert to_pay().refused(wrong) == "PAYMENT_AMOUNT"


def test_money_that_came_back_waits_to_be_ordered_again() -> None:
    """It is in escrow again, once; the seller has not received it, until the next order is paid."""
    desk = paid_out()
    command = of_return(orders_by_name(desk.state), back())
    assert command is not None
    assert command.command == ReturnPayment(ORDER, PRICE_FEN, "B2", "2026-11-28", "AC04")
    desk.ask(command.command)
    order = desk.state.payments[ORDER]
    assert (order.state, order.paid_on, order.reason) == (PaymentState.VOID, None, "AC04")
    assert desk.state.ledger.balance(Account.RETURNED.of(ORDER)) == -PRICE_FEN
    assert of_return(orders_by_name(desk.state), back()) == Told(None, known=True)
    assert desk.refused(command.command) == "PAYMENT_STATE"
    desk.ask(RepeatPayment(ORDER))
    assert desk.state.trades[TRADE].payment == f"P2-{TRADE}"
    desk.ask(confirm(f"P2-{TRADE}"))
    assert desk.state.ledger.trial_balance() == ()


def test_an_order_that_comes_back_before_it_was_confirmed_is_void() -> None:
    """The bank never told of the debit: the money had not left the books."""
    desk = to_pay()
    desk.ask(ReturnPayment(ORDER, PRICE_FEN, "B2", "2026-11-28", "AC04"))
    assert desk.state.payments[ORDER].state is PaymentState.VOID
    assert desk.state.payments[ORDER].return_reference == "B2"


def test_a_deposit_that_comes_back_is_on_its_way_once_more() -> None:
    """It is not released until the next order is paid."""
    desk = held()
    desk.ask(ReleaseDeposit(DEPOSIT, 1))
    desk.ask(confirm(f"P-{DEPOSIT}"))
    desk.ask(ReturnPayment(f"P-{DEPOSIT}", DEPOSIT_FEN, "B2", "2026-11-28", "AC04"))
    deposit = desk.state.deposits[DEPOSIT]
    assert (deposit.state, deposit.released_fen) == (DepositState.RELEASING, 0)
    desk.ask(RepeatPayment(f"P-{DEPOSIT}"))
    desk.ask(confirm(f"P2-{DEPOSIT}"))
    assert (deposit.state, deposit.released_fen) == (DepositState.RELEASED, DEPOSIT_FEN)


def test_nobody_calls_an_order_off_by_writing_its_id() -> None:
    """An unmarked credit with an open order's id is money like any other; a marked one is a return."""
    desk = to_pay()
    orders = orders_by_name(desk.state)
    assert of_return(orders, back(why="")) is None
    assert of_return(orders, back("something else", why="")) is None
    marked = of_return(orders, back("something else"))
    assert marked is not None
    assert marked.mismatch is Mismatch.NO_ORDER
    other = of_return(orders, back(fen=1))
    assert other is not None
    assert other.mismatch is Mismatch.AMOUNT


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"payment": "P-x"}, "PAYMENT_UNKNOWN"),
        ({"amount_fen": 1}, "PAYMENT_AMOUNT"),
        ({"returned_on": "yesterday"}, "DATE_INVALID"),
    ],
)
def test_a_wrong_return_is_refused(change: dict[str, object], code: str) -> None:
    """Nothing of it is booked."""
    right = ReturnPayment(ORDER, PRICE_FEN, "B2", "2026-11-28", "AC04")
    assert paid_out().refused(msgspec.structs.replace(right, **change)) == code


def head(number: int | None, opening: int, closing: int, day: str, name: str = "") -> StatementHead:
    """A statement of one account."""
    return StatementHead("6222", name or f"S{number}", number, opening, closing, day, day, 1)


def test_a_missing_statement_is_noticed() -> None:
    """By the bank's count, by a balance that does not go on; a new year begins anew."""
    one, two = head(1, 0, 5, "2026-11-20"), head(2, 5, 9, "2026-11-21")
    assert gaps([two, one]) == ()
    assert gaps([one, head(3, 9, 9, "2026-11-22")]) == ("6222: statement 2 is missing, between S1 and S3",)
    assert "2 to 4 is missing" in gaps([one, head(5, 9, 9, "2026-11-22")])[0]
    assert "another balance, 5 fen and 6 fen" in gaps([one, head(2, 6, 9, "2026-11-21")])[0]
    assert gaps([two, head(1, 9, 9, "2027-01-01", "N1")]) == ()


def test_statements_without_numbers_go_on_by_their_balances() -> None:
    """The earliest may open with anything; a later one opens with a balance that another closed with."""
    one = head(None, 3, 5, "2026-11-20", "a")
    assert gaps([one, head(None, 5, 7, "2026-11-21", "b"), head(None, 5, 6, "2026-11-21", "c")]) == ()
    assert gaps([one, head(None, 6, 7, "2026-11-21", "b")]) == (
        "6222: no statement closes with 6 fen, with which b opens",
    )


def test_a_statement_is_noted_once() -> None:
    """The same again, and another under its name, are refused with different codes."""
    desk = Desk()
    desk.ask(NoteStatement(head(1, 0, 5, "2026-11-20")))
    assert desk.refused(NoteStatement(head(1, 0, 5, "2026-11-20"))) == "STATEMENT_KNOWN"
    assert desk.refused(NoteStatement(head(1, 0, 6, "2026-11-20"))) == "STATEMENT_MISMATCH"
