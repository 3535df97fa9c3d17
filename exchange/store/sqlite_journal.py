"""The journal in an embedded SQLite file: one writer, readers that nobody waits for."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from exchange.ports import Lease, Row, Standing
from exchange.store import batch, schema, sqlite_append, sqlite_seat, sqlite_streams
from exchange.store.sqlite_line import Line
from exchange.store.sqlite_process import AppendProcess
from exchange.store.sqlite_seat import SqliteSeat
from matching_engine.errors import Broken, Malformed

T = TypeVar("T")

_PAGE = 2000


class SqliteJournal:
    """The journal in one file; see exchange.ports.Journal. `writable=False` only reads.

    `apart`: batches are written by a process of its own instead of a thread.
    """

    distant = False

    def __init__(
        self,
        path: Path,
        writable: bool = True,
        lease_seconds: float = schema.LEASE_SECONDS,
        apart: bool = False,
    ) -> None:
        self._path = path
        self._lease_us = round(lease_seconds * 1_000_000)
        self._seat = SqliteSeat(path)
        self._held: dict[str, Lease] = {}
        self._heads: dict[str, int] = {}
        self._index = sqlite_streams.StreamIndex()
        self._writer = Line(partial(sqlite_append.writing, path), "journal-writer") if writable else None
        self._process = AppendProcess(path, self._seat) if writable and apart else None
        self._reader = Line(partial(_reading, path), "journal-reader")

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
        if self._process:
            await self._process.start()
        return lease

    async def renew(self, lease: Lease, at: int) -> None:
        """Give a sign of life; Fenced when the lease is no longer ours."""
        await self._write(lambda connection: sqlite_seat.renew(connection, lease, at, self._lease_us))

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Write all rows in one commit, or nothing."""
        if rows:
            batch.check(lease, rows)
            await self._append(lease, rows)

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
        where = f"house = ?1 AND seq IN ({sqlite_streams.SEQS_SINCE}) ORDER BY seq"
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
        if self._process:
            await self._process.close()
        lease = self._held.pop(house, None)
        if lease is not None:
            await self._write(lambda connection: sqlite_seat.end(connection, lease))
        self._seat.free()

    async def close(self) -> None:
        """Let go of the file; the writer last, since only it can fold the write-ahead log into it."""
        await self._reader.close()
        if self._process:
            await self._process.close()
        if self._writer:
            await self._writer.close()
        self._seat.free()

    async def _append(self, lease: Lease, rows: Sequence[Row]) -> None:
        if self._process:
            await self._process.append(lease, rows)
        else:
            await self._write(partial(self._append_here, lease, rows))

    def _append_here(self, lease: Lease, rows: Sequence[Row], connection: sqlite3.Connection) -> None:
        sqlite_append.append(connection, self._heads, lease, rows)
        self._index.written(connection, rows)

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


def _reading(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {sqlite_append.BUSY_MS}")
    return connection


def _probe(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT 1 FROM journal, lease LIMIT 1")
