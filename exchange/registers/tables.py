"""Tables that people send: CSV in UTF-8, or the first sheet of an XLSX workbook. Read strictly, row by row.

A row's number is the one a spreadsheet shows: the header stands in row 1. Rows without any content are passed over.
Malformed names the row and the column.
"""

import csv
import io
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

import msgspec
from openpyxl import load_workbook

from matching_engine.errors import Malformed
from settlement.dates import parse_date

Choice = TypeVar("Choice", bound=StrEnum)

_ZIP = b"PK\x03\x04"
_EXACT = 10**15
"""A spreadsheet keeps fifteen digits of a number; a longer one has already lost some."""
_SHOWN_MAX = 60


class _Unfit(str):
    """What stands in a cell instead of a value: a formula, or the error that one gave."""

    __slots__ = ()


class TableRow(msgspec.Struct, frozen=True):
    """One row: its number and its cells by column, as the file holds them."""

    number: int
    cells: dict[str, object]

    def text(self, column: str) -> str:
        """The trimmed text; an empty cell gives "". Whole numbers of a workbook are read as their digits."""
        value = self.cells[column]
        if value is None:
            return ""
        if isinstance(value, str) and not isinstance(value, _Unfit):
            return value.strip()
        digits = _digits(value)
        if digits is None:
            raise self.wrong(column, "a text, not a formula, a date or a fraction")
        return digits

    def name(self, column: str) -> str:
        """A text that must be there and that everybody sees: without control characters or invisible ones."""
        text = self.text(column)
        if not text or any(unicodedata.category(char).startswith("C") for char in text):
            raise self.wrong(column, "a printable text that is not empty")
        return text

    def day(self, column: str) -> date | None:
        """The date, or None for an empty cell; a text like 2026-11-20, or a date cell of a workbook."""
        value = self.cells[column]
        if isinstance(value, datetime) and value.time() == time():
            return value.date()
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        day = parse_date(value.strip()) if isinstance(value, str) else None
        if day is None:
            raise self.wrong(column, "a date like 2026-11-20")
        return day

    def choice(self, column: str, kind: type[Choice]) -> Choice | None:
        """One of a closed list, or None for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        try:
            return kind(text)
        except ValueError:
            raise self.wrong(column, f"one of {', '.join(kind)}, or an empty cell") from None

    def wrong(self, column: str, expected: str) -> Malformed:
        """The error to raise about a cell."""
        return Malformed(f"row {self.number}, column {column}", _shown(self.cells[column]), expected)


def read_table(data: bytes, columns: Sequence[str]) -> Iterator[TableRow]:
    """The rows of a file, lazily; the header holds exactly these columns, in any order."""
    rows = ((number, cells) for number, cells in _rows(data) if not all(map(_blank, cells)))
    number, names = next(rows, (1, []))
    header = _header(number, names, columns)
    for number, cells in rows:
        if len(cells) != len(header):
            raise Malformed(f"row {number}", f"{len(cells)} cells", f"{len(header)} cells like the header")
        yield TableRow(number, dict(zip(header, cells, strict=True)))


def read_named(
    data: bytes, names: Mapping[str, str], needed: Sequence[str]
) -> Iterator[TableRow | Malformed]:
    """The rows of a file whose header may leave columns out, in any order, each under one of its names.

    `names` maps every name of a column to the one of the rows. A row that does not fit the header comes as the
    error about it, and the next follows; a header that cannot be read raises it.
    """
    rows = ((number, cells) for number, cells in _rows(data) if not all(map(_blank, cells)))
    number, cells = next(rows, (1, []))
    given = [str(cell or "").strip() for cell in cells]
    header = _header(
        number, [names.get(name, name) for name in given], tuple(dict.fromkeys(names.values())), needed
    )
    for number, cells in rows:
        if len(cells) != len(header):
            yield Malformed(f"row {number}", f"{len(cells)} cells", f"{len(header)} cells like the header")
        else:
            yield TableRow(number, dict(zip(header, cells, strict=True)))


def _rows(data: bytes) -> Iterator[tuple[int, list[object]]]:
    return _xlsx(data) if data.startswith(_ZIP) else _csv(data)


def _header(
    number: int, cells: Sequence[object], columns: Sequence[str], needed: Sequence[str] | None = None
) -> list[str]:
    """The names of the columns, each known, each once, none left out that is needed (by default all)."""
    header = [str(cell or "").strip() for cell in cells]
    unknown = next((name for name in header if name not in columns), None)
    if unknown is not None:
        raise Malformed(
            f"row {number}, header", unknown[:_SHOWN_MAX], f"only the columns {', '.join(columns)}"
        )
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise Malformed(f"row {number}, header", twice, "each column once")
    missing = [name for name in (columns if needed is None else needed) if name not in header]
    if missing:
        raise Malformed(f"row {number}, header", ", ".join(header), f"also the columns {', '.join(missing)}")
    return header


def _csv(data: bytes) -> Iterator[tuple[int, list[object]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise Malformed(f"row {row}", f"byte {data[error.start]:#04x}", "CSV in UTF-8, or XLSX") from error
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            yield number, list(cells)
    except csv.Error as error:
        raise Malformed(f"row {number + 1}", str(error), "CSV with commas and double quotes") from error


def _xlsx(data: bytes) -> Iterator[tuple[int, list[object]]]:
    """Rows as wide as the header; a sheet does not say where its rows end, so empty cells there do not count."""
    width = 0
    for number, cells in _sheet(data):
        while cells and _blank(cells[-1]):
            cells.pop()
        width = width or len(cells)
        yield number, cells + [None] * (width - len(cells))


def _sheet(data: bytes) -> Iterator[tuple[int, list[object]]]:
    """The cells of the first sheet as values; whatever is wrong with the workbook is one error."""
    rows = enumerate(_first_sheet(data), start=1)
    while True:
        try:
            with warnings.catch_warnings():
                # The library warns of styles and extensions that it drops; none of them holds a value.
                warnings.simplefilter("ignore")
                row = next(rows, None)
        except Exception as error:
            # A damaged workbook surfaces as almost any error: of the archive, of XML, of a number, of a lost part.
            raise Malformed("file", type(error).__name__, "a readable XLSX workbook") from error
        if row is None:
            return
        yield row


def _first_sheet(data: bytes) -> Iterator[list[object]]:
    sheet = load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    # Some programs write the dimensions wrongly, and rows would be lost.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield [_Unfit(cell.value) if cell.data_type in "fe" else cell.value for cell in row]


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _digits(value: object) -> str | None:
    """The digits of a whole number that a spreadsheet holds exactly; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 or abs(value) >= _EXACT:
        return None
    return str(int(value))


def _shown(value: object) -> str:
    return str(value)[:_SHOWN_MAX]
