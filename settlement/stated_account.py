"""A payout account as its party stated it, and how far it has come."""

from dataclasses import dataclass, field
from enum import StrEnum

from settlement.bank_account import BankAccount


class AccountState(StrEnum):
    """STATED → CONFIRMED_ONCE → EFFECTIVE → REPLACED by the next one; or REJECTED, or WITHDRAWN by a newer statement."""

    STATED = "stated"
    CONFIRMED_ONCE = "confirmed_once"
    EFFECTIVE = "effective"
    REPLACED = "replaced"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class StatedAccount:
    """One statement of a party; versions count from 1."""

    version: int
    account: BankAccount
    stated_by: str
    stated_at: int
    confirmed_by: list[str] = field(default_factory=list)
    state: AccountState = AccountState.STATED
    reason: str = ""
    """Why it was rejected."""

    @property
    def pending(self) -> bool:
        """Whether it waits for the operator."""
        return self.state in (AccountState.STATED, AccountState.CONFIRMED_ONCE)


def effective(stated: list[StatedAccount]) -> BankAccount | None:
    """The account that counts among a party's statements, if one does."""
    return next((one.account for one in stated if one.state is AccountState.EFFECTIVE), None)
