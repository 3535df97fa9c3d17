"""A case for each refusal about money: a desk, the command that is refused there, and what it names."""

from collections.abc import Callable

from settlement.account_commands import ConfirmPayoutAccount, StatePayoutAccount
from settlement.bank_account import BankAccount
from settlement.commands import SettlementCommand
from settlement.refusals import Refusal
from tests.settlement.desk import ACCOUNTS, UNIVERSITY, Desk, with_account

Case = tuple[Callable[[], Desk], Callable[[Desk], SettlementCommand], str]


def _paid_to() -> Desk:
    """A desk where the university has its account."""
    return with_account(Desk(), UNIVERSITY.id)


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
    Refusal.ACCOUNT_UNKNOWN: (
        Desk,
        lambda _: ConfirmPayoutAccount(UNIVERSITY.id, 1, "operator-1"),
        UNIVERSITY.id,
    ),
}
