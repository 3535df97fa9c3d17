"""A list of filing forms as CSV or XLSX. A text never becomes a formula, whatever it begins with."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell import Cell as Place
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from starlette.responses import Response

from matching_engine.money import format_yuan
from settlement.dates import end_of_day
from settlement.filing_list import COLUMNS, Cell, file_day, row
from settlement.registration_state import Registration
from settlement.state import Settlement
from web.documents.packing import repack

TableForm = Literal["csv", "xlsx"]
TABLE_MEDIA: dict[TableForm, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEADERS = tuple(f"{column.header} {column.field}" for column in COLUMNS)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What spreadsheets obey at the beginning of a cell, some of them at full width as well."""


def filing_table(state: Settlement, found: list[Registration], form: TableForm) -> bytes:
    """The file: one header row, one row a contract. The same list makes the same bytes."""
    rows = [row(state, one) for one in found]
    if form == "csv":
        return _csv(rows)
    day = file_day(found)
    return repack(_xlsx(rows), end_of_day(day) if day else 0)


def table_response(state: Settlement, found: list[Registration], form: TableForm, name: str) -> Response:
    """The file as a download."""
    headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
    return Response(filing_table(state, found, form), media_type=TABLE_MEDIA[form], headers=headers)


def _csv(rows: Iterable[tuple[Cell, ...]]) -> bytes:
    """UTF-8 with the mark that spreadsheets look for."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADERS)
    for cells in rows:
        writer.writerow([_plain(cell) for cell in cells])
    return "\ufeff".encode() + buffer.getvalue().encode()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return format_yuan(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _xlsx(rows: Iterable[tuple[Cell, ...]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "技术合同登记"
    for column, header in enumerate(HEADERS, start=1):
        place = _text(sheet, 1, column, header)
        place.font = Font(bold=True)
        place.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(column)].width = 18
    for number, cells in enumerate(rows, start=2):
        for column, cell in enumerate(cells, start=1):
            if isinstance(cell, int):
                _money(sheet, number, column, cell)
            elif cell is not None:
                _text(sheet, number, column, cell)
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _text(sheet: Worksheet, row_: int, column: int, text: str) -> Place:
    """A text, also where it looks like a formula or a number: sixteen digits stay sixteen digits."""
    place = sheet.cell(row_, column)
    assert isinstance(place, Place)
    place.value = text
    place.data_type = "s"
    place.number_format = "@"
    return place


def _money(sheet: Worksheet, row_: int, column: int, fen: int) -> None:
    place = sheet.cell(row_, column)
    assert isinstance(place, Place)
    place.value = Decimal(fen) / 100
    place.number_format = "#,##0.00"
