"""A paper of tables as XLSX and DOCX: the same sections that its page shows. The same content, the same bytes."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from matching_engine.money import display_yuan
from settlement.dates import shanghai_time
from web.documents.docx import _font, _set_up
from web.documents.packing import repack


class Fen(int):
    """An amount of money in a cell."""


Cell = str | int
"""A text, a count, or an amount (Fen)."""


class Section(NamedTuple):
    """A table under its heading; `note` says how to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


class Paper(NamedTuple):
    """A title, facts about the paper, and its sections. `at` (µs) is the time of the file."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    at: int


def shown(cell: Cell) -> str:
    """A cell as text."""
    if isinstance(cell, Fen):
        return display_yuan(cell)
    return f"{cell:,}" if isinstance(cell, int) else cell


def to_xlsx(paper: Paper) -> bytes:
    """One sheet of facts and one for each section; numbers are numbers, and no text is ever a formula."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "0"
    _append(first, 1, (paper.title,), bold=True)
    for n, fact in enumerate(paper.facts, start=2):
        _append(first, n, fact)
    _widths(first, (28, 70))
    for n, section in enumerate(paper.sections, start=1):
        sheet = book.create_sheet(_sheet_name(n, section.title))
        _append(sheet, 1, section.columns, bold=True)
        for number, row in enumerate(section.rows, start=2):
            _append(sheet, number, row)
        if section.note:
            _append(sheet, len(section.rows) + 3, (section.note,))
        _widths(sheet, (28, *(18 for _ in section.columns[1:])))
        sheet.freeze_panes = "B2"
    buffer = io.BytesIO()
    book.save(buffer)
    return repack(buffer.getvalue(), paper.at)


def _sheet_name(number: int, title: str) -> str:
    plain = "".join(char for char in title if char not in "[]:*?/\\'")
    return f"{number} {plain}"[:31]


def _append(sheet: Worksheet, row: int, cells: Sequence[Cell], bold: bool = False) -> None:
    for column, value in enumerate(cells, start=1):
        cell = sheet.cell(row, column)
        assert isinstance(cell, SheetCell)
        if isinstance(value, str):
            cell.value, cell.data_type = value, "s"
        else:
            cell.value = Decimal(value).scaleb(-2) if isinstance(value, Fen) else value
            cell.number_format = "#,##0.00" if isinstance(value, Fen) else "#,##0"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if bold:
            cell.font = Font(bold=True)


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def to_docx(paper: Paper) -> bytes:
    """A4 with a table for each section, its heading row repeated on every page."""
    document = Document()
    _set_up(document, shanghai_time(paper.at).replace(tzinfo=None))
    document.core_properties.title = paper.title
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(paper.title)
    run.bold, run.font.size = True, Pt(18)
    _font(run._r.get_or_add_rPr(), "黑体")
    for name, value in paper.facts:
        document.add_paragraph(f"{name}：{value}")
    for section in paper.sections:
        heading = document.add_paragraph()
        heading.paragraph_format.space_before, heading.paragraph_format.keep_with_next = Pt(12), True
        text = heading.add_run(section.title)
        text.bold = True
        _font(text._r.get_or_add_rPr(), "黑体")
        _docx_table(document, section)
        if section.note:
            document.add_paragraph(section.note).runs[0].font.size = Pt(9)
    buffer = io.BytesIO()
    document.save(buffer)
    return repack(buffer.getvalue(), paper.at)


def _docx_table(document: "Document", section: Section) -> None:  # type: ignore[valid-type]
    table = document.add_table(rows=1, cols=len(section.columns))  # type: ignore[attr-defined]
    table.style = document.styles["Table Grid"]  # type: ignore[attr-defined]
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(properties.makeelement(_HEADER, {}))
    for cell, name in zip(table.rows[0].cells, section.columns, strict=True):
        _write(cell, name, bold=True)
    for row in section.rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            _write(cell, shown(value), right=isinstance(value, int))
    for row in table.rows:
        row.cells[0].width = Cm(4)


_HEADER = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tblHeader"


def _write(cell: "object", text: str, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]  # type: ignore[attr-defined]
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(9), bold
    paragraph.paragraph_format.line_spacing = 1
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
