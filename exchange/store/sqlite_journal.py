"""The journal in an embedded SQLite file: WAL, synchronous=FULL, one writing thread, one statement an append.

A multi-row INSERT is one step of SQLite and so one wait for the interpreter's lock. `executemany` takes that
lock once a row: beside a busy event loop it was a hundred times slower.

The statement finds the epoch itself. The last seq it must not ask for: an INSERT that reads the table it writes
keeps all its rows in a temporary table first, a quarter of the cost. The writer remembers the last seq instead,
which nobody else of its epoch can move, and the primary key holds should it be wrong.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

from msgspec.json import encode

from exchange.ports import Lease, OutcomeUnknown, Row, Standing, Unavailable, UnsafeStore
from exchange.store import batch, schema, sqlite_seat
from exchange.store.sqlite_seat import SqliteSeat, transaction
from matching_engine.errors import Broken, LuochuiError, Malformed

T = TypeVar("T")

_PAGE = 2000
_BUSY_MS = 5000
_FIRST_LOOK, _LOOK = 0.0002, 0.001
"""Seconds between two looks whether the file is free: the first, and all after a few."""
_STATEMENT_ROWS = 128
"""Rows of one statement. Each number of rows is a statement of its own, prepared once and kept."""
_GIVEN = tuple(name for name in schema.COLUMNS if name not in ("house", "epoch"))
_given = attrgetter(*_GIVEN)

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
        self._heads: dict[str, int] = {}
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
            await self._write(lambda connection: _append(connection, self._heads, lease, rows))

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
    """One connection on one thread of its own; what is asked of it happens in order.

    A queue and a plain future: an executor's own futures, with their locks, cost as much as a small commit."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], name: str) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._asked: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name=name, daemon=True)
        self._closed = False

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """What the job answers, or the port's error. Cancelled, it still waits for the job's end: nothing is
        written behind the back of whoever reads next."""
        if self._closed:
            raise Unavailable("the journal was closed")
        if not self._thread.ident:
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._asked.put(partial(self._do, job, loop, future))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait((future,))
            future.exception()
            raise

    async def close(self) -> None:
        """Close the connection after what is under way; asking again is harmless."""
        self._closed = True
        self._asked.put(None)
        if self._thread.ident:
            await asyncio.to_thread(self._thread.join)
        if self._connection:
            self._connection.close()
            self._connection = None

    def _serve(self) -> None:
        while do := self._asked.get():
            do()
            del do  # What was asked lives no longer than its answer.

    def _do(
        self,
        job: Callable[[sqlite3.Connection], T],
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[T],
    ) -> None:
        settle: Callable[[], None]
        try:
            with _port_errors():
                settle = partial(future.set_result, _patiently(lambda: job(self._connected())))
        except BaseException as error:
            settle = partial(future.set_exception, error)
        with suppress(RuntimeError):  # The loop ended before the answer came.
            loop.call_soon_threadsafe(settle)

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection


def _patiently(job: Callable[[], T]) -> T:
    """Do it as soon as whoever writes to the file has finished. SQLite's own waiting looks again after 1, 2, 5,
    10, … ms: a bid would wait eight for a register's transaction of four."""
    deadline, pause = time.monotonic() + _BUSY_MS / 1000, _FIRST_LOOK
    while True:
        try:
            return job()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LOOK)


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
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=0, cached_statements=256
    )
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    for pragma in ("synchronous = FULL", "fullfsync = ON", "foreign_keys = ON"):
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


def _append(connection: sqlite3.Connection, heads: dict[str, int], lease: Lease, rows: Sequence[Row]) -> None:
    """`heads` is the last seq of each house as far as this writer knows: seqs only grow, so one that joins it
    either joins the journal or is taken."""
    due = rows[0].seq - 1
    if heads.get(lease.house) != due:
        heads[lease.house] = _head(connection, lease.house)
    try:
        if heads[lease.house] != due:
            raise _refusal(connection, lease, rows)
        _insert_all(connection, lease, rows)
    except sqlite3.IntegrityError as error:
        raise _refusal(connection, lease, rows) from error
    except sqlite3.OperationalError as error:
        if _code(error) == sqlite3.SQLITE_IOERR:
            raise OutcomeUnknown(f"journal: the disk failed during a commit: {error}") from error
        raise
    heads[lease.house] = rows[-1].seq


def _insert_all(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> None:
    """One statement, which is its own transaction; a batch beyond one statement needs one around it."""
    if len(rows) <= _STATEMENT_ROWS:
        _insert(connection, lease, rows)
        return
    with transaction(connection):
        for at in range(0, len(rows), _STATEMENT_ROWS):
            _insert(connection, lease, rows[at : at + _STATEMENT_ROWS])


def _insert(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> None:
    connection.execute(
        _insert_statement(len(rows)), [lease.house, lease.epoch, *chain.from_iterable(map(_given, rows))]
    )


@cache
def _insert_statement(count: int) -> str:
    """The append of so many rows. Where the epoch is over the first row has no house, which no column takes."""
    owner = "(SELECT house FROM lease WHERE house = ?1 AND epoch = ?2)"
    row = f"(?1, ?2, {', '.join('?' * len(_GIVEN))})"
    first = row.replace("?1", owner, 1)
    # Only question marks and the names of columns go into the text.
    return f"INSERT INTO journal (house, epoch, {', '.join(_GIVEN)}) VALUES {', '.join([first, *[row] * (count - 1)])}"  # noqa: S608


def _head(connection: sqlite3.Connection, house: str) -> int:
    head: int = connection.execute(
        "SELECT coalesce(max(seq), 0) FROM journal WHERE house = ?", (house,)
    ).fetchone()[0]
    return head


def _refusal(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> LuochuiError:
    epoch = connection.execute("SELECT epoch FROM lease WHERE house = ?", (lease.house,)).fetchone()
    duplicate = connection.execute(
        "SELECT command_id FROM journal WHERE house = ?"
        " AND command_id IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT 1",
        (lease.house, encode(sorted({row.command_id for row in rows})).decode()),
    ).fetchone()
    head = _head(connection, lease.house)
    return batch.refusal(lease, rows, epoch and epoch[0], duplicate and duplicate[0], head)
