"""A holder's catalogue of results for the one-year rule: a table read into rows that can be judged."""

from collections.abc import Iterator
from datetime import date

from exchange.market.unconverted import LATEST_START, CatalogueRow, Category, Funding, Mode, Secrecy, Source
from exchange.registers.tables import TableRow, read_table

COLUMNS = (
    "id",
    "title",
    "holder",
    "funding",
    "category",
    "secrecy",
    "secrecy_reviewer",
    "accepted_on",
    "registered_on",
    "granted_on",
    "admitted_on",
    "converted_on",
    "conversion_mode",
    "trial_until",
    "impediment",
)
"""The columns of the file, all of them needed, in any order."""


def read_catalogue(data: bytes) -> Iterator[CatalogueRow]:
    """The rows of a CSV or XLSX file in their order, lazily; Malformed names row and column, and ends it."""
    numbers: dict[str, int] = {}
    for row in read_table(data, COLUMNS):
        entry = _catalogue_row(row)
        if entry.id in numbers:
            raise row.wrong("id", f"each id once (row {numbers[entry.id]} has it)")
        numbers[entry.id] = row.number
        yield entry


def _catalogue_row(row: TableRow) -> CatalogueRow:
    return CatalogueRow(
        id=row.name("id"),
        title=row.text("title"),
        holder=row.text("holder"),
        funding=_funding(row),
        category=row.choice("category", Category),
        secrecy=_secrecy(row),
        secrecy_reviewer=row.text("secrecy_reviewer"),
        accepted_on=_start(row, "accepted_on"),
        registered_on=_start(row, "registered_on"),
        granted_on=_start(row, "granted_on"),
        admitted_on=_start(row, "admitted_on"),
        converted_on=row.day("converted_on"),
        conversion_mode=_mode(row),
        trial_until=row.day("trial_until"),
        impediment=row.text("impediment"),
    )


def _funding(row: TableRow) -> tuple[Funding, ...]:
    """`public:<programme>`, `own` and `industry`, separated by semicolons; nothing between two of them is nothing."""
    parts = [part.strip() for part in row.text("funding").split(";")]
    return tuple(_source(row, part) for part in parts if part)


def _source(row: TableRow, text: str) -> Funding:
    if text in (Source.OWN, Source.INDUSTRY):
        return Funding(Source(text))
    kind, colon, programme = text.partition(":")
    if kind != Source.PUBLIC or not colon:
        raise row.wrong("funding", "public:<programme>, own or industry, separated by ;")
    return Funding(Source.PUBLIC, programme.strip())


def _secrecy(row: TableRow) -> Secrecy:
    """An empty cell and the word itself, in either language, both say that nobody knows."""
    if row.text("secrecy") == "unknown":
        return Secrecy.UNKNOWN
    return row.choice("secrecy", Secrecy) or Secrecy.UNKNOWN


def _start(row: TableRow, column: str) -> date | None:
    day = row.day(column)
    if day is not None and day > LATEST_START:
        raise row.wrong(column, f"a date up to {LATEST_START}")
    return day


def _mode(row: TableRow) -> Mode | None:
    """How it was converted; a date of conversion is nothing without it."""
    mode = row.choice("conversion_mode", Mode)
    if mode is None and row.day("converted_on") is not None:
        raise row.wrong("conversion_mode", f"one of {', '.join(Mode)} beside converted_on")
    return mode
