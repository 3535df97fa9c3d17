"""`luochui user export` and `luochui user erase`: what the exchange holds of a person, from the shell."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from exchange.bootstrap import read_rulebook, snapshot_files
from exchange.house.recovery import replay
from exchange.house.state import State
from exchange.registers import Account, Registers
from exchange.settings import Settings
from exchange.store.clock import SystemClock
from exchange.store.journal import open_journal
from matching_engine.errors import Malformed
from web.commands.errors import NO, exits, quit_with
from web.commands.granting import Database, Login, run
from web.commands.user import BY, user_app
from web.credentials import login as login_of
from web.personal import StillOpen, account_named, erase, held


@user_app.command("export")
def export(
    login: Login,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write here instead of stdout.")] = None,
    database: Database = None,
) -> None:
    """Write everything that the exchange holds of a person as JSON; no password, key or code is in it."""
    with exits():

        async def gather(registers: Registers) -> bytes:
            account = await _known(registers, login)
            return msgspec.json.encode(await held(registers, account, SystemClock().now()))

        text = msgspec.json.format(run(database, gather), indent=2).decode()
        if out is None:
            typer.echo(text)
            return
        try:
            out.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise Malformed("--out", str(out), f"a file that can be written ({error.strerror})") from error


@user_app.command("erase")
def erase_account(
    login: Login,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    database: Database = None,
) -> None:
    """Forget a person: names, contacts, factors, keys and sessions are gone for good; the journal stays as it is.

    Exit status 0 erased, 1 something is still open (it is listed), 2 bad usage or no such account.
    """
    with exits():
        url = database or Settings().database_url
        account = run(database, lambda registers: _known(registers, login))
        if not yes and not typer.confirm(f"Erase {account.login} ({account.id}) for good?", err=True):
            raise quit_with("nothing was erased", NO)

        async def forget(registers: Registers) -> dict[str, int]:
            states = await _states(url)
            return await erase(registers, states, account, SystemClock().now(), BY)

        try:
            touched = run(database, forget)
        except StillOpen as bound:
            for one in bound.found:
                typer.echo(f"{one.kind} {one.subject}")
            raise quit_with("nothing was erased: what is listed is still open", NO) from bound
        told = ", ".join(f"{table} {count}" for table, count in sorted(touched.items()))
        typer.echo(f"account {account.id} is erased ({told or 'no other rows'})", err=True)


async def _known(registers: Registers, login: str) -> Account:
    account = await account_named(registers, login_of(login))
    if account is None:
        raise Malformed("LOGIN", login, "the login of an account")
    return account


async def _states(url: str) -> list[State]:
    """The state of every house in the database, from its journal."""
    settings = Settings()
    journal = open_journal(url, writable=False)
    try:
        await journal.open()
        rulebook, files = read_rulebook(settings.rules_dir), snapshot_files(settings)
        return [await replay(journal, house, rulebook, snapshots=files) for house in await journal.houses()]
    finally:
        await journal.close()
