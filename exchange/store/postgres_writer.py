"""The one connection that commits to a journal in PostgreSQL.

The append is one prepared statement: it locks the lease's row in share mode if its epoch is ours, and inserts
all rows or none. A taker-over updates that row, so the two wait for each other and a fenced writer finds no row.
The connection also holds an advisory lock for each of its leases. When it is lost, the next one ends whatever
still holds that lock: afterwards nothing sent before can commit any more, and what is read is final. It holds
the seats of its houses as well (see postgres_seat): who finds another there must stop.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from msgspec.json import encode

from exchange.ports import Fenced, Lease, OutcomeUnknown, Row, Standing, Unavailable
from exchange.store import batch, postgres_seat, schema
from exchange.store.postgres_link import ANSWER_SECONDS, LOST, connect, port_error, port_errors, refuse_unsafe
from matching_engine.errors import LuochuiError, Malformed, require

_TYPES = {"seq": "bigint", "at": "bigint", "stream_seq": "bigint", "part": "int"}
_OCTETS = {"body", "hash"}
_GIVEN = tuple(name for name in schema.COLUMNS if name not in ("house", "epoch"))
_VALUES = ", ".join(
    f"decode(given.{name}, 'base64')" if name in _OCTETS else f"given.{name}" for name in _GIVEN
)
# One parameter for all rows: the driver spends more on fourteen arrays, element by element, than on all the rest.
_APPEND = f"""
WITH owner AS MATERIALIZED (
    SELECT house, epoch FROM lease WHERE house = $1 AND epoch = $2 FOR SHARE
)
INSERT INTO journal (house, epoch, {", ".join(_GIVEN)})
SELECT owner.house, owner.epoch, {_VALUES}
FROM owner, json_to_recordset($4::json) AS given({", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _GIVEN)})
WHERE $3 = (SELECT coalesce(max(seq), 0) + 1 FROM journal WHERE house = $1)
"""  # noqa: S608  # Only the names of columns go into the text.

_STANDING = """
SELECT (SELECT epoch FROM lease WHERE house = $1),
       (SELECT command_id FROM journal WHERE house = $1 AND command_id = ANY($2) ORDER BY seq LIMIT 1),
       (SELECT coalesce(max(seq), 0) FROM journal WHERE house = $1)
"""

# The last sign of life before stays until the new holder gives one: an outage that was not given back is not forgotten.
_TAKE = f"""
UPDATE lease SET epoch = epoch + 1, holder = $2, alive_at = coalesce(alive_at, $3), address = '',
    expires_at = {postgres_seat.NOW_US} + $4
WHERE house = $1 RETURNING epoch
"""  # noqa: S608
_RENEW = f"""
UPDATE lease SET alive_at = $3, expires_at = {postgres_seat.NOW_US} + $4
WHERE house = $1 AND epoch = $2 RETURNING 1
"""  # noqa: S608
_REGISTER = "UPDATE lease SET address = $3 WHERE house = $1 AND epoch = $2 RETURNING 1"


class Writer:
    """Appends for the houses it has acquired, one statement after the other."""

    def __init__(self, dsn: str, lease_us: int) -> None:
        self._dsn = dsn
        self._lease_us = lease_us
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None
        self._statement: PreparedStatement[Any] | None = None
        self._held: dict[str, int] = {}
        self._seats: set[str] = set()
        self._in_doubt = False

    async def acquire(self, house: str, holder: str, at: int) -> Lease:
        """Become the writer of `house`: every earlier epoch is fenced from now on."""
        async with self._turn:
            connection = await self._connected()
            with self._answered(Unavailable):
                lease = await _take(connection, house, holder, at)
                await postgres_seat.hold(connection, postgres_seat.lease_key(house, lease.epoch))
            self._held[house] = lease.epoch
            return lease

    async def renew(self, lease: Lease, at: int) -> None:
        """Give a sign of life over the connection that commits; Unavailable when it has none."""
        async with self._turn:
            connection = await self._connected()
            with self._answered(Unavailable):
                done = await connection.fetchval(
                    _RENEW, lease.house, lease.epoch, at, self._lease_us, timeout=ANSWER_SECONDS
                )
        if done is None:
            raise Fenced(f"house {lease.house}: epoch {lease.epoch} is over")

    async def sit(self, house: str) -> bool:
        """Take the seat of a house if nobody has it."""
        async with self._turn:
            connection = await self._connected()
            with self._answered(Unavailable):
                ours = house in self._seats or await postgres_seat.sit(connection, house)
        if ours:
            self._seats.add(house)
        return ours

    async def queue(self, house: str) -> None:
        """Wait for the seat of a house; nothing else can be asked of this connection meanwhile."""
        async with self._turn:
            connection = await self._connected()
            with self._answered(Unavailable):
                await postgres_seat.queue(connection, house)
            self._seats.add(house)

    async def fence(self, standing: Standing) -> bool:
        """Over a connection of its own, since the one that commits waits for the seat."""
        connection = await connect(self._dsn, "fence")
        try:
            with port_errors():
                return await postgres_seat.fence(connection, standing, self._lease_us)
        finally:
            connection.terminate()

    async def register(self, lease: Lease, address: str) -> None:
        """Enter an address in a lease; Fenced when it is no longer ours."""
        async with self._turn:
            connection = await self._connected()
            with self._answered(Unavailable):
                done = await connection.fetchval(_REGISTER, lease.house, lease.epoch, address)
        if done is None:
            raise Fenced(f"house {lease.house}: epoch {lease.epoch} is over")

    async def leave(self, house: str) -> None:
        """Free the seat, if there is still a connection that has it."""
        async with self._turn:
            connection, epoch = self._connection, self._held.pop(house, None)
            if house in self._seats and connection and not connection.is_closed():
                with self._answered(Unavailable):
                    await postgres_seat.leave(connection, house, epoch, self._lease_us)
            self._seats.discard(house)

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Write all rows in one commit, or nothing."""
        given = _text(rows)
        async with self._turn:
            connection = await self._connected()
            assert self._statement is not None
            try:
                with self._answered(OutcomeUnknown):
                    await self._statement.fetchval(
                        lease.house, lease.epoch, rows[0].seq, given, timeout=ANSWER_SECONDS
                    )
            except asyncpg.UniqueViolationError as error:
                raise await self._refusal(connection, lease, rows) from error
            written = _count(self._statement.get_statusmsg())
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
            await postgres_seat.hold(connection, postgres_seat.lease_key(house, epoch))
        for house in self._seats:
            if not await postgres_seat.sit_again(connection, house):
                raise Fenced(f"house {house}: its connection was lost and another process has the seat")
        self._statement = await connection.prepare(_APPEND)


def _text(rows: Sequence[Row]) -> str:
    """The rows as JSON, octets in base64; Malformed for text that is none."""
    try:
        return encode(rows).decode()
    except (UnicodeEncodeError, OverflowError) as error:
        raise Malformed("journal row", str(error), "64-bit integers and UTF-8 text") from error


def _count(done: str | None) -> int:
    """How many rows a statement wrote, by what the server says of it: INSERT 0 50."""
    return int(str(done).rpartition(" ")[2])


async def _take(connection: asyncpg.Connection, house: str, holder: str, at: int) -> Lease:
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO lease (house, epoch, holder) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
            house,
            holder,
        )
        alive_at = await connection.fetchval("SELECT alive_at FROM lease WHERE house = $1 FOR UPDATE", house)
        epoch = await connection.fetchval(_TAKE, house, holder, at, schema.FIRST_TERM_US)
    return Lease(house, epoch, alive_at)
