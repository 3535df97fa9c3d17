"""`luochui export registration`: the filing form's fields of the contracts of a journal."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from exchange.bootstrap import read_rulebook
from exchange.house.recovery import replay
from exchange.settings import Settings
from exchange.store.journal import open_journal
from matching_engine.errors import Malformed
from settlement.filing_list import MixedList, Size, is_year, selected
from settlement.office_book import office_book
from settlement.state import Settlement
from web.commands.errors import NO, exits, quit_with
from web.documents.filing_table import TableForm, filing_table


def registration(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Write here.", show_default=False)],
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="The database; without it, the configured one.")
    ] = None,
    house: Annotated[str | None, typer.Option(help="The house, where the journal has several.")] = None,
    year: Annotated[
        str | None, typer.Option(help="Only contracts registered (or, before that, filed) in this year.")
    ] = None,
    office: Annotated[str | None, typer.Option(help="Only this office, by name or six-digit code.")] = None,
    size: Annotated[
        str, typer.Option(help="all, below or from: the amount of the second review divides them.")
    ] = "all",
    form: Annotated[
        str | None, typer.Option("--format", metavar="csv|xlsx", help="Without it, what FILE ends with.")
    ] = None,
) -> None:
    """Write the filing form's fields (form JJ-001), one row a contract that was filed and is not refused or ended.

    Some provinces keep large contracts on lists of their own: a list that would mix them is not written.
    Exit status 0 written, 1 the list would mix what has to be apart, 2 bad usage or input.
    """
    with exits():
        shape, chosen = _form(file, form), _size(size)
        if year is not None and not is_year(year):
            raise Malformed("--year", year, "four digits, like 2026")
        if office is not None and office_book().office(office) is None:
            raise Malformed("--office", office, "an office of the list, by name or six-digit code")
        state = asyncio.run(_state(database or Settings().database_url, house))
        try:
            found = selected(state, year, office, chosen)
        except MixedList as mixed:
            raise quit_with(f"{mixed}: choose --size below or --size from", NO) from mixed
        _write(file, filing_table(state, found, shape))
    typer.echo(f"{len(found)} contracts written to {file}")


def _form(file: Path, form: str | None) -> TableForm:
    text = form if form is not None else file.suffix[1:].lower()
    if text == "csv":
        return "csv"
    if text == "xlsx":
        return "xlsx"
    raise Malformed("--format" if form is not None else "FILE", text or str(file), "csv or xlsx")


def _size(text: str) -> Size:
    if text == "below":
        return "below"
    if text == "from":
        return "from"
    if text == "all":
        return "all"
    raise Malformed("--size", text, "all, below or from")


async def _state(url: str, house: str | None) -> Settlement:
    """What the journal of the one house adds up to; it is only read."""
    source = open_journal(url, writable=False)
    try:
        await source.open()
        houses = await source.houses()
        if house is None and len(houses) > 1:
            raise Malformed("--house", "nothing", f"one of {', '.join(houses)}")
        name = house or next(iter(houses), "")
        if name not in houses:
            raise Malformed("--house", name or "nothing", f"one of {', '.join(houses) or 'no houses at all'}")
        return (await replay(source, name, read_rulebook(Settings().rules_dir))).settlement
    finally:
        await source.close()


def _write(file: Path, content: bytes) -> None:
    """Under its name only when it is whole."""
    part = file.with_name(f"{file.name}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    except OSError as error:
        raise Malformed("FILE", str(file), f"a file that can be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)
