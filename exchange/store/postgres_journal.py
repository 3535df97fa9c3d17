"""The journal in PostgreSQL: one connection commits (postgres_writer), a small pool reads."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg

from exchange.ports import Lease, Row, Standing
from exchange.store import batch, postgres_seat, schema
from exchange.store.postgres_link import ANSWER_SECONDS, CONNECT_SECONDS, port_errors, refuse_unsafe, session
from exchange.store.postgres_writer import Writer
from matching_engine.errors import Broken

_PAGE = 2000
_READERS = 4


class PostgresJournal:
    """The journal of one database; see exchange.ports.Journal. `writable=False` only reads."""

    distant = True

    def __init__(self, dsn: str, writable: bool = True, lease_seconds: float = schema.LEASE_SECONDS) -> None:
        self._dsn = dsn
        self._writer = Writer(dsn, round(lease_seconds * 1_000_000)) if writable else None
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Connect; UnsafeStore when the settings could lose a commit, WrongSchema when there is no journal."""
        with port_errors():
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=_READERS,
                timeout=CONNECT_SECONDS,
                command_timeout=ANSWER_SECONDS,
                server_settings={**session("read"), "default_transaction_read_only": "on"},
            )
            async with self._pool.acquire() as connection:
                if self._writer:
                    await refuse_unsafe(connection)
                await connection.execute("SELECT 1 FROM journal, lease LIMIT 1")

    async def acquire(self, house: str, holder: str, at: int) -> Lease:
        """Become the writer of `house`: every earlier epoch is fenced from now on."""
        return await self._writing().acquire(house, holder, at)

    async def renew(self, lease: Lease, at: int) -> None:
        """Give a sign of life; Fenced when the lease is no longer ours."""
        await self._writing().renew(lease, at)

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Write all rows in one commit, or nothing: Fenced, DuplicateCommand, Unavailable, OutcomeUnknown."""
        if rows:
            batch.check(lease, rows)
            await self._writing().append(lease, rows)

    async def read(self, house: str, after: int = 0) -> AsyncIterator[Row]:
        """Rows with seq > `after`, in order, a page at a time: no transaction stays open."""
        where = "house = $1 AND seq > $2 ORDER BY seq LIMIT $3"
        while page := await self._select(where, house, after, _PAGE):
            for row in page:
                yield row
            after = page[-1].seq

    async def hashes(self, house: str, after: int, until: int) -> list[bytes]:
        """The hashes of the rows with seq > `after` and <= `until`, in order."""
        query = "SELECT hash FROM journal WHERE house = $1 AND seq > $2 AND seq <= $3 ORDER BY seq"
        return [found for (found,) in await self._fetch(query, house, after, until)]

    async def find(self, house: str, command_id: str) -> list[Row]:
        """The rows of one command, in order; empty when it was never decided."""
        return await self._select("house = $1 AND command_id = $2 ORDER BY part", house, command_id)

    async def stream(self, house: str, stream: str, after: int = 0) -> list[Row]:
        """The rows of one stream with stream_seq > `after`, in order of seq."""
        where = "house = $1 AND stream = $2 AND stream_seq > $3 ORDER BY stream_seq, seq"
        return await self._select(where, house, stream, after)

    async def houses(self) -> list[str]:
        """The houses that have rows, by name."""
        return sorted(house for (house,) in await self._fetch(schema.HOUSES))

    async def standing(self, house: str) -> Standing | None:
        """What the lease of a house says; None when it never had one."""
        found = await self._fetch(postgres_seat.STANDING, house)
        return Standing(*found[0]) if found else None

    async def sit(self, house: str) -> bool:
        """Take the seat of a house if nobody has it."""
        return await self._writing().sit(house)

    async def queue(self, house: str) -> None:
        """Wait for the seat of a house, and have it."""
        await self._writing().queue(house)

    async def fence(self, standing: Standing) -> bool:
        """End a lease that is over, then the connection of its holder; False when it was not over."""
        return await self._writing().fence(standing)

    async def register(self, lease: Lease, address: str) -> None:
        """Enter in the lease where its holder takes commands."""
        await self._writing().register(lease, address)

    async def leave(self, house: str) -> None:
        """Give the seat back: whoever waits for it has it now."""
        await self._writing().leave(house)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._writer:
            await self._writer.close()
        if self._pool:
            try:
                await asyncio.wait_for(self._pool.close(), ANSWER_SECONDS)
            except TimeoutError:
                self._pool.terminate()
            self._pool = None

    def _writing(self) -> Writer:
        if self._writer is None:
            raise Broken("a journal opened for reading was asked to write")
        return self._writer

    async def _select(self, where: str, *values: object) -> list[Row]:
        # The condition is a literal of this file; values are always parameters.
        query = f"SELECT {schema.COLUMN_LIST} FROM journal WHERE {where}"  # noqa: S608
        return [schema.row(found) for found in await self._fetch(query, *values)]

    async def _fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        assert self._pool is not None, "open() comes first"
        if self._writer:
            await self._writer.settle()
        with port_errors():
            return await self._pool.fetch(query, *values)
