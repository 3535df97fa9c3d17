"""The connection to the registers' database: SQLite embedded, PostgreSQL as a server, one way to use both."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Select, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from exchange.ports import Unavailable
from exchange.registers.glances import Glances
from exchange.store.urls import async_engine_url

_BUSY_MS = 5_000
_WRITE = {"luochui_write": True}


class Database:
    """One engine, and transactions that either read or write.

    Any failure of the connection is Unavailable; nothing was written then.
    """

    def __init__(self, url: str) -> None:
        target = async_engine_url(url)
        embedded = target.get_backend_name() == "sqlite"
        self.engine: AsyncEngine = create_async_engine(target, pool_pre_ping=not embedded)
        self._make = async_sessionmaker(self.engine, expire_on_commit=False)
        self._glances = Glances(self.engine)
        if embedded:
            _prepare_sqlite(self.engine)

    async def open(self) -> None:
        """Connect, and see that the tables are there."""
        try:
            async with self.reading() as session:
                await session.execute(text("SELECT 1 FROM account WHERE 1 = 0"))
        except (ProgrammingError, Unavailable) as error:
            raise Unavailable(f"the registers cannot be read (is the database migrated?): {error}") from error

    async def close(self) -> None:
        """Let go of every connection."""
        await self._glances.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only looks."""
        with _unavailable():
            async with self._make() as session:
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that writes all of it or nothing; in SQLite it takes the write lock at its start."""
        with _unavailable():
            async with self._make() as session, session.begin():
                await session.connection(execution_options=_WRITE)
                yield session

    async def glance(self, statement: Select[Any], **values: Any) -> Any:
        """The one value that a constant statement asks for, by itself: for what is looked at every second."""
        with _unavailable():
            return await self._glances.value(statement, values)

    async def summary(self, rows: Select[Any], id_: str, ids: Sequence[str], **values: Any) -> Any:
        """All that constant `rows` say of these ids of theirs, as one text: while it is the same, nothing changed."""
        with _unavailable():
            return await self._glances.summary(rows, id_, ids, values)


class _unavailable:  # noqa: N801  (used like a function)
    """Turns a lost connection into Unavailable and lets every other error pass."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        if lost or isinstance(error, OperationalError | InterfaceError | OSError | TimeoutError):
            raise Unavailable(f"registers: {error}") from error


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Foreign keys, a log that lets readers go on, and transactions that begin when we say so."""

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "foreign_keys = ON",
            f"busy_timeout = {_BUSY_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        writes = connection.get_execution_options().get("luochui_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
