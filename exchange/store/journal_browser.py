"""Looking into a journal of millions of rows, a page at a time, by the indexes that it has.

A house's rows are found at once by seq, by stream and by command. An instant is found among them by halving, for
`at` never decreases. Type and account have no index, since every index would make every bid dearer: a search for
them alone walks the rows in order, so many a page, and says how far it came.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.ports import Row
from exchange.registers.database import Database
from exchange.store import schema, sqlite_streams

SEQ_MAX = 1 << 62
WALK_MAX = 100_000
"""Rows that one page of a search without an index looks at."""
WINDOW = 10_000
STREAMS_MAX = 5_000


class Selection(msgspec.Struct, frozen=True):
    """Which rows of a house: those that meet every condition given. Instants are µs; both ends of a range belong to it."""

    house: str
    streams: tuple[str, ...] | None = None
    type: str = ""
    account: str = ""
    command: str = ""
    since: int | None = None
    until: int | None = None
    first: int = 1
    last: int = SEQ_MAX
    newest_first: bool = True

    @property
    def walks(self) -> bool:
        """Whether no index finds the rows."""
        return self.streams is None and not self.command and bool(self.type or self.account)


class Found(msgspec.Struct, frozen=True):
    """A page: its rows, and after which seq the next one goes on; None: nothing is left."""

    rows: tuple[Row, ...]
    after: int | None


class JournalBrowser:
    """Reads the journal of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def houses(self) -> list[str]:
        """The houses that have rows."""
        async with self._database.reading() as session:
            return sorted(house for (house,) in await session.execute(text(schema.HOUSES)))

    async def page(self, wanted: Selection, after: int | None = None, limit: int = 100) -> Found:
        """Up to `limit` rows behind the seq `after` in the order of the selection."""
        async with self._database.reading() as session:
            low, high = await _range(session, wanted, after)
            if low > high or wanted.streams == ():
                return Found((), None)
            if wanted.walks:
                return await _walk(session, wanted, low, high, limit)
            select = _of_command if wanted.command else _select
            rows = await select(session, wanted, low, high, limit + 1)
        more = len(rows) > limit
        rows = rows[:limit]
        return Found(tuple(rows), rows[-1].seq if more else None)

    async def row(self, house: str, seq: int) -> Row | None:
        """One row."""
        found = await self.page(Selection(house, first=seq, last=seq), limit=1)
        return found.rows[0] if found.rows else None

    async def neighbours(self, row: Row) -> tuple[int | None, int | None]:
        """The seq of the rows before and behind it on its stream."""
        near = Selection(row.house, (row.stream,), newest_first=True)
        before = await self.page(near, row.seq, 1)
        behind = await self.page(msgspec.structs.replace(near, newest_first=False), row.seq, 1)
        return (
            before.rows[0].seq if before.rows else None,
            behind.rows[0].seq if behind.rows else None,
        )


async def _range(session: AsyncSession, wanted: Selection, after: int | None) -> tuple[int, int]:
    """The first and the last seq that can belong to the page."""
    head = await _one(session, "SELECT max(seq) FROM journal WHERE house = :house", house=wanted.house)
    low, high = max(1, wanted.first), min(wanted.last, head or 0)
    if wanted.since is not None:
        low = max(low, await _seq_at(session, wanted.house, wanted.since, head or 0))
    if wanted.until is not None:
        high = min(high, await _seq_at(session, wanted.house, wanted.until + 1, head or 0) - 1)
    if after is not None:
        low, high = (low, min(high, after - 1)) if wanted.newest_first else (max(low, after + 1), high)
    return low, high


async def _seq_at(session: AsyncSession, house: str, at: int, head: int) -> int:
    """The first seq whose row is not before an instant; head + 1 when all are."""
    query = "SELECT at FROM journal WHERE house = :house AND seq = :seq"
    low, high = 1, head + 1
    while low < high:
        middle = (low + high) // 2
        found = await _one(session, query, house=house, seq=middle)
        low, high = (middle + 1, high) if found is not None and found < at else (low, middle)
    return low


async def _walk(session: AsyncSession, wanted: Selection, low: int, high: int, limit: int) -> Found:
    """Search without an index: window after window until the page is full or enough was looked at."""
    rows: list[Row] = []
    walked = 0
    while low <= high and walked < WALK_MAX:
        first, last = (
            (max(low, high - WINDOW + 1), high) if wanted.newest_first else (low, min(high, low + WINDOW - 1))
        )
        rows += await _select(session, wanted, first, last, limit - len(rows) + 1)
        if len(rows) > limit:
            return Found(tuple(rows[:limit]), rows[limit - 1].seq)
        walked += last - first + 1
        low, high = (low, first - 1) if wanted.newest_first else (last + 1, high)
    if low > high:
        return Found(tuple(rows), None)
    return Found(tuple(rows), high + 1 if wanted.newest_first else low - 1)


async def _select(session: AsyncSession, wanted: Selection, low: int, high: int, limit: int) -> list[Row]:
    order = "DESC" if wanted.newest_first else "ASC"
    conditions, values = _conditions(wanted)
    if wanted.streams is None:
        found = f"seq BETWEEN :low AND :high{conditions} ORDER BY seq {order} LIMIT :limit"
    else:
        chosen = _chosen(session.get_bind().dialect.name, conditions, order)
        found = f"seq IN ({chosen}) ORDER BY seq {order}"
        values["streams"] = wanted.streams
    # Every part is a literal of this file; values are always parameters.
    query = text(f"SELECT {schema.COLUMN_LIST} FROM journal WHERE house = :house AND {found}")  # noqa: S608
    if wanted.streams is not None:
        query = query.bindparams(bindparam("streams", expanding=True))
    given = {"house": wanted.house, "low": low, "high": high, "limit": limit, **values}
    return [schema.row(row) for row in await session.execute(query, given)]


def _chosen(dialect: str, conditions: str, order: str) -> str:
    """The seqs of a page of streams. Without conditions rows are chosen by the index alone, and only then fetched."""
    if dialect == "sqlite":
        seqs = sqlite_streams.SEQS_OF_STREAMS
        every = f"journal WHERE house = :house AND seq IN ({seqs}){conditions}" if conditions else f"({seqs})"
        return f"SELECT seq FROM {every} ORDER BY seq {order} LIMIT :limit"  # noqa: S608
    # `seq + 0` keeps the database from walking the whole journal in the order of seq instead.
    every = (
        f"journal WHERE house = :house AND stream IN :streams AND seq + 0 BETWEEN :low AND :high{conditions}"
    )
    return f"SELECT seq FROM {every} ORDER BY seq + 0 {order} LIMIT :limit"  # noqa: S608


async def _of_command(session: AsyncSession, wanted: Selection, low: int, high: int, limit: int) -> list[Row]:
    """The rows of one command by its own index, which the order by part makes every database take; they are few."""
    # The columns are a literal of this product; values are always parameters.
    query = (
        f"SELECT {schema.COLUMN_LIST} FROM journal WHERE house = :house AND command_id = :id ORDER BY part"  # noqa: S608
    )
    every = await session.execute(text(query), {"house": wanted.house, "id": wanted.command})
    rows = [
        row
        for row in map(schema.row, every)
        if low <= row.seq <= high
        and wanted.type in ("", row.type)
        and wanted.account in ("", row.principal)
        and (wanted.streams is None or row.stream in wanted.streams)
    ]
    return (rows[::-1] if wanted.newest_first else rows)[:limit]


def _conditions(wanted: Selection) -> tuple[str, dict[str, Any]]:
    given = {"type": wanted.type, "principal": wanted.account}
    values: dict[str, Any] = {column: value for column, value in given.items() if value}
    return "".join(f" AND {column} = :{column}" for column in values), values


async def _one(session: AsyncSession, query: str, **values: Any) -> int | None:
    found: int | None = (await session.execute(text(query), values)).scalar()
    return found


def streams_that_fit(streams: Sequence[str]) -> tuple[str, ...]:
    """As many streams as one question takes."""
    return tuple(dict.fromkeys(streams))[:STREAMS_MAX]
