"""`luochui export`: what the exchange knows, in forms that others read."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from exchange.house.journal_file import to_line
from exchange.house.verify import BadRow
from exchange.settings import Settings
from exchange.store.journal import open_journal
from matching_engine.errors import Malformed
from web.commands.errors import NO, exits, quit_with
from web.commands.export_registration import registration

export_app = typer.Typer(help="Write the journal or published data to a file.", no_args_is_help=True)


@export_app.callback()
def exports() -> None:
    """Write the journal or published data to a file."""


@export_app.command()
def journal(
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
    ] = None,
    house: Annotated[str | None, typer.Option(help="Only this house.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write here instead of stdout.")] = None,
) -> None:
    """Write every row as a line of JSON, with all that `luochui verify` needs.

    The file holds what is confidential as well (maxima, refusals, envelopes): it is for the auditor.
    Exit status 0 written, 1 a row cannot be written as it stands, 2 bad usage or no such house.
    """
    with exits(), _target(out) as target:
        try:
            asyncio.run(_write(database or Settings().database_url, house, target))
        except BadRow as bad:
            raise quit_with(str(bad), NO) from bad


async def _write(url: str, house: str | None, target: BinaryIO) -> None:
    source = open_journal(url, writable=False)
    try:
        await source.open()
        houses = await source.houses()
        if house is not None and house not in houses:
            raise Malformed("--house", house, f"one of {', '.join(houses) or 'no houses at all'}")
        for name in houses if house is None else [house]:
            async for row in source.read(name):
                target.write(to_line(row))
    finally:
        await source.close()


@contextmanager
def _target(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    # A file cut short would still verify as a shorter journal: it gets its name when it is whole.
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as target:
            yield target
        part.replace(path)
    except OSError as error:
        raise Malformed("--out", str(path), f"a file that can be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)


export_app.command()(registration)
