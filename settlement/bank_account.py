"""An account at a bank, as an order to pay names its creditor: an IBAN, or a Chinese account with its CNAPS code.

Sources: ISO 13616 (IBAN, two check digits modulo 97), ISO 9362 (BIC of 8 or 11 characters), and the clearing codes
of the People's Bank of China (12 digits). Chinese account numbers of organisations have no check digit of their own.
"""

import re
from typing import NamedTuple

import msgspec

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_CHINESE = re.compile(r"[0-9]{8,32}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_CNAPS = re.compile(r"[0-9]{12}")
TEXT_MAX, NUMBER_MAX = 140, 34
"""Of a name, and of a number (ISO 20022, Max140Text and Max34Text)."""


class BankAccount(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who holds it, its number, and the bank: `bank_code` is the CNAPS code, `bic` the SWIFT one."""

    holder: str
    number: str
    bank_name: str = ""
    bank_code: str = ""
    bic: str = ""


class Fault(NamedTuple):
    """The field that is wrong, what came in short, and what was expected."""

    field: str
    got: str
    expected: str

    def __str__(self) -> str:
        return f"{self.field}: got {self.got}, expected {self.expected}"


def tidy(account: BankAccount) -> BankAccount:
    """The account without the blanks and hyphens in which numbers are written for people."""
    return BankAccount(
        " ".join(account.holder.split()),
        re.sub(r"[\s-]", "", account.number).upper(),
        " ".join(account.bank_name.split()),
        "".join(account.bank_code.split()),
        "".join(account.bic.split()).upper(),
    )


def fault(account: BankAccount) -> Fault | None:
    """What is wrong with a tidy account that a party states for itself; None when a bank could pay to it."""
    for field in ("holder", "bank_name"):
        text = getattr(account, field)
        if not 1 <= len(text) <= TEXT_MAX:
            return Fault(field, f"{len(text)} characters", f"1 to {TEXT_MAX}")
    if account.bank_code and not _CNAPS.fullmatch(account.bank_code):
        return Fault("bank_code", account.bank_code[:20], "the 12 digits of a CNAPS code")
    if account.bic and not _BIC.fullmatch(account.bic):
        return Fault("bic", account.bic[:20], "8 or 11 characters, like BKCHCNBJ")
    return _number_fault(account)


def _number_fault(account: BankAccount) -> Fault | None:
    if _CHINESE.fullmatch(account.number):
        return (
            None if account.bank_code else Fault("bank_code", "nothing", "the bank's CNAPS code, 12 digits")
        )
    if not _IBAN.fullmatch(account.number):
        shown = f"{len(account.number)} characters"
        return Fault("number", shown, "8 to 32 digits, or an IBAN")
    if not checks(account.number):
        return Fault("number", f"an IBAN of {account.number[:2]}", "its check digits to fit (ISO 13616)")
    return None if account.bic else Fault("bic", "nothing", "the bank's BIC, for an IBAN")


def is_iban(number: str) -> bool:
    """Whether a number is an IBAN by its form."""
    return _IBAN.fullmatch(number) is not None


def checks(number: str) -> bool:
    """Whether an IBAN's check digits fit: turned by four and read in base 36, it leaves 1 modulo 97."""
    turned = number[4:] + number[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1
