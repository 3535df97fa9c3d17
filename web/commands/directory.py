"""`luochui directory`: tables of a directory's entries, taken in and written out."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from exchange.registers import Registers
from exchange.registers.directory import Reader
from exchange.registers.directory_kinds import Kind, kind_named, kinds
from exchange.registers.directory_tables import Taker, as_csv, as_xlsx, take
from exchange.registers.imports import Report
from exchange.settings import Settings
from exchange.store import migrate, urls
from exchange.store.clock import SystemClock
from matching_engine.errors import Malformed
from web.commands.errors import NO, exits
from web.commands.imports import BY, read_file, show_report

ROWS_MAX = 1_000_000
SHELL = Reader(BY, None, True)
"""Whoever has the database's own shell sees every entry."""

directory_app = typer.Typer(help="Directories: tables of their entries, in and out.", no_args_is_help=True)

Name = Annotated[
    str, typer.Argument(metavar="KIND", help="Like equipment; `luochui directory kinds` lists them.")
]
Database = Annotated[
    str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
]


@directory_app.command("kinds")
def list_kinds() -> None:
    """List the kinds of directories: name, Chinese and English title."""
    for kind in kinds().values():
        typer.echo(f"{kind.kind}\t{kind.name.zh}\t{kind.name.en}")


@directory_app.command("import")
def import_table(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8, or XLSX.", show_default=False)],
    strict: Annotated[bool, typer.Option("--strict", help="All rows or none.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each row.")] = False,
    database: Database = None,
) -> None:
    """Take entries from a table: each row new (as a draft), changed, unchanged, or not taken and why.

    Columns are the kind's fields, by name or in Chinese. Exit status 0 when every row is taken, 1 when some are not,
    2 for a bad file or kind.
    """
    with exits():
        kind = kind_named(name)
        report = asyncio.run(_import(kind, file, strict, database or Settings().database_url))
    if as_json:
        typer.echo(b"".join(msgspec.json.encode(row) + b"\n" for row in report.rows), nl=False)
    else:
        show_report(report)
    if not report.whole:
        raise typer.Exit(NO)


@directory_app.command("export")
def export_table(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv or .xlsx.", show_default=False)],
    language: Annotated[str, typer.Option(help="zh or en: the language of the columns.")] = "zh",
    database: Database = None,
) -> None:
    """Write every entry of a kind to a table, with what is not public; `luochui directory import` reads it.

    Exit status 0 when it is written, 2 for a bad kind, language or file.
    """
    with exits():
        kind = kind_named(name)
        if language not in ("zh", "en"):
            raise Malformed("--language", language, "zh or en")
        if file.suffix not in (".csv", ".xlsx"):
            raise Malformed("FILE", str(file), "a name that ends in .csv or .xlsx")
        count = asyncio.run(_export(kind, file, language, database or Settings().database_url))
    Console(highlight=False, stderr=True).print(f"{count} entries written.")


async def _opened(url: str) -> Registers:
    if urls.is_sqlite(url):
        await migrate.upgrade(url)
    await migrate.check(url)
    registers = Registers(url)
    await registers.open()
    return registers


async def _import(kind: Kind, file: Path, strict: bool, url: str) -> Report:
    data = read_file(file)
    registers = await _opened(url)
    taker = Taker(SHELL, frozenset({"operator", "funder"}))
    try:
        return await take(registers, kind, data, taker, SystemClock().now(), strict=strict)
    except Malformed as wrong:
        raise Malformed(f"{file}: {wrong.field}", wrong.got, wrong.expected) from wrong
    finally:
        await registers.close()


async def _export(kind: Kind, file: Path, language: str, url: str) -> int:
    registers = await _opened(url)
    try:
        entries = await registers.directory.list(kind, SHELL, None, 0, ROWS_MAX)
    finally:
        await registers.close()
    write = as_xlsx if file.suffix == ".xlsx" else as_csv
    try:
        await asyncio.to_thread(file.write_bytes, write(kind, entries, SHELL, language))
    except OSError as error:
        raise Malformed("FILE", str(file), f"a file that can be written ({error.strerror})") from error
    return len(entries)
