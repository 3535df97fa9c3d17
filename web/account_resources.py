"""A bank account as the REST interface shows it."""

from typing import Annotated

import msgspec

from settlement.bank_account import TEXT_MAX, BankAccount
from web.resources import Given, Taken

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MAX)]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
Code = Annotated[str, msgspec.Meta(max_length=20)]


class AccountBody(Taken, frozen=True):
    """An account: a Chinese number with the bank's CNAPS code (12 digits), or an IBAN with its BIC."""

    holder: Line
    number: Number
    bank_name: Line
    bank_code: Code = ""
    bic: Code = ""

    def account(self) -> BankAccount:
        """As settlement takes it."""
        return BankAccount(self.holder, self.number, self.bank_name, self.bank_code, self.bic)


class AccountResource(Given, frozen=True):
    """An account to which money goes."""

    holder: str
    number: str
    bank_name: str
    bank_code: str
    bic: str


def account_resource(account: BankAccount) -> AccountResource:
    """The account as it is: whoever may see it needs the whole number to check it."""
    return AccountResource(account.holder, account.number, account.bank_name, account.bank_code, account.bic)
