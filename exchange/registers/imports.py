"""Taking a table into a register: each row new, changed or unchanged, or not taken and why.

Rows are told apart by their id. A file that comes twice changes nothing the second time. A row that differs from
the register becomes a new version; columns that the file leaves out stay as they are.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, Literal, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.registers import Registers, admission
from exchange.registers.achievements import Achievement
from exchange.registers.columns import ACHIEVEMENT, DEMAND, FIELDS, Column, names
from exchange.registers.demands import Demand
from exchange.registers.tables import TableRow, read_named
from exchange.registers.versioned import Versioned
from matching_engine.errors import Malformed

V = TypeVar("V", bound=msgspec.Struct)
Outcome = Literal["new", "changed", "unchanged", "refused"]
Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""
Rows = Sequence[TableRow | Malformed]
CHUNK = 1_000
"""Rows in one transaction, unless all are taken or none: an embedded database has one writer, and a house waits."""


class RowReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one row. A refused one names column, value, and what was expected."""

    row: int
    outcome: Outcome
    id: str = ""
    column: str = ""
    value: str = ""
    expected: str = ""


class Report(msgspec.Struct, frozen=True):
    """What became of a file. `written` is false where a strict import found a fault, and nothing was taken."""

    rows: list[RowReport]
    written: bool

    def count(self, outcome: Outcome) -> int:
        """How many rows came to this."""
        return sum(one.outcome == outcome for one in self.rows)

    @property
    def whole(self) -> bool:
        """Whether every row is in the register now."""
        return self.written and not self.count("refused")


class Importer(Generic[V]):
    """Takes tables into one register. `own`: rows of this organisation only, for a seller; None: of any."""

    def __init__(
        self,
        registers: Registers,
        register: Versioned[V],
        columns: tuple[Column, ...],
        check: Callable[[Any, Collection[str]], None],
        own: str | None = None,
    ) -> None:
        self._registers = registers
        self._register = register
        self._columns = {column.name: column for column in columns}
        self._names = names(columns)
        self._needed = [column.name for column in columns if column.needed]
        self._check = check
        self._own = own
        self._holders: dict[str, str] = {}
        self._seen: dict[str, int] = {}

    def read(self, data: bytes) -> Rows:
        """The rows of a file; Malformed when it is no table or its header is not one of ours."""
        return list(read_named(data, self._names, self._needed))

    async def take(
        self, data: bytes, by: str, at: int, *, strict: bool = False, progress: Progress | None = None
    ) -> Report:
        """Take the file; Malformed when it is no table or its header is not one of ours."""
        return await self.take_rows(self.read(data), by, at, strict=strict, progress=progress)

    async def take_rows(
        self,
        rows: Rows,
        by: str,
        at: int,
        *,
        strict: bool = False,
        progress: Progress | None = None,
        chunk: int = CHUNK,
    ) -> Report:
        """Take rows that were read: `chunk` of them in one transaction, or with `strict` all in one."""
        await self._know_holders()
        reports: list[RowReport] = []
        work: list[tuple[list[V], list[V]]] = []
        for start in range(0, len(rows), chunk):
            work.append(await self._sort(rows[start : start + chunk], start, reports))
            if not strict:
                await self._write([work.pop()], by, at)
            if progress is not None:
                progress(min(start + chunk, len(rows)), len(rows))
        faulty = any(one.outcome == "refused" for one in reports)
        if strict and not faulty:
            await self._write(work, by, at)
        return Report(reports, not (strict and faulty))

    async def _write(self, work: Sequence[tuple[list[V], list[V]]], by: str, at: int) -> None:
        async with self._registers.database.writing() as session:
            for new, changed in work:
                await self._write_some(session, new, changed, by, at)

    async def _write_some(
        self, session: AsyncSession, new: list[V], changed: list[V], by: str, at: int
    ) -> None:
        await self._register.add_within(session, new, by, at)
        await self._register.change_within(session, changed, by, at)

    async def _know_holders(self) -> None:
        """Names of the organisations that rows may name."""
        after = ""
        while True:
            page = await self._registers.organisations.list(after, 1000)
            if not page:
                return
            self._holders.update({one.id: one.name for one in page})
            after = page[-1].id

    async def _sort(self, rows: Rows, start: int, reports: list[RowReport]) -> tuple[list[V], list[V]]:
        """New and changed values of some rows; a report of each."""
        ids = [str(row.cells["id"] or "").strip() for row in rows if isinstance(row, TableRow)]
        known = await self._register.get_many(ids)
        evaluated = await self._registers.evaluations.known(ids) if ids else set()
        new: list[V] = []
        changed: list[V] = []
        for n, row in enumerate(rows):
            try:
                if isinstance(row, Malformed):
                    raise row
                value, old = self._value(row, known, evaluated)
            except Malformed as wrong:
                reports.append(_refused(row, start + n, wrong))
                continue
            outcome: Outcome = "new" if old is None else "unchanged" if old == value else "changed"
            reports.append(RowReport(_number(row), outcome, _id(value)))
            if outcome != "unchanged":
                (new if outcome == "new" else changed).append(value)
        return new, changed

    def _value(self, row: TableRow, known: dict[str, V], evaluated: Collection[str]) -> tuple[V, V | None]:
        """The row as a value of the register, and what is there under its id."""
        read = {name: self._columns[name].read(row, name) for name in row.cells}
        if read["id"] in self._seen:
            raise row.wrong("id", f"each id once (row {self._seen[read['id']]} has it)")
        old = known.get(read["id"])
        self._holder(row, read, old)
        fields = {FIELDS.get(name, name): value for name, value in read.items()}
        made = msgspec.structs.replace(old, **fields) if old is not None else self._register.value(**fields)
        try:
            self._check(made, evaluated)
        except Malformed as wrong:
            column = wrong.field
            raise Malformed(f"row {row.number}, column {column}", wrong.got, wrong.expected) from wrong
        self._seen[read["id"]] = row.number
        return made, old  # type: ignore[return-value]  # the register's own value

    def _holder(self, row: TableRow, read: dict[str, Any], old: Any) -> None:
        """The organisation that holds it, with its name; a seller's rows are the seller's."""
        holder = read.get("holder") or (self._own if old is None or "holder" in read else old.holder) or None
        if "holder" in read or holder is not None:
            read["holder"] = holder
        if holder is not None and holder not in self._holders:
            raise row.wrong("holder", "an organisation that is in the register, or an empty cell")
        mine = self._own is None or (holder == self._own and (old is None or old.holder == self._own))
        if not mine:
            raise Malformed(f"row {row.number}, column holder", holder, "your own organisation")
        if holder is not None and not read.get("holder_name") and not (old is not None and old.holder_name):
            read["holder_name"] = self._holders[holder]


def achievements(registers: Registers, own: str | None = None) -> Importer[Achievement]:
    """Imports achievements."""

    def check(one: Achievement, evaluated: Collection[str]) -> None:
        admission.check(one, one.id in evaluated)

    return Importer(registers, registers.achievements, ACHIEVEMENT, check, own)


def demands(registers: Registers, own: str | None = None) -> Importer[Demand]:
    """Imports demands."""
    return Importer(registers, registers.demands, DEMAND, lambda one, evaluated: None, own)


def _id(value: Any) -> str:
    return str(value.id)


def _number(row: TableRow) -> int:
    return row.number


def _refused(row: TableRow | Malformed, n: int, wrong: Malformed) -> RowReport:
    """The report of a row that is not taken; the row's number and column stand in the error."""
    place, _, column = wrong.field.partition(", column ")
    number = place.removeprefix("row ")
    shown = "" if wrong.got is None else str(wrong.got)
    id_ = str(row.cells["id"] or "").strip()[:64] if isinstance(row, TableRow) else ""
    at = int(number) if number.isdecimal() else n + 2
    return RowReport(at, "refused", id_, column, shown, wrong.expected)
