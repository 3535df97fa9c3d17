"""`luochui report`: figures and indices, reproduced from the journal at a date."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from exchange.registers import Registers
from exchange.reports import index
from exchange.reports.figures import Figures, month_of
from exchange.reports.reading import Reading
from exchange.settings import Settings
from exchange.store import migrate, urls
from exchange.store.clock import SystemClock
from matching_engine import canonical
from matching_engine.errors import Malformed
from matching_engine.money import format_yuan
from settlement.dates import end_of_day, parse_date, shanghai_date
from web.commands.errors import NO, exits

report_app = typer.Typer(help="Figures and indices from the journal at a date.", no_args_is_help=True)
Database = Annotated[
    str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
]
At = Annotated[
    str | None, typer.Option(metavar="DATE", help="Up to the end of this day in Shanghai; without it, today.")
]
Rehearsals = Annotated[bool, typer.Option(help="Count sessions and listings for practice, too.")]
AsJson = Annotated[bool, typer.Option("--json", help="One line of canonical JSON.")]


@report_app.command("figures")
def figures_(
    at: At = None, rehearsals: Rehearsals = False, database: Database = None, as_json: AsJson = False
) -> None:
    """Sum up what happened, by month, field, region, city, node and holder.

    The same journal up to the date gives the same bytes. Exit status 0 printed, 2 bad usage or no database.
    """
    with exits():
        found = read_figures(database, at, rehearsals)
    if as_json:
        typer.echo(canonical.encode(found) + b"\n", nl=False)
        return
    _show(found)


@report_app.command("index")
def index_(
    name: Annotated[str, typer.Argument(help="activity or conversion.")] = "activity",
    base: Annotated[
        str | None,
        typer.Option(
            metavar="MONTH", help="The base month, like 2026-03; else the first with a registration."
        ),
    ] = None,
    at: At = None,
    rehearsals: Rehearsals = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Compute an index with its whole composition. Exit status 0 printed, 1 nothing to compute from, 2 bad usage."""
    with exits():
        composition = index.COMPOSITIONS.get(name)
        if composition is None:
            raise Malformed("index", name, "activity or conversion")
        found = read_figures(database, at, rehearsals)
        month = base_month(base, found)
    if month is None:
        typer.echo("luochui: nothing has happened that an index could be computed from", err=True)
        raise typer.Exit(NO)
    made = index.series(composition, found.by_month, month, month_of(end_of_day(found.at)))
    if as_json:
        typer.echo(canonical.encode(made) + b"\n", nl=False)
        return
    table = Table(title=f"{made.name} ({made.version}), {made.base_month} = 100", title_justify="left")
    for heading in ("month", "index", *(part.name for part in made.points[0].parts)):
        table.add_column(heading, justify="left" if heading == "month" else "right")
    for point in made.points:
        table.add_row(point.month, point.index, *(part.value for part in point.parts))
    Console().print(table)


def base_month(wish: str | None, found: Figures) -> str | None:
    """The base month that is asked for, or the one that is taken without a wish; Malformed for one out of range."""
    if wish is None:
        return index.base_of(found.by_month)
    day = parse_date(f"{wish}-01")
    if day is None or day > found.at or wish < min(found.by_month, default=wish):
        raise Malformed("--base", wish, "a month like 2026-03, between the first figure and the date")
    return wish


def read_figures(database: str | None, at: str | None, rehearsals: bool) -> Figures:
    """The figures of a database at a date."""
    day = parse_date(at) if at is not None else shanghai_date(SystemClock().now())
    if day is None:
        raise Malformed("--at", at, "a date like 2026-11-20")
    url = database or Settings().database_url
    if urls.is_sqlite(url) and not urls.sqlite_path(url).exists():
        raise Malformed("--database", url, "a database that is there")

    async def read() -> Figures:
        await migrate.check(url)
        registers = Registers(url)
        try:
            await registers.open()
            return await Reading(url).figures(registers, day, rehearsals)
        finally:
            await registers.close()

    return asyncio.run(read())


def _show(found: Figures) -> None:
    table = Table(title=f"Figures at {found.at}", title_justify="left")
    headings = (
        "month",
        "listings",
        "lots",
        "sold",
        "bidders",
        "contracts",
        "total",
        "technology",
        "paid out",
        "claims",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "month" else "right")
    for month, row in [*found.by_month.items(), ("all", found.total)]:
        counts = (row.listings, row.lots, row.sold, row.bidders, row.contracts)
        amounts = (row.total_fen, row.technology_fen, row.proceeds_fen, row.claims_fen)
        table.add_row(month, *map(str, counts), *map(format_yuan, amounts))
    Console().print(table)
    typer.echo(f"digest {found.digest()}")
