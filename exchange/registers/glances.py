"""Small questions that are asked again and again, for as little as a question can cost (docs/adr/0021).

What works beside the house looks every second or two whether there is something to do, and mostly there is not. A
session, its transaction and the question whether the connection is still there take a millisecond or two of the loop,
in which no bid is heard. Here one connection is kept, and a look is one statement that goes to the driver as it is.
"""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any

import asyncpg
from sqlalchemy import JSON, Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.engine import Compiled
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from exchange.ports import Unavailable

_DRIVER_ERRORS = (
    *(sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError),
    asyncpg.InternalClientError,  # What asyncpg calls a question into a connection that is just breaking off.
)


class Glances:
    """The connection that is kept, and the statements as its driver takes them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._embedded = engine.dialect.name == "sqlite"
        self._turn = asyncio.Lock()
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._compiled: dict[Select[Any], Compiled] = {}

    async def value(self, statement: Select[Any], values: dict[str, Any]) -> Any:
        """The first column of the first row as the driver gives it, None where there is no row; Unavailable.

        The statement is kept for ever: it is a constant. Its values are texts and whole numbers.
        """
        sql, given = self._ready(statement, values)
        async with self._turn:
            if self._connection is not None:
                try:
                    return await self._ask(sql, given)
                except Exception:
                    await self._leave(broken=True)  # It was kept for long, and may be gone since.
            await self._connect()
            try:
                return await self._ask(sql, given)
            except _DRIVER_ERRORS as error:
                raise Unavailable(f"registers: {error}") from error

    async def summary(self, rows: Select[Any], id_: str, ids: Sequence[str], values: dict[str, Any]) -> Any:
        """All that constant `rows` say of these ids, as one text: while it is the same, nothing changed. `id_` is the
        column of theirs that holds the ids."""
        return await self.value(_summary(rows, id_, self._embedded), {"ids": json.dumps(ids), **values})

    async def close(self) -> None:
        """Let go of the connection."""
        async with self._turn:
            await self._leave(broken=False)

    def _ready(self, statement: Select[Any], values: dict[str, Any]) -> tuple[str, list[Any]]:
        compiled: Any = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = statement.compile(dialect=self._engine.dialect)
        given = compiled.construct_params(values)
        return compiled.string, [given[name] for name in compiled.positiontup]

    async def _connect(self) -> None:
        self._connection = await self._engine.connect()
        self._driver = (await self._connection.get_raw_connection()).driver_connection

    async def _ask(self, sql: str, given: list[Any]) -> Any:
        if not self._embedded:
            return await self._driver.fetchval(sql, *given)
        rows = await self._driver.execute_fetchall(sql, given)
        return rows[0][0] if rows else None

    async def _leave(self, broken: bool) -> None:
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None and broken:
            await connection.invalidate()
        if connection is not None:
            await connection.close()


@cache
def _summary(rows: Select[Any], id_: str, embedded: bool) -> Select[Any]:
    ids = bindparam("ids", type_=Text)
    among = func.json_each(ids) if embedded else func.json_array_elements_text(cast(ids, JSON))
    chosen = select(among.table_valued("value").c.value)
    found = rows.where(rows.selected_columns[id_].in_(chosen)).subquery()
    if embedded:
        ordered = select(found).order_by(found.c[id_]).subquery()
        return select(func.json_group_array(func.json_array(*ordered.c)))
    each = func.json_build_array(*found.c)
    return select(cast(func.json_agg(aggregate_order_by(each, found.c[id_])), Text))
