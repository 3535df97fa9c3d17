"""A case for each refusal about money: a desk, the command that is refused there, and what it names."""

from collections.abc import Callable

import msgspec

from settlement.account_commands import ConfirmPayoutAccount, StatePayoutAccount
from settlement.bank_account import BankAccount
from settlement.bank_commands import NoteStatement
from settlement.commands import AgreeRescission, ConfirmPayment, DeclareDefault, SettlementCommand
from settlement.refusals import Refusal
from settlement.royalty_commands import RecordInspection, ReportRoyalty
from settlement.statement_head import StatementHead
from tests.settlement.desk import (
    ACCOUNTS,
    AT,
    CONTRACT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    credit,
    sign,
    signed,
    sold,
    with_account,
)
from tests.settlement.test_royalties import AFTER_1, licensed, report

Case = tuple[Callable[[], Desk], Callable[[Desk], SettlementCommand], str]


HEAD = StatementHead("6222", "S1", 1, 0, 5, "2026-11-20", "2026-11-20", 1)
LATE = AT + 30 * 24 * 3600 * 1_000_000


def _paid_to() -> Desk:
    """A desk where the university has its account."""
    return with_account(Desk(), UNIVERSITY.id)


def _to_pay() -> Desk:
    """A desk where the bank was just asked to pay the seller."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    return desk


def _failed() -> Desk:
    """A desk whose buyer did not pay."""
    desk = sold()
    desk.ask(DeclareDefault(TRADE), LATE)
    return desk


def _noted() -> Desk:
    """A desk with a statement of the bank."""
    desk = Desk()
    desk.ask(NoteStatement(HEAD))
    return desk


def _royalty_reported() -> Desk:
    """A desk where the first period was reported."""
    desk = licensed()
    desk.ask(report(), AFTER_1)
    return desk


def _word(kept_fen: int) -> AgreeRescission:
    return AgreeRescission(TRADE, UNIVERSITY.id, "clerk", kept_fen, "x")


def _said() -> Desk:
    """A desk where the seller wants to rescind."""
    desk = sold()
    desk.ask(_word(0))
    return desk


MONEY_CASES: dict[Refusal, Case] = {
    Refusal.ACCOUNT_INVALID: (
        Desk,
        lambda _: StatePayoutAccount(UNIVERSITY.id, BankAccount("x", "1"), "clerk"),
        UNIVERSITY.id,
    ),
    Refusal.ACCOUNT_UNCHANGED: (
        _paid_to,
        lambda _: StatePayoutAccount(UNIVERSITY.id, ACCOUNTS[UNIVERSITY.id], "clerk"),
        UNIVERSITY.id,
    ),
    Refusal.TRADE_FAILED: (_failed, lambda desk: sign(desk, UNIVERSITY), CONTRACT),
    Refusal.PAYMENT_AMOUNT: (
        _to_pay,
        lambda _: ConfirmPayment(f"P-{TRADE}", "b", "2026-11-26", 1),
        f"P-{TRADE}",
    ),
    Refusal.STATEMENT_KNOWN: (_noted, lambda _: NoteStatement(HEAD), "S1"),
    Refusal.STATEMENT_MISMATCH: (
        _noted,
        lambda _: NoteStatement(msgspec.structs.replace(HEAD, entries=2)),
        "S1",
    ),
    Refusal.ROYALTY_NONE: (signed, lambda _: ReportRoyalty(TRADE, FACTORY.id, "x", 1, 1), TRADE),
    Refusal.ROYALTY_NOT_DUE: (licensed, lambda _: report(), TRADE),
    Refusal.ROYALTY_REPORTED: (_royalty_reported, lambda _: report(), TRADE),
    Refusal.INSPECTION_STATE: (licensed, lambda _: RecordInspection(TRADE, 1, 1, "x"), TRADE),
    Refusal.RESCISSION_LATE: (_to_pay, lambda _: _word(0), TRADE),
    Refusal.RESCISSION_AMOUNT: (sold, lambda _: _word(-1), TRADE),
    Refusal.RESCISSION_STATED: (_said, lambda _: _word(0), TRADE),
    Refusal.ACCOUNT_UNKNOWN: (
        Desk,
        lambda _: ConfirmPayoutAccount(UNIVERSITY.id, 1, "operator-1"),
        UNIVERSITY.id,
    ),
}
