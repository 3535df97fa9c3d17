"""Accounts: unique logins, roles that one person may hold together, and what ends sessions."""

import pytest

from exchange.registers import Organisation, Registers
from exchange.registers.accounts import check_roles
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT


async def _firm(registers: Registers) -> None:
    await registers.organisations.add(
        Organisation("jia", "演示企业甲", "enterprise", "zhejiang", "91A"), "op", AT
    )


async def test_an_account_is_a_principal_of_its_organisation(registers: Registers) -> None:
    """The house sees the account's id, party and roles, and never the password hash."""
    await _firm(registers)
    account = await registers.accounts.add("li.wei", "hash", "演示代表", ["bidder"], AT, "jia")
    principal = account.principal
    assert (principal.account, principal.party, principal.roles) == (account.id, "jia", frozenset({"bidder"}))
    assert await registers.accounts.get(account.id) == account
    assert await registers.accounts.credentials("li.wei") == (account, "hash")
    assert await registers.accounts.credentials("nobody") is None
    assert await registers.accounts.get("nobody") is None
    assert "hash" not in repr(account)


async def test_a_login_is_taken_once(registers: Registers) -> None:
    """The second account with one login is refused, as is one for an unknown organisation."""
    await registers.accounts.add("op", "h", "演示交易员", ["operator"], AT, id="operator")
    with pytest.raises(Malformed) as refused:
        await registers.accounts.add("op", "h", "另一人", ["auditor"], AT)
    assert refused.value.field == "login"
    with pytest.raises(Malformed):
        await registers.accounts.add("x", "h", "某人", ["bidder"], AT, "no such firm")
    assert [one.id for one in await registers.accounts.list()] == ["operator"]


async def test_disabling_and_a_new_password_raise_the_revision(registers: Registers) -> None:
    """What must end every session changes the revision; a rehash and other roles do not."""
    await _firm(registers)
    await registers.accounts.add("li.wei", "h1", "演示代表", ["bidder"], AT, "jia")
    assert (await registers.accounts.set_enabled("li.wei", False)).revision == 2
    assert (await registers.accounts.set_enabled("li.wei", True)).enabled
    assert (await registers.accounts.set_password("li.wei", "h2")).revision == 4
    assert (await registers.accounts.rehash("li.wei", "h3")).revision == 4
    assert (await registers.accounts.set_roles("li.wei", ["seller"])).revision == 4
    found = await registers.accounts.credentials("li.wei")
    assert found is not None
    assert found[1] == "h3"
    assert found[0].roles == frozenset({"seller"})
    with pytest.raises(Malformed):
        await registers.accounts.set_enabled("nobody", True)


async def test_accounts_are_listed_by_login_and_organisation(registers: Registers) -> None:
    """The list is in order, and can be narrowed to one organisation."""
    await _firm(registers)
    await registers.accounts.add("b", "h", "乙", ["bidder"], AT, "jia")
    await registers.accounts.add("a", "h", "甲", ["operator"], AT)
    assert [one.login for one in await registers.accounts.list()] == ["a", "b"]
    assert [one.login for one in await registers.accounts.list("jia")] == ["b"]


@pytest.mark.parametrize(
    "roles",
    [
        ["operator", "registrar"],
        ["operator", "auditor"],
        ["registrar", "auditor"],
        ["operator", "bidder"],
        ["funder", "seller"],
        ["house"],
        ["emperor"],
    ],
)
def test_duties_are_separate(roles: list[str]) -> None:
    """Nobody holds two of operator, registrar, auditor; nobody runs the exchange and trades on it; `house` is not for people."""
    with pytest.raises(Malformed) as refused:
        check_roles(roles, "jia")
    assert refused.value.field == "roles"


def test_who_trades_does_so_for_an_organisation() -> None:
    """A bidder without an organisation is refused; staff need none; roles come back in order."""
    with pytest.raises(Malformed) as refused:
        check_roles(["bidder"], None)
    assert refused.value.field == "organisation"
    assert check_roles(["seller", "bidder"], "jia") == ["bidder", "seller"]
    assert check_roles(["auditor"], None) == ["auditor"]
