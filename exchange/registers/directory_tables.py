"""Directories as tables: written as CSV and XLSX, taken in with a report of every row. What is written can be read.

Amounts are yuan, dates ISO; a text never becomes a formula of the spreadsheet that opens it.
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from exchange.registers import Registers
from exchange.registers.directory import Entry, Reader, entry_of, with_values
from exchange.registers.directory_kinds import COLUMNS, MADE, Field, Kind, State
from exchange.registers.directory_references import known
from exchange.registers.directory_values import Values, check, from_text, to_text, withheld
from exchange.registers.imports import Report, RowReport
from exchange.registers.tables import TableRow, read_named
from matching_engine.errors import Malformed

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What spreadsheets obey at the beginning of a cell, some of them at full width as well."""
_TEXTS = ("text", "url", "shares", "organisation", "achievement", "trade")
RESERVED = frozenset({"new", "table", "import", "check"})
"""Words of the addresses; no entry is called so."""


# Written


def header(kind: Kind, inside: bool, language: str) -> list[str]:
    """The names of the columns."""
    zh = language == "zh"
    fields = kind.seen(inside)
    made = [(name, chinese) for name, chinese in MADE.items() if _has(kind, name)]
    return [
        *(chinese if zh else name for name, chinese in COLUMNS.items()),
        *(one.zh if zh else one.column for one in fields),
        *(chinese if zh else name for name, chinese in made),
    ]


def _has(kind: Kind, made: str) -> bool:
    return kind.due is not None if made == "made_due_on" else kind.score is not None


def _cells(kind: Kind, entry: Entry, reader: Reader, inside: bool) -> list[tuple[str, bool]]:
    """The texts of a row, and whether a person wrote each; what is not open to the reader stays empty."""
    whole = reader.inside(entry)
    cells = [(entry.id, True), (entry.owner or "", True), (entry.state, False)]
    for field in kind.seen(inside):
        hidden = field not in kind.seen(whole)
        text = "" if hidden else to_text(field, entry.fields.get(field.name))
        cells.append((text, field.type in _TEXTS))
    return cells + [
        (entry.figures.get(name.removeprefix("made_"), ""), False) for name in MADE if _has(kind, name)
    ]


def as_csv(kind: Kind, entries: Sequence[Entry], reader: Reader, language: str) -> bytes:
    """UTF-8 with the mark that spreadsheets look for."""
    inside = _any_inside(entries, reader)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header(kind, inside, language))
    for entry in entries:
        writer.writerow(
            [guarded(text) if free else text for text, free in _cells(kind, entry, reader, inside)]
        )
    return "\ufeff".encode() + buffer.getvalue().encode()


def as_xlsx(kind: Kind, entries: Sequence[Entry], reader: Reader, language: str) -> bytes:
    """A workbook of one sheet, in which every cell is a text."""
    inside = _any_inside(entries, reader)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(kind.kind[:31])
    sheet.append(header(kind, inside, language))
    for entry in entries:
        row = []
        for text, _ in _cells(kind, entry, reader, inside):
            cell = WriteOnlyCell(sheet, None)
            # Set after the value's own guess: a text that begins with "=" stays a text.
            cell.value, cell.data_type = text, "s"
            row.append(cell)
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _any_inside(entries: Sequence[Entry], reader: Reader) -> bool:
    return reader.overseer or any(reader.inside(one) for one in entries)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


# Taken in


class Taker(msgspec.Struct, frozen=True):
    """Who takes a table in: as which reader, in which roles, and whether of any owner (`own` None) or of the own only."""

    reader: Reader
    roles: frozenset[str]
    own: str | None = None
    trades: Collection[str] | None = None


class _Plan(msgspec.Struct):
    """What a table comes to before anything is written."""

    new: list[Entry] = []
    changed: list[Entry] = []
    reports: list[RowReport] = []
    seen: dict[str, int] = {}
    keys: dict[str, int] = {}


async def take(
    registers: Registers, kind: Kind, data: bytes, taker: Taker, at: int, *, strict: bool = False
) -> Report:
    """Take a table in: each row new, changed, unchanged, or refused and why; with `strict` all rows or none.

    New rows are drafts. Malformed when the file is no table or its header is not one of the kind's.
    """
    rows = list(read_named(data, _names(kind), ["id"]))
    ids = [str(row.cells["id"] or "").strip() for row in rows if isinstance(row, TableRow)]
    there = await registers.directory.get_many(ids)
    read = [_read(kind, row, there) for row in rows]
    fields = [one for one in read if isinstance(one, dict)]
    named = await known(registers, kind, fields, taker.reader, taker.trades)
    owners = await registers.organisations.get_many(
        [text for row in rows if isinstance(row, TableRow) and (text := _owner_cell(row))]
    )
    plan = _Plan()
    for n, (row, values) in enumerate(zip(rows, read, strict=True)):
        try:
            if isinstance(row, Malformed):
                raise row
            if isinstance(values, Malformed):
                raise values
            entry, old = _entry(kind, row, values, there, taker, at, owners, named)
            await _alone(registers, kind, row, entry, plan)
            _note(plan, row, entry, old)
        except Malformed as wrong:
            plan.reports.append(_refused(kind, row, n + 2, wrong))
    faulty = any(one.outcome == "refused" for one in plan.reports)
    if not (strict and faulty):
        async with registers.database.writing() as session:
            await registers.directory.add_within(session, plan.new, taker.reader.account, at)
            await registers.directory.change_within(session, plan.changed, taker.reader.account, at)
    return Report(plan.reports, not (strict and faulty))


def _names(kind: Kind) -> dict[str, str]:
    """Every name that a header may use → the column."""
    pairs = [*COLUMNS.items(), *MADE.items(), *((one.column, one.zh) for one in kind.fields)]
    return {name: column for column, chinese in pairs for name in (column, chinese)}


def _owner_cell(row: TableRow) -> str:
    return row.text("owner") if isinstance(row.cells.get("owner"), str) else ""


def _read(kind: Kind, row: TableRow | Malformed, there: Mapping[str, Entry]) -> Values | Malformed:
    """The values of a row, over those that the register has; what was computed is computed again."""
    if isinstance(row, Malformed):
        return row
    old = there.get(str(row.cells["id"] or "").strip())
    values: Values = dict(old.fields) if old is not None and old.kind == kind.kind else {}
    for field in kind.fields:
        if field.column in row.cells:
            try:
                values[field.name] = _value(field, row)
            except Malformed as wrong:
                return wrong
    return values


def _value(field: Field, row: TableRow) -> Any:
    """The value of a cell; a date cell of a workbook is a date."""
    if field.type == "date":
        day = row.day(field.column)
        return day.isoformat() if day else None
    return from_text(field, _unguarded(row.text(field.column)))


def _entry(
    kind: Kind,
    row: TableRow,
    values: Values,
    there: Mapping[str, Entry],
    taker: Taker,
    at: int,
    owners: Collection[str],
    named: Any,
) -> tuple[Entry, Entry | None]:
    """The row as an entry, and what is there under its id."""
    id_ = row.name("id")
    old = there.get(id_)
    if len(id_) > 64 or "/" in id_ or id_ in RESERVED:
        raise row.wrong("id", "up to 64 characters without a slash, and none of the words new, table, import")
    if old is not None and (old.kind != kind.kind or not _may_change(old, taker)):
        raise row.wrong("id", "an id that is not taken")
    if old is not None and (old.state == "retired" or (kind.effect and old.state == "published")):
        raise row.wrong("id", f"an entry that is not {old.state}")
    owner = _owner(row, old, taker, owners)
    publishing = old is not None and old.state == "published" and taker.own is None
    checked = check(kind, values, named, publishing=publishing)
    for fault in withheld(kind, old.fields if old else {}, checked, taker.roles):
        raise fault
    if old is None:
        return entry_of(kind, id_, checked, owner, taker.reader.account, at), None
    state: State = "draft" if taker.own is not None or kind.four_eyes else old.state
    base = msgspec.structs.replace(old, owner=owner, state=state)
    made = with_values(kind, base, checked, taker.reader.account)
    same = (made.fields, made.owner) == (old.fields, old.owner)
    return (old if same else made), old


def _may_change(old: Entry, taker: Taker) -> bool:
    return taker.own is None or old.owner == taker.own


def _owner(row: TableRow, old: Entry | None, taker: Taker, owners: Collection[str]) -> str | None:
    """Whose the row is: in a party's own table its own, else what the cell says."""
    if taker.own is not None:
        said = row.text("owner") if "owner" in row.cells else ""
        if said not in ("", taker.own):
            raise row.wrong("owner", "your own organisation, or an empty cell")
        return taker.own
    if "owner" not in row.cells:
        return old.owner if old else None
    said = row.text("owner")
    if said and said not in owners:
        raise row.wrong("owner", "an organisation that is in the register, or an empty cell")
    return said or None


async def _alone(registers: Registers, kind: Kind, row: TableRow, entry: Entry, plan: _Plan) -> None:
    """Nothing else has the row's id or its unique fields, in the file or in the register."""
    if entry.id in plan.seen:
        raise row.wrong("id", f"each id once (row {plan.seen[entry.id]} has it)")
    other = await registers.directory.key_holder(entry)
    if other is None and entry.unique_key in plan.keys:
        other = f"row {plan.keys[entry.unique_key]}"
    if other is not None:
        raise Malformed(kind.unique[0], entry.title, f"unique {', '.join(kind.unique)} ({other} has them)")


def _note(plan: _Plan, row: TableRow, entry: Entry, old: Entry | None) -> None:
    plan.seen[entry.id] = row.number
    if entry.unique_key is not None:
        plan.keys[entry.unique_key] = row.number
    if old is None:
        plan.new.append(entry)
    elif entry != old:
        plan.changed.append(entry)
    outcome = "new" if old is None else "unchanged" if entry == old else "changed"
    plan.reports.append(RowReport(row.number, outcome, entry.id))  # type: ignore[arg-type]


def _refused(kind: Kind, row: TableRow | Malformed, n: int, wrong: Malformed) -> RowReport:
    """The report of a row that is not taken, with the column as the file names it."""
    place, _, column = wrong.field.rpartition(", column ")
    name = column or place
    found = kind.by_name.get(name)
    told = place.removeprefix("row ")
    number = row.number if isinstance(row, TableRow) else int(told) if told.isdecimal() else n
    id_ = str(row.cells["id"] or "").strip()[:64] if isinstance(row, TableRow) else ""
    shown = "" if wrong.got is None else str(wrong.got)
    return RowReport(number, "refused", id_, found.column if found else name, shown, wrong.expected)
