"""`luochui user` from the outside: what it prints, what it changes, how it ends."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner, Result

from exchange.registers import Registers
from exchange.registers.signing_keys import SigningKey, key_id
from exchange.store.clock import SystemClock
from tests.services import databases
from web.commands.user import user_app
from web.credentials import _verify

T = TypeVar("T")

PASSWORD = "a password of many letters"
FIRM = ["--name", "演示企业甲", "--kind", "enterprise", "--region", "zhejiang", "--code", "91DEMO1"]


@pytest.fixture
def url(sqlite_path: Path) -> str:
    """An embedded database that is up to date."""
    asyncio.run(databases.migrated(f"sqlite:///{sqlite_path}"))
    return f"sqlite:///{sqlite_path}"


def run(url: str, *arguments: str, typed: str | None = None) -> Result:
    """The command on this database."""
    return CliRunner().invoke(user_app, [*arguments, "--database", url], input=typed)


def read(url: str, look: Callable[[Registers], Awaitable[T]]) -> T:
    """What the registers hold."""

    async def looking() -> T:
        registers = Registers(url)
        await registers.open()
        try:
            return await look(registers)
        finally:
            await registers.close()

    return asyncio.run(looking())


def add(url: str, login: str = "li.wei", *more: str) -> Result:
    """An operator's account."""
    return run(
        url,
        "add",
        login,
        "--name",
        "演示交易员",
        "--role",
        "operator",
        *more,
        "--password-stdin",
        typed=f"{PASSWORD}\n",
    )


def test_an_account_is_entered_and_listed(url: str) -> None:
    """The password is read from standard input, kept as a hash, and the list shows the account without it."""
    assert add(url, "Li.Wei").exit_code == 0
    found = read(url, lambda registers: registers.accounts.credentials("li.wei"))
    assert found is not None
    assert _verify(found[1], PASSWORD)
    listed = run(url, "list", "--json")
    assert listed.exit_code == 0
    line = json.loads(listed.stdout)
    line.pop("id")
    assert line == {
        "login": "li.wei",
        "name": "演示交易员",
        "organisation": None,
        "roles": ["operator"],
        "enabled": True,
        "node": "hub",
    }
    assert "argon2" not in listed.stdout
    assert "li.wei" in run(url, "list").stdout


def test_the_password_can_be_typed_twice(url: str) -> None:
    """Asked for at the terminal, it must be the same both times, and is not echoed."""
    command = ["add", "op", "--name", "演示", "--role", "auditor"]
    made = run(url, *command, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert made.exit_code == 0
    assert PASSWORD not in made.output
    assert (
        run(url, "add", "op2", "--name", "演示", "--role", "auditor", typed=f"{PASSWORD}\nother\n").exit_code
        != 0
    )


def test_a_bidder_acts_for_an_organisation(url: str) -> None:
    """The organisation is entered first; entering it again makes a new version."""
    bidder = ["add", "jia", "--name", "演示", "--role", "bidder", "--organisation", "jia", "--password-stdin"]
    assert run(url, *bidder, typed=f"{PASSWORD}\n").exit_code == 2
    assert run(url, "organisation", "jia", *FIRM).exit_code == 0
    assert run(url, *bidder, typed=f"{PASSWORD}\n").exit_code == 0
    assert run(url, "organisation", "jia", *FIRM, "--address", "新地址").exit_code == 0
    versions = read(url, lambda registers: registers.organisations.versions("jia"))
    assert [one.value.address for one in versions] == ["", "新地址"]
    assert len(run(url, "list", "--organisation", "jia", "--json").stdout.splitlines()) == 1


def test_disabling_and_enabling(url: str) -> None:
    """A shut account is shown as such and its revision has moved; it can be opened again."""
    add(url)
    assert run(url, "disable", "li.wei").exit_code == 0
    assert json.loads(run(url, "list", "--json").stdout)["enabled"] is False
    assert run(url, "enable", "LI.WEI").exit_code == 0
    assert json.loads(run(url, "list", "--json").stdout)["enabled"] is True


def test_password_and_roles_are_changed(url: str) -> None:
    """The new password counts, the old does not; the new roles take the place of the old."""
    add(url)
    assert run(url, "password", "li.wei", "--password-stdin", typed="another long password\n").exit_code == 0
    assert run(url, "roles", "li.wei", "--role", "auditor").exit_code == 0
    found = read(url, lambda registers: registers.accounts.credentials("li.wei"))
    assert found is not None
    assert found[0].roles == frozenset({"auditor"})
    assert _verify(found[1], "another long password")
    assert not _verify(found[1], PASSWORD)


def test_a_key_is_printed_once_and_counts(url: str) -> None:
    """Standard output holds the key alone; the register finds its account by it."""
    add(url)
    made = run(url, "key", "li.wei", "--label", "报表", "--days", "7")
    assert made.exit_code == 0
    secret = made.stdout.strip()
    now = SystemClock().now()
    found = read(url, lambda registers: registers.sessions.find_key(secret, now))
    assert found is not None
    assert (found[1].login, found[0].label) == ("li.wei", "报表")
    assert (
        read(url, lambda registers: registers.sessions.find_key(secret, now + 8 * 86_400 * 1_000_000)) is None
    )


@pytest.mark.parametrize(
    ("arguments", "typed", "names"),
    [
        (["add", "x y", "--name", "演示", "--role", "operator", "--password-stdin"], PASSWORD, "login"),
        (["add", "op", "--name", "演示", "--role", "emperor", "--password-stdin"], PASSWORD, "roles"),
        (["add", "op", "--name", "演示", "--role", "operator", "--password-stdin"], "short", "password"),
        (["add", "op", "--name", "演\u202e示", "--role", "operator", "--password-stdin"], PASSWORD, "name"),
        (
            ["add", "op", "--name", "演", "--role", "operator", "--role", "auditor", "--password-stdin"],
            PASSWORD,
            "roles",
        ),
        (["disable", "nobody"], "", "nobody"),
        (["password", "nobody", "--password-stdin"], PASSWORD, "nobody"),
        (["key", "nobody", "--label", "x"], "", "nobody"),
        (["key", "nobody", "--label", "x", "--days", "0"], "", "days"),
        (["organisation", "x", *FIRM[:2], "--kind", "club", *FIRM[4:]], "", "club"),
    ],
)
def test_bad_input_is_one_clear_line_and_status_2(
    url: str, arguments: list[str], typed: str, names: str
) -> None:
    """Each fault names what is wrong on stderr, prints nothing on stdout and never shows a password."""
    result = run(url, *arguments, typed=f"{typed}\n")
    assert result.exit_code == 2
    assert names in result.stderr
    assert result.stdout == ""
    assert PASSWORD not in result.output


def test_a_login_that_is_taken_is_refused(url: str) -> None:
    """The second account under one login is not entered."""
    assert add(url).exit_code == 0
    assert add(url).exit_code == 2


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    """Exit 2, with the command that helps."""
    result = run(f"sqlite:///{tmp_path / 'empty.db'}", "list")
    assert result.exit_code == 2
    assert "luochui migrate" in result.stderr


def test_a_signing_key_is_certified_from_the_shell(url: str) -> None:
    """The register names the authority, the reason stays on record; an unknown key or no reason is exit 2."""
    add(url)
    public = "ab" * 32
    key = SigningKey(key_id(public), read(url, lambda r: r.accounts.list())[0].id, public, "", 1)
    read(url, lambda r: r.signing_keys.add(key, key.account, 1))
    named = ["--issuer", "某认证机构", "--reason", "证书原件已核对"]
    assert run(url, "certify-key", key.id, *named).exit_code == 0
    versions = read(url, lambda r: r.signing_keys.versions(key.id))
    assert (versions[-1].value.certificate_issuer, versions[-1].reason) == ("某认证机构", "证书原件已核对")
    assert run(url, "certify-key", "k-none", *named).exit_code == 2
    assert run(url, "certify-key", key.id, "--issuer", "另一机构", "--reason", " ").exit_code == 2


def test_an_account_is_bound_to_a_node(url: str) -> None:
    """Staff belongs to the node of the shell unless another is named; binding it anew ends what it had."""
    assert add(url, "staff", "--node", "suzhou").exit_code == 0

    def node_of() -> tuple[str | None, int]:
        found = read(url, lambda registers: registers.accounts.credentials("staff"))
        assert found is not None
        return found[0].node, found[0].revision

    assert node_of() == ("suzhou", 1)
    assert run(url, "bind", "staff", "hub").exit_code == 0
    assert node_of() == ("hub", 2)
    assert run(url, "bind", "staff").exit_code == 0
    assert node_of() == (None, 3)
    assert run(url, "bind", "nobody", "hub").exit_code == 2


def test_the_shell_grants_alone_until_two_operators_can_confirm(url: str) -> None:
    """The first two operators are made at once; what comes after waits for one of them, and is noted."""
    assert add(url).exit_code == 0
    assert run(url, "grant", "li.wei", "--role", "registrar", "--reason", "换岗").exit_code == 0
    assert run(url, "grant", "li.wei", "--role", "operator", "--reason", "换回").exit_code == 0
    assert add(url, "wang").exit_code == 0
    waits = add(url, "zhao")
    assert "no role yet; grant g-" in waits.stderr
    refused = run(url, "grant", "wang", "--role", "operator", "--role", "auditor", "--reason", "x")
    assert refused.exit_code == 2
    assert "roles" in refused.stderr
    grants = read(url, lambda registers: registers.grants.list("proposed"))
    assert [(one.roles, one.proposed_by) for one in grants] == [(["operator"], "shell")]
    noted = read(url, lambda registers: registers.access.list())
    assert [one.kind for one in noted] == ["grant_proposed", "grant_confirmed", "grant_confirmed"]
    assert run(url, "person", "wang", "--name", "王", "--number", "11010119900101001X").exit_code == 0
    assert "0 second factors removed" in run(url, "reset-factors", "wang").stderr
