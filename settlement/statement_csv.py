"""Bank statements as CSV, as banks' online desks export them: each bank names its columns in its own way.

A column map says which is which. The sum is checked row by row where the map names a balance column, and
against an opening and a closing balance where it gives them; one of the two is required.
"""

import csv
import hashlib
import re
from typing import Literal

import msgspec

from matching_engine.errors import Malformed
from settlement.bank_account import NUMBER_MAX, TEXT_MAX, BankAccount, tidy
from settlement.bank_statement import (
    ENTRIES_MAX,
    LIMIT_BYTES,
    BankCredit,
    BankDebit,
    BankFile,
    credit_id,
    day,
    distinct,
    fen,
)
from settlement.statement_head import StatementHead


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bank's heading of each column; `entry` is the bank's serial number of the movement (流水号)."""

    entry: str
    date: str
    credit: str
    payer: str
    reference: str
    debit: str | None = None
    payer_account: str | None = None
    payer_bank: str | None = None
    balance: str | None = None
    currency: str | None = None


class ColumnMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to read one bank's CSV. Balances are texts in yuan; `statement` names the file's statement, if it has a name."""

    account: str
    columns: Columns
    statement: str = ""
    encoding: Literal["utf-8", "gb18030"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    opening: str | None = None
    closing: str | None = None


class _Row(msgspec.Struct, frozen=True):
    """A movement with the name that an error gives it."""

    name: str
    entry: str
    amount_fen: int
    balance_fen: int | None
    reference: str
    payer: str
    on: str
    account: BankAccount | None


def read_csv(data: bytes, columns: ColumnMap) -> tuple[BankCredit, ...]:
    """The credits of a file; Malformed names the row and the column of the first thing that is wrong."""
    return read_csv_file(data, columns).credits


def read_csv_file(data: bytes, columns: ColumnMap) -> BankFile:
    """A file whole: what came in, what went out, and its head, if it has a movement."""
    rows = [_row(number, row, columns.columns) for number, row in _rows(data, columns)]
    closing_fen = _check_sum(rows, columns)
    credits_ = distinct(_credit(row, columns) for row in rows if row.amount_fen > 0)
    debits = tuple(_debit(row, columns) for row in rows if row.amount_fen < 0)
    heads = (_head(rows, columns, closing_fen, data),) if rows else ()
    return BankFile(credits_, debits, heads)


def _credit(row: _Row, columns: ColumnMap) -> BankCredit:
    return BankCredit(
        credit_id(columns.account, columns.statement, row.entry),
        row.name,
        row.reference,
        row.payer,
        row.amount_fen,
        row.on,
        row.account,
        _bank_reference(row, columns),
    )


def _debit(row: _Row, columns: ColumnMap) -> BankDebit:
    reference = _bank_reference(row, columns)
    return BankDebit(row.name, row.reference, row.payer, -row.amount_fen, row.on, reference)


def _bank_reference(row: _Row, columns: ColumnMap) -> str:
    return f"{columns.statement}/{row.entry}" if columns.statement else row.entry


def _head(rows: list[_Row], columns: ColumnMap, closing_fen: int, data: bytes) -> StatementHead:
    """The file as a statement; known by its content, for the next export may say more. Rows may stand in either order of days."""
    name = f"{columns.statement or 'csv'}-{hashlib.sha256(data).hexdigest()[:16]}"
    opening_fen = closing_fen - sum(row.amount_fen for row in rows)
    days = sorted(row.on for row in rows)
    return StatementHead(columns.account, name, None, opening_fen, closing_fen, days[0], days[-1], len(rows))


def _rows(data: bytes, columns: ColumnMap) -> list[tuple[int, dict[str, str]]]:
    """The rows under their headings, with their line numbers."""
    if len(data) > LIMIT_BYTES:
        raise Malformed("file", f"{len(data)} bytes", f"at most {LIMIT_BYTES}")
    try:
        text = data.decode(columns.encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as wrong:
        raise Malformed("file", f"byte {wrong.start}", f"text in {columns.encoding}") from wrong
    reader = csv.reader(re.split(r"(?<=\n)", text), delimiter=columns.delimiter, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as wrong:
        raise Malformed(f"line {reader.line_num}", str(wrong), "CSV") from wrong
    return _under_headings(lines, columns.columns)


def _under_headings(lines: list[tuple[int, list[str]]], columns: Columns) -> list[tuple[int, dict[str, str]]]:
    headings = [heading.strip() for heading in lines[0][1]] if lines else []
    for field, heading in msgspec.structs.asdict(columns).items():
        if heading is not None and headings.count(heading) != 1:
            raise Malformed(f"columns.{field}", heading, f"one of the headings {', '.join(headings)}")
    filled = [(number, cells) for number, cells in lines[1:] if any(cell.strip() for cell in cells)]
    if len(filled) > ENTRIES_MAX:
        raise Malformed("file", f"{len(filled)} rows", f"at most {ENTRIES_MAX}")
    for number, cells in filled:
        if len(cells) != len(headings):
            raise Malformed(f"line {number}", f"{len(cells)} cells", f"{len(headings)} cells")
    return [(number, dict(zip(headings, map(str.strip, cells), strict=True))) for number, cells in filled]


def _row(number: int, row: dict[str, str], columns: Columns) -> _Row:
    entry = row[columns.entry]
    name = f"line {number} ({entry})" if entry else f"line {number}"
    if not entry:
        raise Malformed(f"{name}, {columns.entry}", "nothing", "the bank's number of the movement")
    if columns.currency is not None and row[columns.currency] not in ("CNY", "RMB", "人民币"):
        raise Malformed(f"{name}, {columns.currency}", row[columns.currency], "CNY")
    came_fen = _cell(row, columns.credit, name)
    went_fen = _cell(row, columns.debit, name)
    if bool(came_fen) == bool(went_fen):
        headings = f"{columns.credit} or {columns.debit}" if columns.debit else columns.credit
        raise Malformed(f"{name}, {headings}", "none or two amounts", "one amount above 0.00")
    return _Row(
        name=name,
        entry=entry,
        amount_fen=came_fen - went_fen,
        balance_fen=_balance(row, columns.balance, name),
        reference=row[columns.reference],
        payer=row[columns.payer],
        on=day(row[columns.date], f"{name}, {columns.date}"),
        account=_account(row, columns),
    )


def _account(row: dict[str, str], columns: Columns) -> BankAccount | None:
    """Where the money came from, if the map names the column and the row fills it."""
    number = row[columns.payer_account] if columns.payer_account else ""
    if not number or len(number) > NUMBER_MAX:
        return None
    bank = row[columns.payer_bank] if columns.payer_bank else ""
    return tidy(BankAccount((row[columns.payer] or number)[:TEXT_MAX], number, bank[:TEXT_MAX]))


def _cell(row: dict[str, str], heading: str | None, name: str) -> int:
    """The fen in a cell, with thousands apart or not; an empty cell is nothing."""
    text = row[heading].replace(",", "") if heading else ""
    return fen(text, f"{name}, {heading}") if text else 0


def _balance(row: dict[str, str], heading: str | None, name: str) -> int | None:
    return _signed(row[heading], f"{name}, {heading}") if heading else None


def _signed(text: str, field: str) -> int:
    plain = text.replace(",", "").strip()
    return -fen(plain[1:], field) if plain.startswith("-") else fen(plain, field)


def _check_sum(rows: list[_Row], columns: ColumnMap) -> int:
    """Opening balance + movements = closing balance, and each row's balance follows from the one before.

    Gives the closing balance.
    """
    if columns.columns.balance is None and (columns.opening is None or columns.closing is None):
        raise Malformed("columns.balance", None, "a balance column, or opening and closing in the map")
    balance_fen = _signed(columns.opening, "opening") if columns.opening is not None else None
    for row in rows:
        after_fen = None if balance_fen is None else balance_fen + row.amount_fen
        if row.balance_fen is not None and after_fen not in (None, row.balance_fen):
            raise Malformed(f"{row.name}, {columns.columns.balance}", row.balance_fen, f"{after_fen} fen")
        balance_fen = row.balance_fen if after_fen is None else after_fen
    if columns.closing is not None and balance_fen is not None:
        closing_fen = _signed(columns.closing, "closing")
        if closing_fen != balance_fen:
            raise Malformed("closing", f"{closing_fen} fen", f"{balance_fen} fen, by the rows")
    return balance_fen or 0
