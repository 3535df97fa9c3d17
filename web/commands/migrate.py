"""`luochui migrate`: the database's schema, brought up to date."""

import asyncio
from typing import Annotated

import typer

from exchange.settings import Settings
from exchange.store import migrate as schema
from exchange.store import urls
from exchange.store.schema import WrongSchema
from web.commands.errors import NO, exits, quit_with


def migrate(
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; say whether it is up to date.")
    ] = False,
    grant: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Also give this PostgreSQL role what a house needs.")
    ] = None,
) -> None:
    """Create the tables or bring them up to date; doing it again changes nothing.

    Run it as the role that owns the tables. A house runs as another role, which `--grant` gives the journal to
    read and to append to, never to change. Exit status 0 up to date, 1 not (`--check`), 2 it cannot be used.
    """
    url = database or Settings().database_url
    with exits():
        if check:
            _check(url)
        else:
            before, now = asyncio.run(_migrate(url, grant))
            done = "was up to date" if before == now else f"{before or 'empty'} → {now}"
            typer.echo(f"{urls.shown(url)}: {done}", err=True)


def _check(url: str) -> None:
    try:
        asyncio.run(schema.check(url))
    except WrongSchema as wrong:
        raise quit_with(str(wrong), NO) from wrong


async def _migrate(url: str, role: str | None) -> tuple[str | None, str]:
    before = await schema.current(url)
    now = await schema.upgrade(url)
    if role is not None:
        await schema.grant(url, role)
    return before, now
