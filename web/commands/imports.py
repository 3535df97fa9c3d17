"""`luochui import`: tables of achievements and demands into the registers, with a report of every row."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from exchange.registers import Registers, imports
from exchange.registers.imports import Importer, Report, RowReport
from exchange.settings import Settings
from exchange.store import migrate, urls
from exchange.store.clock import SystemClock
from matching_engine.errors import Malformed
from web.commands.errors import NO, exits

BY = "shell"
_SHOWN_MAX = 200
"""Refused rows that the table for people shows; --json gives all."""

import_app = typer.Typer(help="Tables of achievements and demands into the registers.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8, or XLSX.", show_default=False)]
Strict = Annotated[bool, typer.Option("--strict", help="All rows or none.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON line for each row.")]
Database = Annotated[
    str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
]
Make = Callable[[Registers], Importer[Any]]


@import_app.command("achievements")
def achievements(
    file: File, strict: Strict = False, as_json: AsJson = False, database: Database = None
) -> None:
    """Take achievements from a table: each row new, changed, unchanged, or not taken and why.

    Columns: docs/reference/import.md. Exit status 0 when every row is taken, 1 when some are not, 2 for a bad file.
    """
    _take(file, imports.achievements, strict, as_json, database)


@import_app.command("demands")
def demands(file: File, strict: Strict = False, as_json: AsJson = False, database: Database = None) -> None:
    """Take demands from a table: each row new, changed, unchanged, or not taken and why.

    Columns: docs/reference/import.md. Exit status 0 when every row is taken, 1 when some are not, 2 for a bad file.
    """
    _take(file, imports.demands, strict, as_json, database)


def _take(file: Path, make: Make, strict: bool, as_json: bool, database: str | None) -> None:
    with exits():
        report = asyncio.run(_import(file, make, strict, database or Settings().database_url))
    if as_json:
        lines = b"".join(msgspec.json.encode(row) + b"\n" for row in report.rows)
        typer.echo(lines, nl=False)
    else:
        show_report(report)
    if not report.whole:
        raise typer.Exit(NO)


async def _import(file: Path, make: Make, strict: bool, url: str) -> Report:
    data = read_file(file)
    if urls.is_sqlite(url):
        await migrate.upgrade(url)
    await migrate.check(url)
    registers = Registers(url)
    try:
        await registers.open()
        with _progress() as progress:
            bar = progress.add_task("rows", total=None)

            def told(done: int, of: int) -> None:
                progress.update(bar, completed=done, total=of)

            taking = make(registers).take(data, BY, SystemClock().now(), strict=strict, progress=told)
            return await _naming(file, taking)
    finally:
        await registers.close()


def read_file(file: Path) -> bytes:
    """What a file holds; Malformed when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Malformed(str(file), error.strerror, "a file that can be read") from error


async def _naming(file: Path, taking: Awaitable[Report]) -> Report:
    """An error about the file also names it."""
    try:
        return await taking
    except Malformed as wrong:
        raise Malformed(f"{file}: {wrong.field}", wrong.got, wrong.expected) from wrong


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def show_report(report: Report) -> None:
    """The rows that were not taken, and how many came to what."""
    console = Console(highlight=False)
    refused = [row for row in report.rows if row.outcome == "refused"]
    if refused:
        console.print(_table(refused[:_SHOWN_MAX]))
    if len(refused) > _SHOWN_MAX:
        console.print(f"… and {len(refused) - _SHOWN_MAX} more; --json shows all")
    counts = ", ".join(f"{report.count(kind)} {kind}" for kind in ("new", "changed", "unchanged"))
    console.print(f"{len(report.rows)} rows: {counts}, {len(refused)} not taken.")
    if not report.written:
        console.print("Nothing was written: --strict takes all rows or none.")


def _table(rows: list[RowReport]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Row", "Column", "Value", "Expected"):
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = (str(row.row), row.column, row.value, row.expected)
        table.add_row(*(Text("".join(char for char in cell if char.isprintable())) for cell in cells))
    return table
