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
from exchange.reports.ocds import package
from exchange.reports.reading import Reading
from exchange.settings import Settings
from exchange.store.journal import open_journal
from matching_engine import canonical
from matching_engine.errors import Malformed
from settlement.dates import end_of_day, parse_date
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


@export_app.command()
def ocds(
    at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Up to the end of this day in Shanghai; without it, all."),
    ] = None,
    rehearsals: Annotated[bool, typer.Option(help="Publish sessions for practice, too.")] = False,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write here instead of stdout.")] = None,
) -> None:
    """Write published sales as one release package of the Open Contracting Data Standard 1.1.

    What is public, and nothing else: bidders stand under their codes. Exit status 0 written, 2 bad usage or no database.
    """
    with exits():
        settings = Settings()
        day = parse_date(at) if at is not None else None
        if at is not None and day is None:
            raise Malformed("--at", at, "a date like 2026-11-20")
        reading = Reading(database or settings.database_url)
        asyncio.run(reading.catch_up())
        found = reading.releases(day, rehearsals)
        # Dated by its last release: the same journal up to a date is the same package.
        published_at = found[-1].at if found else (end_of_day(day) if day else 0)
        made = package(found, f"{settings.public_url}/api/v1/ocds/releases", published_at, settings.house)
        with _target(out) as target:
            target.write(canonical.encode(made) + b"\n")


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
