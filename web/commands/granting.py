"""Roles from the command line: granted alone while there is nobody to confirm, proposed afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, TypeVar

import typer

from exchange.registers import Account, Registers
from exchange.registers.accounts import ROLES, person_digest
from exchange.registers.grants import SHELL, Grant, bootstrapping
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.clock import SystemClock
from web.commands.errors import exits
from web.credentials import login as login_of
from web.parse import clean_text

T = TypeVar("T")

Database = Annotated[
    str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
]
Login = Annotated[str, typer.Argument(help="The account's login.")]
Roles = Annotated[list[str], typer.Option("--role", help=f"Once for each role: {', '.join(sorted(ROLES))}.")]


def run(database: str | None, work: Callable[[Registers], Awaitable[T]]) -> T:
    """Do something with the registers of a database that is up to date."""

    async def doing() -> T:
        url = database or Settings().database_url
        await migrate.check(url)
        registers = Registers(url)
        try:
            await registers.open()
            return await work(registers)
        finally:
            await registers.close()

    return asyncio.run(doing())


async def propose(
    registers: Registers, account: Account, roles: Iterable[str], reason: str, at: int
) -> Grant:
    """Propose roles in the name of the shell; an operator confirms them."""
    made = await registers.grants.propose(account, roles, reason, SHELL, at)
    detail = {"grant": made.id, "roles": made.roles, "before": made.before}
    await registers.access.note("grant_proposed", account.id, at, by=SHELL, detail=detail)
    return made


def waiting(grant: Grant | None) -> str:
    """What is said of a grant that waits."""
    return f"; grant {grant.id} ({', '.join(grant.roles)}) waits for an operator" if grant else ""


async def account_of(registers: Registers, login: str) -> Account:
    """The account with this login."""
    found = await registers.accounts.credentials(login)
    if found is None:
        raise typer.BadParameter(f"no account {login}", param_hint="LOGIN")
    return found[0]


def grant(
    login: Login,
    role: Roles,
    reason: Annotated[str, typer.Option(help="Why; kept on record.")],
    database: Database = None,
) -> None:
    """Propose all the roles that an account shall have; an operator confirms them on the page "Accounts and roles".

    While there are fewer than two operators the shell grants alone, so that the first ones can be made.
    """
    with exits():
        folded, why = login_of(login), clean_text(reason.strip(), "reason")

        async def change(registers: Registers) -> tuple[Account, Grant | None]:
            account, now = await account_of(registers, folded), SystemClock().now()
            if not bootstrapping(await registers.accounts.list()):
                return account, await propose(registers, account, role, why, now)
            changed = await registers.accounts.set_roles(folded, role)
            detail = {"roles": sorted(changed.roles), "before": sorted(account.roles), "reason": why}
            await registers.access.note("grant_confirmed", account.id, now, by=SHELL, detail=detail)
            return changed, None

        account, made = run(database, change)
        held = ", ".join(sorted(account.roles)) or "no role yet"
        typer.echo(f"account {folded}: {held}{waiting(made)}", err=True)


def person(
    login: Login,
    name: Annotated[str, typer.Option(prompt=True, help="The person's name.")],
    number: Annotated[str, typer.Option(prompt=True, hide_input=True, help="Of the identity document.")],
    database: Database = None,
) -> None:
    """Note who is behind an account, as one hash: two accounts of one person do not make four eyes."""
    with exits():
        folded, digest = (
            login_of(login),
            person_digest(clean_text(name, "name"), clean_text(number, "number")),
        )
        run(database, lambda registers: registers.accounts.set_person(folded, digest))
        typer.echo(f"account {folded}: person noted", err=True)


def reset_factors(login: Login, database: Database = None) -> None:
    """Take every second factor and recovery code from an account whose owner lost them; its sessions go on."""
    with exits():
        folded = login_of(login)

        async def reset(registers: Registers) -> int:
            account = await account_of(registers, folded)
            count = await registers.factors.remove_all(account.id)
            now, detail = SystemClock().now(), {"count": count}
            await registers.access.note("factor_removed", account.id, now, by=SHELL, detail=detail)
            return count

        typer.echo(f"account {folded}: {run(database, reset)} second factors removed", err=True)
