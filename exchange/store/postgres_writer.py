"""The one connection that commits to a journal in PostgreSQL.

The append is one prepared statement: it locks the lease's row in share mode if its epoch is ours, and inserts
all rows or none. A taker-over updates that row, so the two wait for each other and a fenced writer finds no row.
The connection also holds an advisory lock for each of its leases. When it is lost, the next one ends whatever
still holds that lock: afterwards nothing sent before can commit any more, and what is read is final.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from exchange.ports import Fenced, Lease, OutcomeUnknown, Row, Unavailable
from exchange.store import batch, schema
from exchange.store.postgres_link import ANSWER_SECONDS, LOST, connect, port_error, port_errors, refuse_unsafe
from matching_engine.errors import LuochuiError, require

# Every row of a batch has the house, the epoch and the seq that follow from the first; the rest comes as arrays.
_GIVEN = ("house", "seq", "epoch")
_CARRIED = tuple(name for name in schema.COLUMNS if name not in _GIVEN)
_TYPES = {"at": "bigint", "stream_seq": "bigint", "part": "int", "body": "bytea", "hash": "bytea"}
_carried = attrgetter(*_CARRIED)

_ARRAYS = ", ".join(f"${place}::{_TYPES.get(name, 'text')}[]" for place, name in enumerate(_CARRIED, start=4))
_APPEND = f"""
WITH owner AS MATERIALIZED (
    SELECT house, epoch FROM lease WHERE house = $1 AND epoch = $2 FOR SHARE
), written AS (
    INSERT INTO journal (house, epoch, seq, {", ".join(_CARRIED)})
    SELECT owner.house, owner.epoch, $3 + given.place - 1, {", ".join(f"given.{name}" for name in _CARRIED)}
    FROM owner, unnest({_ARRAYS}) WITH ORDINALITY AS given({", ".join(_CARRIED)}, place)
    WHERE $3 = (SELECT coalesce(max(seq), 0) + 1 FROM journal WHERE house = $1)
    RETURNING 1
)
SELECT count(*) FROM written
"""  # noqa: S608  # Only the names of columns go into the text.

_STANDING = """
SELECT (SELECT epoch FROM lease WHERE house = $1),
       (SELECT command_id FROM journal WHERE house = $1 AND command_id = ANY($2) ORDER BY seq LIMIT 1),
       (SELECT coalesce(max(seq), 0) FROM journal WHERE house = $1)
"""

_END_HOLDER = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint = (($1::bigint >> 32) & 4294967295) AND objid::bigint = ($1::bigint & 4294967295)
"""


class Writer:
    """Appends for the houses it has acquired, one statement after the other."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None
        self._statement: PreparedStatement[Any] | None = None
        self._held: dict[str, int] = {}
        self._in_doubt = False

    async def acquire(self, house: str, holder: str, at: int) -> Lease:
        """Become the writer of `house`: every earlier epoch is fenced from now on."""
        async with self._turn:
            connection = await self._connected()
            with self._answered(Unavailable):
                lease = await _take(connection, house, holder, at)
                await _hold(connection, house, lease.epoch)
            self._held[house] = lease.epoch
            return lease

    async def renew(self, lease: Lease, at: int) -> None:
        """Give a sign of life over the connection that commits; Unavailable when it has none."""
        renewal = "UPDATE lease SET alive_at = $3 WHERE house = $1 AND epoch = $2 RETURNING 1"
        async with self._turn:
            connection = await self._connected()
            with self._answered(Unavailable):
                done = await connection.fetchval(
                    renewal, lease.house, lease.epoch, at, timeout=ANSWER_SECONDS
                )
        if done is None:
            raise Fenced(f"house {lease.house}: epoch {lease.epoch} is over")

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Write all rows in one commit, or nothing."""
        columns = zip(*map(_carried, rows), strict=True)
        async with self._turn:
            connection = await self._connected()
            assert self._statement is not None
            try:
                with self._answered(OutcomeUnknown):
                    written = await self._statement.fetchval(
                        lease.house, lease.epoch, rows[0].seq, *columns, timeout=ANSWER_SECONDS
                    )
            except asyncpg.UniqueViolationError as error:
                raise await self._refusal(connection, lease, rows) from error
            if written == 0:
                raise await self._refusal(connection, lease, rows)
        require(written == len(rows), f"a batch is written whole: {written} of {len(rows)} rows were")

    async def settle(self) -> None:
        """After a lost answer, make sure that what was sent can no longer commit: what is read now is final."""
        if self._in_doubt:
            async with self._turn:
                await self._connected()

    async def close(self) -> None:
        """End the connection; the locks go with it."""
        async with self._turn:
            if self._connection:
                self._connection.terminate()
            self._connection = None

    @contextmanager
    def _answered(self, lost: type[LuochuiError]) -> Iterator[None]:
        """Raise `lost` and drop the connection when no answer came; the port's error when the answer was no."""
        try:
            yield
        except asyncpg.UniqueViolationError:
            raise
        except (asyncpg.QueryCanceledError, asyncpg.DataError) as error:
            raise port_error(error) from error
        except LOST as error:
            self._lose()
            raise lost(f"the journal gave no answer: {error!r}") from error
        except asyncpg.PostgresError as error:
            raise port_error(error) from error
        except asyncio.CancelledError:
            self._lose()
            raise

    async def _refusal(
        self, connection: asyncpg.Connection, lease: Lease, rows: Sequence[Row]
    ) -> LuochuiError:
        ids = sorted({row.command_id for row in rows})
        with self._answered(Unavailable):
            standing = await connection.fetchrow(_STANDING, lease.house, ids, timeout=ANSWER_SECONDS)
        assert standing is not None
        return batch.refusal(lease, rows, *standing)

    def _lose(self) -> None:
        self._in_doubt = True
        if self._connection:
            self._connection.terminate()
        self._connection = None

    async def _connected(self) -> asyncpg.Connection:
        """The connection, or a new one that again holds the locks of its houses."""
        if self._connection and not self._connection.is_closed():
            return self._connection
        self._in_doubt = bool(self._held)
        connection = await connect(self._dsn, "commit")
        try:
            with port_errors():
                await self._resume(connection)
        except BaseException:
            connection.terminate()
            raise
        self._connection, self._in_doubt = connection, False
        return connection

    async def _resume(self, connection: asyncpg.Connection) -> None:
        await refuse_unsafe(connection)
        # Pinned for the session: turning it off for the server later does not reach this connection.
        await connection.execute(
            "SELECT set_config('synchronous_commit', current_setting('synchronous_commit'), false)"
        )
        for house, epoch in self._held.items():
            await _hold(connection, house, epoch)
        self._statement = await connection.prepare(_APPEND)


async def _take(connection: asyncpg.Connection, house: str, holder: str, at: int) -> Lease:
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO lease (house, epoch, holder) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
            house,
            holder,
        )
        alive_at = await connection.fetchval("SELECT alive_at FROM lease WHERE house = $1 FOR UPDATE", house)
        epoch = await connection.fetchval(
            "UPDATE lease SET epoch = epoch + 1, holder = $2, alive_at = $3 WHERE house = $1 RETURNING epoch",
            house,
            holder,
            at,
        )
    return Lease(house, epoch, alive_at)


async def _hold(connection: asyncpg.Connection, house: str, epoch: int) -> None:
    """Hold the lock of a lease; a connection that still does was lost, and what it sent must not commit any more."""
    key = int.from_bytes(hashlib.sha256(f"luochui {house} {epoch}".encode()).digest()[:8], signed=True)
    if await connection.fetchval("SELECT pg_try_advisory_lock($1)", key):
        return
    await connection.fetch(_END_HOLDER, key)
    # The lock is free when the other session has ended; lock_timeout bounds the wait.
    await connection.execute("SELECT pg_advisory_lock($1)", key)
