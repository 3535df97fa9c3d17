"""The journal in an embedded SQLite file: WAL, synchronous=FULL, one writing thread, one statement an append.

A multi-row INSERT is one step of SQLite and so one wait for the interpreter's lock. `executemany` takes that
lock once a row: beside a busy event loop it was a hundred times slower.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

from msgspec.json import encode
from msgspec.structs import astuple

from exchange.ports import Lease, OutcomeUnknown, Row, Standing, Unavailable, UnsafeStore
from exchange.store import batch, schema, sqlite_seat
from exchange.store.sqlite_seat import SqliteSeat, transaction
from matching_engine.errors import Broken, LuochuiError, Malformed, require

T = TypeVar("T")

_PAGE = 2000
_BUSY_MS = 5000
_STATEMENT_ROWS = 1024
"""SQLite takes 32,766 parameters a statement: 2,340 rows."""

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SqliteJournal:
    """The journal in one file; see exchange.ports.Journal. `writable=False` only reads."""

    def __init__(
        self, path: Path, writable: bool = True, lease_seconds: float = schema.LEASE_SECONDS
    ) -> None:
        self._path = path
        self._lease_us = round(lease_seconds * 1_000_000)
        self._seat = SqliteSeat(path)
        self._held: dict[str, Lease] = {}
        self._writer = _Line(partial(writing, path), "journal-writer") if writable else None
        self._reader = _Line(partial(_reading, path), "journal-reader")

    async def open(self) -> None:
        """Connect; UnsafeStore when the file cannot be written ahead, WrongSchema when it has no journal."""
        if not self._path.is_file():
            raise schema.WrongSchema(f"{self._path}: no such database; run luochui migrate")
        if self._writer:
            await self._writer.run(_probe)
        await self._reader.run(_probe)

    async def acquire(self, house: str, holder: str, at: int) -> Lease:
        """Become the writer of `house`: every earlier epoch is fenced from now on."""
        lease = await self._write(lambda connection: sqlite_seat.acquire(connection, house, holder, at))
        self._held[house] = lease
        return lease

    async def renew(self, lease: Lease, at: int) -> None:
        """Give a sign of life; Fenced when the lease is no longer ours."""
        await self._write(lambda connection: sqlite_seat.renew(connection, lease, at, self._lease_us))

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Write all rows in one commit, or nothing."""
        if rows:
            batch.check(lease, rows)
            await self._write(lambda connection: _append(connection, lease, rows))

    async def read(self, house: str, after: int = 0) -> AsyncIterator[Row]:
        """Rows with seq > `after`, in order, a page at a time: no long read holds up a checkpoint."""
        where = "house = ? AND seq > ? ORDER BY seq LIMIT ?"
        while page := await self._select(where, house, after, _PAGE):
            for row in page:
                yield row
            after = page[-1].seq

    async def hashes(self, house: str, after: int, until: int) -> list[bytes]:
        """The hashes of the rows with seq > `after` and <= `until`, in order."""
        query = "SELECT hash FROM journal WHERE house = ? AND seq > ? AND seq <= ? ORDER BY seq"
        return await self._reader.run(
            lambda connection: [found for (found,) in connection.execute(query, (house, after, until))]
        )

    async def find(self, house: str, command_id: str) -> list[Row]:
        """The rows of one command, in order; empty when it was never decided."""
        return await self._select("house = ? AND command_id = ? ORDER BY part", house, command_id)

    async def stream(self, house: str, stream: str, after: int = 0) -> list[Row]:
        """The rows of one stream with stream_seq > `after`, in order of seq."""
        where = "house = ? AND stream = ? AND stream_seq > ? ORDER BY stream_seq, seq"
        return await self._select(where, house, stream, after)

    async def houses(self) -> list[str]:
        """The houses that have rows, by name."""
        found = await self._reader.run(lambda connection: connection.execute(schema.HOUSES).fetchall())
        return sorted(house for (house,) in found)

    async def standing(self, house: str) -> Standing | None:
        """What the lease of a house says; None when it never had one."""
        return await self._reader.run(lambda connection: sqlite_seat.standing(connection, house))

    async def sit(self, house: str) -> bool:
        """Take the file, which is the one seat of all its houses, if nobody has it."""
        return self._seat.take()

    async def queue(self, house: str) -> None:
        """Nobody waits for an embedded database."""
        raise Malformed(
            "standby", "an embedded database", "PostgreSQL: one process alone serves a SQLite file"
        )

    async def fence(self, standing: Standing) -> bool:
        """The operating system frees the file when its process is gone; one that hangs is not disturbed."""
        return False

    async def register(self, lease: Lease, address: str) -> None:
        """Enter in the lease where its holder takes commands."""
        await self._write(lambda connection: sqlite_seat.register(connection, lease, address))

    async def leave(self, house: str) -> None:
        """Give the file back; the lease, if it is ours, ends now."""
        lease = self._held.pop(house, None)
        if lease is not None:
            await self._write(lambda connection: sqlite_seat.end(connection, lease))
        self._seat.free()

    async def close(self) -> None:
        """Let go of the file; the writer last, since only it can fold the write-ahead log into it."""
        await self._reader.close()
        if self._writer:
            await self._writer.close()
        self._seat.free()

    async def _write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        if self._writer is None:
            raise Broken("a journal opened for reading was asked to write")
        return await self._writer.run(job)

    async def _select(self, where: str, *values: object) -> list[Row]:
        # The condition is a literal of this file; values are always parameters.
        query = f"SELECT {schema.COLUMN_LIST} FROM journal WHERE {where}"  # noqa: S608
        return await self._reader.run(
            lambda connection: [schema.row(found) for found in connection.execute(query, values)]
        )


class _Line:
    """One connection on one thread of its own; what is asked of it happens in order."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], name: str) -> None:
        self._connect = connect
        self._thread = ThreadPoolExecutor(1, name)
        self._connection: sqlite3.Connection | None = None

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """What the job answers, or the port's error. Cancelled, it still waits for the job's end: nothing is
        written behind the back of whoever reads next."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._do, job)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait((future,))
            future.exception()
            raise

    async def close(self) -> None:
        """Close the connection after what is under way; asking again is harmless."""
        await asyncio.to_thread(self._thread.shutdown)
        if self._connection:
            self._connection.close()
            self._connection = None

    def _do(self, job: Callable[[sqlite3.Connection], T]) -> T:
        with _port_errors():
            if self._connection is None:
                self._connection = self._connect()
            return job(self._connection)


@contextmanager
def _port_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _port_error(error) from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise Malformed("journal row", str(error), "64-bit integers and UTF-8 text") from error


def _port_error(error: sqlite3.Error) -> LuochuiError:
    text = f"journal: {error}"
    if _code(error) in _DAMAGED:
        return Broken(text)
    if "no such table" in text:
        return schema.WrongSchema(f"{text}; run luochui migrate")
    return Unavailable(text)


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 when the error is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def writing(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on disk when they return; UnsafeStore when the file cannot have that."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    for pragma in ("synchronous = FULL", "fullfsync = ON", "foreign_keys = ON", f"busy_timeout = {_BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")
    if mode != "wal":
        connection.close()
        raise UnsafeStore(f"{path}: journal_mode is {mode}, it must be wal; is the file on a network drive?")
    return connection


def _reading(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    return connection


def _probe(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT 1 FROM journal, lease LIMIT 1")


def _append(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> None:
    try:
        written = _insert_all(connection, lease, rows)
    except sqlite3.IntegrityError as error:
        raise _refusal(connection, lease, rows) from error
    except sqlite3.OperationalError as error:
        if _code(error) == sqlite3.SQLITE_IOERR:
            raise OutcomeUnknown(f"journal: the disk failed during a commit: {error}") from error
        raise
    if not written:
        raise _refusal(connection, lease, rows)


def _insert_all(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> bool:
    """One statement, which is its own transaction; a batch beyond one statement needs one around it.

    Within it only the first part can find the epoch or the seq changed: then nothing at all is written.
    """
    if len(rows) <= _STATEMENT_ROWS:
        return _insert(connection, lease, rows)
    parts = [rows[at : at + _STATEMENT_ROWS] for at in range(0, len(rows), _STATEMENT_ROWS)]
    with transaction(connection):
        return all(_insert(connection, lease, part) for part in parts)


def _insert(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> bool:
    """Insert if the epoch is ours and the rows follow the last; whether they were written."""
    width = 1 << (len(rows) - 1).bit_length()
    empty = (None,) * (len(schema.COLUMNS) * (width - len(rows)))
    guard = (lease.house, lease.epoch, rows[0].seq, lease.house)
    values = (*chain.from_iterable(map(astuple, rows)), *empty, *guard)
    written = connection.execute(_insert_statement(width), values).rowcount
    require(written in (0, len(rows)), f"a batch is written whole: {written} of {len(rows)} rows were")
    return written > 0


@cache
def _insert_statement(width: int) -> str:
    """The append for up to `width` rows, a power of two, so that few statements are ever prepared."""
    row = f"({', '.join('?' * len(schema.COLUMNS))})"
    # Only question marks and the names of columns go into the text.
    return (
        f"INSERT INTO journal ({schema.COLUMN_LIST}) SELECT * FROM (VALUES {', '.join([row] * width)})"  # noqa: S608
        " WHERE column1 IS NOT NULL"
        " AND EXISTS (SELECT 1 FROM lease WHERE house = ? AND epoch = ?)"
        " AND ? = (SELECT coalesce(max(seq), 0) + 1 FROM journal WHERE house = ?)"
    )


def _refusal(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> LuochuiError:
    epoch = connection.execute("SELECT epoch FROM lease WHERE house = ?", (lease.house,)).fetchone()
    duplicate = connection.execute(
        "SELECT command_id FROM journal WHERE house = ?"
        " AND command_id IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT 1",
        (lease.house, encode(sorted({row.command_id for row in rows})).decode()),
    ).fetchone()
    head = connection.execute(
        "SELECT coalesce(max(seq), 0) FROM journal WHERE house = ?", (lease.house,)
    ).fetchone()[0]
    return batch.refusal(lease, rows, epoch and epoch[0], duplicate and duplicate[0], head)
