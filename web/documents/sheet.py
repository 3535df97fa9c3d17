"""The calculation sheet of a claim as XLSX: each step with its figure, the source of the rule, the bank's evidence."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from matching_engine.money import format_yuan
from settlement.state import Claim
from settlement.worksheet import Step
from web.documents.evidence import KINDS, Movement
from web.documents.packing import repack
from web.i18n import speech

_BOLD = Font(bold=True)


def calculation_sheet(
    claim: Claim, shares: Sequence[tuple[str, tuple[Step, ...]]], movements: Iterable[Movement]
) -> bytes:
    """The workbook of a claim; `shares` are further calculations by their heading. The same state, the same bytes."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _calculation(first, claim, shares)
    _bank(book.create_sheet("银行凭证"), movements)
    buffer = io.BytesIO()
    book.save(buffer)
    return repack(buffer.getvalue(), claim.drawn_up_at)


def _calculation(sheet: Worksheet, claim: Claim, shares: Sequence[tuple[str, tuple[Step, ...]]]) -> None:
    sheet.title = "计算过程"
    for row in (
        ("申报编号", claim.id),
        ("规则", claim.rule),
        ("文件", claim.document),
        ("条款", claim.clause),
        ("原文", claim.quote),
        ("性质", claim.benefit),
        ("申报年度", str(claim.claim_year)),
        ("计算基数（元）", format_yuan(claim.base_fen)),
        ("金额（元）", format_yuan(claim.amount_fen)),
    ):
        _append(sheet, row)
    _steps(sheet, "计算步骤", claim.steps)
    for heading, steps in shares:
        _steps(sheet, heading, steps)
    _widths(sheet, (26, 60, 14))


def _steps(sheet: Worksheet, heading: str, steps: Iterable[Step]) -> None:
    _append(sheet, ("",))
    _append(sheet, (heading, "数值", "比较"), bold=True)
    zh = speech("zh")
    for step in steps:
        value = zh.code("rounding", step.value) if step.name == "ROUNDING" else step.value
        holds = {None: "", True: "符合", False: "不符合"}[step.holds]
        _append(sheet, (zh.code("step_name", step.name), f"{step.sign} {value}".strip(), holds))


def _bank(sheet: Worksheet, movements: Iterable[Movement]) -> None:
    _append(sheet, ("款项", "银行日期", "银行流水号", "付款方", "金额（元）"), bold=True)
    for one in movements:
        _append(sheet, (KINDS[one.kind], one.on, one.reference, one.payer, format_yuan(one.amount_fen)))
    _widths(sheet, (28, 14, 30, 30, 18))


def _append(sheet: Worksheet, texts: Sequence[str], bold: bool = False) -> None:
    """A row of texts; none of them is ever a formula, whatever it begins with."""
    row = sheet.max_row + 1 if sheet["A1"].value is not None else 1
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(row, column)
        assert isinstance(cell, Cell)
        cell.value = text
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if bold:
            cell.font = _BOLD


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for column, width in zip("ABCDE", widths, strict=False):
        sheet.column_dimensions[column].width = width
