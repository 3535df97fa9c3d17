"""The index of streams of an embedded journal, which rows enter some thousands at a time, a piece after each commit.

A commit writes whole pages to the log. An index that every row enters at once costs bids on a hundred lots fifty pages
a commit; sorted, four thousand rows cost hardly more. `journal_by_stream` is that index, `journal_sorted` says up to
which seq it holds, and the rows behind that are few enough to be looked through. What stands in the index behind that
seq belongs to a block of which a piece is missing still: nobody looks at it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain
from operator import itemgetter

from exchange.ports import Row
from exchange.store.sqlite_seat import transaction

BLOCK = 4096
"""Rows that are sorted together: more would cost less, and leave more rows to be looked through."""
PIECE = 512
"""Rows that enter after one commit: half a millisecond, in which the writer has nothing else to do."""

_SORTED = "coalesce((SELECT seq FROM journal_sorted WHERE house = {house}), 0)"
_CATCH_UP = f"""
INSERT OR IGNORE INTO journal_by_stream (house, stream, stream_seq, seq)
SELECT house, stream, stream_seq, seq FROM journal
WHERE house = ?1 AND seq > {_SORTED.format(house="?1")} AND seq <= ?2 ORDER BY stream, stream_seq
"""  # noqa: S608  # Only literals of this file go into the texts here.
_HOLDS = "INSERT OR REPLACE INTO journal_sorted (house, seq) VALUES (?1, ?2)"

SEQS_SINCE = f"""
SELECT seq FROM journal_by_stream
WHERE house = ?1 AND stream = ?2 AND stream_seq > ?3 AND seq <= {_SORTED.format(house="?1")} UNION ALL
SELECT seq FROM journal WHERE house = ?1 AND stream = ?2 AND stream_seq > ?3 AND seq > {_SORTED.format(house="?1")}
"""  # noqa: S608
"""The seqs of a house's stream behind a stream_seq, in no order."""

SEQS_OF_STREAMS = f"""
SELECT seq FROM journal_by_stream
WHERE house = :house AND stream IN :streams AND seq BETWEEN :low AND min(:high, {_SORTED.format(house=":house")}) UNION ALL
SELECT seq FROM journal WHERE house = :house AND stream IN :streams
AND seq > max(:low - 1, {_SORTED.format(house=":house")}) AND seq <= :high
"""  # noqa: S608
"""The seqs of many streams of a house in a range, in no order."""

_Entry = tuple[str, int, int]
"""Stream, stream_seq, seq: their order is the index's."""
_stream = itemgetter(0)


class StreamIndex:
    """Lets the rows that a writer has written enter.

    Nothing here is waited for, neither the disk nor whoever else writes: what does not enter now, or is lost with the
    power, is looked through until it does.
    """

    def __init__(self) -> None:
        self._blocks: dict[str, _Blocks] = {}

    def written(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """These rows of one house are in the journal: if a block was full before, enter a piece of it."""
        with suppress(sqlite3.Error), _unhurried(connection):
            blocks = self._blocks.get(rows[0].house)
            if blocks is None or blocks.last != rows[0].seq - 1:
                blocks = self._blocks[rows[0].house] = _caught_up(connection, rows[0])
            try:
                blocks.enter(connection)
            finally:
                blocks.add(rows)


class _Blocks:
    """What of a house's rows has not entered: the rest of one block, and those that are to be the next."""

    def __init__(self, house: str, last: int) -> None:
        self.last = last
        """The seq of the last row that is entered or kept here."""
        self._house = house
        self._block: list[_Entry] = []
        self._holds = last
        """What the index holds when the block is in it."""
        self._next: list[_Entry] = []

    def add(self, rows: Sequence[Row]) -> None:
        """Keep rows until they enter."""
        self._next += [(row.stream, row.stream_seq, row.seq) for row in rows]
        self.last = rows[-1].seq
        if not self._block and len(self._next) >= BLOCK:
            self._holds += BLOCK
            # The rows of a stream are in its order already.
            self._block, self._next = sorted(self._next[:BLOCK], key=_stream), self._next[BLOCK:]

    def enter(self, connection: sqlite3.Connection) -> None:
        """Let the next piece of the block in; sqlite3.Error when it is not."""
        if not self._block:
            return
        piece = self._block[:PIECE]
        with transaction(connection):
            connection.execute(_statement(len(piece)), [self._house, *chain.from_iterable(piece)])
            if len(piece) == len(self._block):
                connection.execute(_HOLDS, (self._house, self._holds))
        del self._block[:PIECE]


def _caught_up(connection: sqlite3.Connection, row: Row) -> _Blocks:
    """With everything before `row` in the index, whoever wrote that."""
    with transaction(connection):
        connection.execute(_CATCH_UP, (row.house, row.seq - 1))
        connection.execute(_HOLDS, (row.house, row.seq - 1))
    return _Blocks(row.house, row.seq - 1)


@cache
def _statement(count: int) -> str:
    """So many entries. Some may be there already, from a block that was not finished."""
    rows = ", ".join(["(?1, ?, ?, ?)"] * count)
    return f"INSERT OR IGNORE INTO journal_by_stream (house, stream, stream_seq, seq) VALUES {rows}"  # noqa: S608


@contextmanager
def _unhurried(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits within do not wait for the disk."""
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")
