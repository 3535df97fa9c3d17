"""`luochui snapshot`: the state of a house now, kept for the next start."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from exchange.bootstrap import read_rulebook, snapshot_files
from exchange.house import snapshot as snapshots
from exchange.house.decided import Decided
from exchange.house.recovery import replay
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.journal import open_journal
from exchange.store.snapshots import SnapshotFiles
from web.commands.errors import NO, exits, quit_with
from web.logs import configure_logging


def snapshot(
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
    ] = None,
    house: Annotated[str | None, typer.Option(help="Name of the house.")] = None,
    var: Annotated[Path | None, typer.Option(help="Directory for files of this machine.")] = None,
) -> None:
    """Read a house's journal on from its last snapshot, and keep a new one under the --var directory.

    The house is not disturbed: this process reads and writes beside it. A server runs it by itself after every
    LUOCHUI_SNAPSHOT_EVENTS events. Run it with a new version before that version's first start: a snapshot is only
    ever used by the version that made it. Exit status 0 made, or nothing new; 1 when another process is making one.
    """
    given: dict[str, Any] = {"database_url": database, "house": house, "var_dir": var}
    with exits():
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        configure_logging(settings.log_json)
        files = snapshot_files(settings)
        with files.alone(settings.house) as alone:
            if not alone:
                raise quit_with(f"a snapshot of house {settings.house} is being made by another process", NO)
            typer.echo(asyncio.run(_make(settings, files)), err=True)


async def _make(settings: Settings, files: SnapshotFiles) -> str:
    await migrate.check(settings.database_url)
    journal = open_journal(settings.database_url, writable=False)
    rulebook, decided = read_rulebook(settings.rules_dir), Decided()
    try:
        await journal.open()
        state = await replay(journal, settings.house, rulebook, decided, files)
    finally:
        await journal.close()
    if state.seq == 0:
        return f"house {settings.house} has no events yet"
    data = snapshots.encode(settings.house, state, decided, rulebook)
    path = files.write(settings.house, state.seq, data)
    return f"house {settings.house}: snapshot at seq {state.seq}, {len(data)} bytes, {path}"
