"""What every statement has in common: exact amounts, dates, distinct entries; booked twice, it counts once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from settlement.bank_statement import TEXT_MAX, BankCredit, day, distinct, fen
from settlement.camt053 import read_camt053
from tests.settlement.bank_files import Movement, camt
from tests.settlement.desk import DEPOSIT, DEPOSIT_FEN, Desk, call


@given(st.integers(0, 10**14))
def test_an_amount_is_read_exactly(amount_fen: int) -> None:
    """Two decimals, with or without zeros behind."""
    text = f"{amount_fen // 100}.{amount_fen % 100:02d}"
    assert fen(text, "x") == fen(text + "00", "x") == amount_fen


@pytest.mark.parametrize("text", ["", "-1", "1.001", "1e3", "1,00", "１", "+1", ".5", "1."])
def test_what_is_no_amount_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(Malformed, match="x: expected an amount"):
        fen(text, "x")


@pytest.mark.parametrize("text", ["2026-11-20", "20261120", "2026/11/20", "2026-11-20T09:00:00+08:00"])
def test_dates_of_banks_are_read(text: str) -> None:
    """One day in the ways that banks write it."""
    assert day(text, "x") == "2026-11-20"


def test_a_text_too_long_is_refused() -> None:
    """What a journal shall carry has an end."""
    with pytest.raises(Malformed, match="entry, reference"):
        distinct([BankCredit("B", "entry", "x" * (TEXT_MAX + 1), "", 1, "2026-11-20")])


def test_a_statement_taken_twice_changes_nothing() -> None:
    """The second time each credit is known, and the books are as they were."""
    desk = Desk()
    desk.ask(call())
    moves = [
        Movement("E1", DEPOSIT_FEN, f"保证金{DEPOSIT}"),
        Movement("E2", 7, ""),
        Movement("E3", 8, "thanks"),
    ]
    credits_ = read_camt053(camt(moves).encode())
    for credit in credits_:
        desk.ask(credit.command())
    assert [(item.amount_fen, item.reason) for item in desk.state.suspense] == [
        (7, "NO_REFERENCE"),
        (8, "UNKNOWN_REFERENCE"),
    ]
    assert desk.state.deposits[DEPOSIT].state == "held"
    entries = list(desk.state.ledger.entries)
    assert [desk.refused(credit.command()) for credit in credits_] == ["CREDIT_KNOWN"] * 3
    assert desk.state.ledger.entries == entries
