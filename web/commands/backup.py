"""`luochui backup` and `luochui restore`: an embedded database to a file and back, verified each time."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from exchange.bootstrap import read_rulebook
from exchange.house.verify import BadRow, Verifier
from exchange.settings import Settings
from exchange.store import backup as files
from exchange.store import urls
from exchange.store.journal import open_journal
from matching_engine.errors import Malformed
from settlement.rulebook import Rulebook
from web.commands.errors import NO, exits, quit_with
from web.views import iso

File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


def backup(
    file: File,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
    ] = None,
) -> None:
    """Copy an embedded database to a new FILE while it is in use, and verify the copy from its first row to its last.

    A PostgreSQL database is backed up with its own programs: docs/operating/backup.md. The keys under the --var
    directory are not in the copy: keep them elsewhere. Exit status 0 copied and verified; 1 the journal is not what
    was written (the copy is there); 2 it cannot be copied.
    """
    with exits():
        url = database or Settings().database_url
        _refuse_postgres(url)
        files.copy(urls.sqlite_path(url), file)
        _tell(file)


def restore(
    file: File,
    var: Annotated[
        Path | None, typer.Option(help="The directory to restore into; without it, the configured database.")
    ] = None,
) -> None:
    """Put a FILE of `luochui backup` where a server finds it, after it was verified from its first row to its last.

    Nothing is overwritten: move a database that is there away first, with its -wal and -shm. Exit status 0 restored;
    1 the journal in it is not what was written, and nothing was restored; 2 bad usage or input.
    """
    with exits():
        url = f"sqlite:///{var / 'luochui.db'}" if var is not None else Settings().database_url
        _refuse_postgres(url)
        if not file.is_file():
            raise Malformed("FILE", str(file), "a file of luochui backup")
        _tell(file)
        target = urls.sqlite_path(url)
        files.copy(file, target)
        typer.echo(f"restored: {target}")


def _refuse_postgres(url: str) -> None:
    if not urls.is_sqlite(url):
        raise Malformed(
            "database", urls.shown(url), "an embedded database; for PostgreSQL see docs/operating/backup.md"
        )


def _tell(file: Path) -> None:
    """Verify every house of a file and say how far it goes."""
    try:
        houses = asyncio.run(verified(f"sqlite:///{file}", read_rulebook(Settings().rules_dir)))
    except BadRow as bad:
        raise quit_with(f"{file}: not verified: {bad}", NO) from bad
    for house in houses:
        assert house.last is not None
        if wrong := house.wrong_books():
            raise quit_with(f"{file}: house {house.house} not verified: {wrong}", NO)
        typer.echo(f"house {house.house}: {house.rows} rows verified, the last of {iso(house.last.at)}")
        typer.echo(f"  head {house.head.hex()}")


async def verified(url: str, rulebook: Rulebook) -> list[Verifier]:
    """Every house of a database, read from the first row to the last; BadRow at the first that is wrong."""
    journal = open_journal(url, writable=False)
    houses = []
    try:
        await journal.open()
        for name in await journal.houses():
            houses.append(Verifier(name, rulebook))
            async for row in journal.read(name):
                houses[-1].take(row)
    finally:
        await journal.close()
    return houses
