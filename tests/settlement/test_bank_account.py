"""Bank accounts: what a bank could pay to passes, what it could not is named by its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.bank_account import BankAccount, checks, fault, is_iban, tidy
from tests.settlement.desk import ACCOUNTS

CHINESE, IBAN = ACCOUNTS.values()


@pytest.mark.parametrize("account", [CHINESE, IBAN])
def test_a_whole_account_passes(account: BankAccount) -> None:
    """A Chinese number with its CNAPS code, an IBAN with its BIC; written with blanks it is the same."""
    spaced = BankAccount(
        f" {account.holder} ",
        " ".join(account.number[n : n + 4] for n in range(0, 40, 4)).lower(),
        account.bank_name,
        account.bank_code,
        account.bic.lower(),
    )
    assert fault(account) is None
    assert tidy(spaced) == account


@pytest.mark.parametrize(
    ("account", "field"),
    [
        (BankAccount("", CHINESE.number, "x", CHINESE.bank_code), "holder"),
        (BankAccount("甲" * 141, CHINESE.number, "x", CHINESE.bank_code), "holder"),
        (BankAccount("甲", CHINESE.number, "", CHINESE.bank_code), "bank_name"),
        (BankAccount("甲", CHINESE.number, "x"), "bank_code"),
        (BankAccount("甲", CHINESE.number, "x", "1022610004"), "bank_code"),
        (BankAccount("甲", "622200l111", "x", CHINESE.bank_code), "number"),
        (BankAccount("甲", "1234567", "x", CHINESE.bank_code), "number"),
        (BankAccount("甲", "DE89370400440532013001", "x", bic=IBAN.bic), "number"),
        (BankAccount("甲", IBAN.number, "x"), "bic"),
        (BankAccount("甲", IBAN.number, "x", bic="COBA1EFF"), "bic"),
    ],
)
def test_what_a_bank_could_not_pay_to_is_named(account: BankAccount, field: str) -> None:
    """One fault, at its field; a number is not repeated."""
    found = fault(account)
    assert found is not None
    assert found.field == field
    assert account.number not in str(found)


@given(st.integers(4, 21), st.sampled_from("0123456789"))
def test_one_digit_wrong_in_an_iban_is_noticed(place: int, digit: str) -> None:
    """Modulo 97 finds every single wrong digit."""
    changed = IBAN.number[:place] + digit + IBAN.number[place + 1 :]
    assert is_iban(changed)
    assert checks(changed) == (changed == IBAN.number)
