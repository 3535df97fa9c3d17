"""The index of streams of an embedded journal, which rows enter a thousand at a time.

A commit writes whole pages to the log. An index that every row enters at once costs bids on a hundred lots fifty pages
a commit; sorted, a thousand rows cost hardly more. `journal_by_stream` is that index, `journal_sorted` says up to which
seq it goes, and the rows behind that are few enough to be looked through.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress

from exchange.ports import Row
from exchange.store.sqlite_seat import transaction

BLOCK = 1024
"""Rows that enter together. More would cost less, and hold up for longer whoever bids just then (by 1 to 2 ms)."""

_SORTED = "coalesce((SELECT seq FROM journal_sorted WHERE house = {house}), 0)"
_SORT_IN = f"""
INSERT INTO journal_by_stream (house, stream, stream_seq, seq) SELECT house, stream, stream_seq, seq FROM journal
WHERE house = ?1 AND seq > {_SORTED.format(house="?1")} AND seq <= ?2 ORDER BY stream, seq
"""  # noqa: S608  # Only literals of this file go into the texts here.
_GOES_TO = "INSERT OR REPLACE INTO journal_sorted (house, seq) VALUES (?1, ?2)"

SEQS_SINCE = f"""
SELECT seq FROM journal_by_stream WHERE house = ?1 AND stream = ?2 AND stream_seq > ?3 UNION ALL
SELECT seq FROM journal WHERE house = ?1 AND stream = ?2 AND stream_seq > ?3 AND seq > {_SORTED.format(house="?1")}
"""  # noqa: S608
"""The seqs of a house's stream behind a stream_seq, in no order."""

SEQS_OF_STREAMS = f"""
SELECT seq FROM journal_by_stream WHERE house = :house AND stream IN :streams AND seq BETWEEN :low AND :high UNION ALL
SELECT seq FROM journal WHERE house = :house AND stream IN :streams
AND seq > max(:low - 1, {_SORTED.format(house=":house")}) AND seq <= :high
"""  # noqa: S608
"""The seqs of many streams of a house in a range, in no order."""


def sort_in(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """If these rows, which are written, fill a block: enter all that the index lacks, up to there.

    Nothing here is waited for, neither the disk nor whoever else writes: what is not entered now, or lost with the
    power, is looked through until the next block is full.
    """
    house, goes_to = rows[0].house, rows[-1].seq // BLOCK * BLOCK
    if goes_to < rows[0].seq:
        return
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        with suppress(sqlite3.Error), transaction(connection):
            connection.execute(_SORT_IN, (house, goes_to))
            connection.execute(_GOES_TO, (house, goes_to))
    finally:
        connection.execute("PRAGMA synchronous = FULL")
