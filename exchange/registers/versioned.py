"""A register whose every change is kept, with who made it and when."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.registers.database import Database
from exchange.registers.models import Base
from matching_engine.errors import Malformed

V = TypeVar("V", bound=msgspec.Struct)
_CHUNK = 10_000
"""Ids in one question; both databases take some 32,000."""


class Version(msgspec.Struct, Generic[V], frozen=True):
    """One state of a row: its number from 1, the instant (µs) and the account that made it so."""

    version: int
    at: int
    by: str
    value: V
    reason: str = ""
    """Why, where the register asks for it."""


class Versioned(Generic[V]):
    """Rows of one kind, as frozen values; the table of versions grows with every change and is never altered."""

    value: ClassVar[type[msgspec.Struct]]
    row: ClassVar[type[Base]]
    history: ClassVar[type[Base]]
    name: ClassVar[str]
    """The column of `history` that names the row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, value: V, by: str, at: int) -> V:
        """Enter a new row; Malformed when its id or another unique column is taken."""
        await self.add_all([value], by, at)
        return value

    async def add_all(self, values: Sequence[V], by: str, at: int) -> None:
        """Enter all of them or none."""
        async with self._database.writing() as session:
            await self.add_within(session, values, by, at)

    async def add_within(self, session: AsyncSession, values: Sequence[V], by: str, at: int) -> None:
        """Enter all of them in a transaction that somebody else began."""
        if not values:
            return
        bodies = [msgspec.to_builtins(value) for value in values]
        try:
            await session.execute(insert(self.row), [{**body, "version": 1} for body in bodies])
            await session.execute(insert(self.history), [self._entry(body, 1, by, at) for body in bodies])
        except IntegrityError as error:
            came = bodies[0]["id"] if len(bodies) == 1 else f"{len(bodies)} rows"
            raise Malformed(self.name, came, f"rows that fit the register ({error.orig})") from error
        await self._kept(session, [(None, value) for value in values])

    def _entry(self, body: dict[str, Any], version: int, by: str, at: int) -> dict[str, object]:
        return {self.name: body["id"], "version": version, "at": at, "by": by, "body": body}

    async def _kept(self, session: AsyncSession, changes: Sequence[tuple[V | None, V]]) -> None:
        """What else a register does in the same transaction once rows are written: each before, and as it is now."""

    async def change(self, value: V, by: str, at: int, reason: str = "") -> V:
        """Replace a row by `value`, as its next version; Malformed when there is no such row."""
        async with self._database.writing() as session:
            await self.change_within(session, [value], by, at, reason)
        return value

    async def change_within(
        self, session: AsyncSession, values: Sequence[V], by: str, at: int, reason: str = ""
    ) -> None:
        """Replace rows in a transaction that somebody else began; each as its next version."""
        changes: list[tuple[V | None, V]] = []
        for value in values:
            body = msgspec.to_builtins(value)
            row = cast(Any, await session.get(self.row, body["id"], with_for_update=True))
            if row is None:
                raise Malformed(self.name, body["id"], "an id that is in the register")
            changes.append((self._read(row), value))
            row.version += 1
            for field, content in body.items():
                setattr(row, field, content)
            kept = {**body, "reason": reason} if reason else body
            session.add(self.history(**self._entry(kept, row.version, by, at)))
        try:
            await session.flush()
        except IntegrityError as error:
            raise Malformed(self.name, "a change", f"rows that fit the register ({error.orig})") from error
        await self._kept(session, changes)

    async def get(self, key: str) -> V | None:
        """The row as it stands."""
        async with self._database.reading() as session:
            row = await session.get(self.row, key)
            return None if row is None else self._read(row)

    async def get_many(self, keys: Sequence[str]) -> dict[str, V]:
        """The rows with these ids, by id; ids that are in no row are left out."""
        table = cast(Any, self.row)
        found: dict[str, V] = {}
        for start in range(0, len(keys), _CHUNK):
            rows = await self._select(select(table).where(table.id.in_(keys[start : start + _CHUNK])))
            found.update((cast(Any, value).id, value) for value in rows)
        return found

    async def versions(self, key: str) -> list[Version[V]]:
        """Everything the row ever was, oldest first."""
        table = cast(Any, self.history)
        query = select(table).where(getattr(table, self.name) == key).order_by(table.version)
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return [
            Version(
                row.version,
                row.at,
                row.by,
                cast(V, msgspec.convert(row.body, self.value)),
                str(row.body.get("reason", "")),
            )
            for row in rows
        ]

    def _read(self, row: Base) -> V:
        names = cast(Any, self.value).__struct_fields__
        return cast(V, msgspec.convert({name: getattr(row, name) for name in names}, self.value))

    async def _select(self, query: Any) -> list[V]:
        async with self._database.reading() as session:
            return [self._read(row) for row in (await session.scalars(query)).all()]
