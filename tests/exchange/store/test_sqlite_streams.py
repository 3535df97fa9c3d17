"""The index of streams of an embedded journal: whatever has entered it, and whatever has not, a stream is whole."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from exchange.ports import Row
from exchange.store import migrate, sqlite_streams
from exchange.store.sqlite_append import append, writing
from exchange.store.sqlite_journal import SqliteJournal
from tests.exchange.store.opening import opened
from tests.exchange.store.rows import row, rows
from tests.services import databases

STREAMS = ("lot/L1", "lot/L2", "trade/T1")


@pytest.fixture
def block(monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks so small that a few rows fill many, in three pieces."""
    monkeypatch.setattr(sqlite_streams, "BLOCK", 8)
    monkeypatch.setattr(sqlite_streams, "PIECE", 3)
    return 8


def entries(path: Path, table: str, house: str = "hub") -> list[tuple[str, int, int]]:
    """Stream, stream_seq and seq of everything that a table has of a house."""
    query = f"SELECT stream, stream_seq, seq FROM {table} WHERE house = ? ORDER BY seq"
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, (house,)).fetchall()


def holds(path: Path, house: str = "hub") -> int:
    """The seq up to which the file says that the index holds everything, after a look whether it does."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT seq FROM journal_sorted WHERE house = ?", (house,)).fetchone()
    last = int(found[0]) if found else 0
    there, entered = entries(path, "journal", house), entries(path, "journal_by_stream", house)
    assert entered[:last] == there[:last]
    assert set(entered) <= set(there)
    return last


def seqs_of(path: Path, streams: tuple[str, ...], low: int, high: int) -> list[int]:
    """What the pages of the journal find: the seqs of some streams between two."""
    query = sqlite_streams.SEQS_OF_STREAMS.replace(":streams", str(streams))
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(query, {"house": "hub", "low": low, "high": high})
        return sorted(seq for (seq,) in found)


async def is_whole(journal: SqliteJournal, written: Iterable[Row]) -> bool:
    """Whether each stream, from the beginning and from behind each of its rows, is what was written."""
    written = list(written)
    for stream in STREAMS:
        for after in {0, *(one.stream_seq for one in written)}:
            due = [one for one in written if one.stream == stream and one.stream_seq > after]
            if await journal.stream("hub", stream, after) != due:
                return False
    return True


@given(
    batches=st.lists(st.integers(1, 20), max_size=12),
    streams=st.lists(st.sampled_from(STREAMS), min_size=240, max_size=240),
    bounds=st.tuples(st.integers(0, 250), st.integers(0, 250)),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_stream_is_whole_wherever_a_batch_ends(
    tmp_path_factory: pytest.TempPathFactory,
    block: int,
    batches: list[int],
    streams: list[str],
    bounds: tuple[int, int],
) -> None:
    """However rows come in batches and on streams, and wherever a block is just entering, every row is found once."""
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    async with opened(path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written: list[Row] = []
        for count in batches:
            first = len(written) + 1
            batch = [row(lease, seq, stream=streams[seq - 1]) for seq in range(first, first + count)]
            await journal.append(lease, batch)
            written += batch
        assert await is_whole(journal, written)
        assert holds(path) % block == 0
        low, high = bounds
        due = [one.seq for one in written if one.stream in STREAMS[:2] and low <= one.seq <= high]
        assert seqs_of(path, STREAMS[:2], low, high) == due


async def test_a_block_enters_in_pieces(sqlite_path: Path, block: int) -> None:
    """After each of the commits that follow on the one that fills it; with the last piece the index holds it, and the
    rows that came meanwhile wait for the next block."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        seen = []
        for seq in range(1, 13):
            await journal.append(lease, [row(lease, seq, stream=STREAMS[seq % 3])])
            seen.append((len(entries(sqlite_path, "journal_by_stream")), holds(sqlite_path)))
    assert seen == [(0, 0)] * 8 + [(3, 0), (6, 0), (8, 8), (8, 8)]


async def test_a_block_that_was_cut_off_is_finished(sqlite_path: Path, block: int) -> None:
    """The next writer takes in what the last one left, with the pieces of it that are there already."""
    written = []
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written += [row(lease, seq, stream=STREAMS[seq % 3]) for seq in range(1, 10)]
        await journal.append(lease, written[:8])
        await journal.append(lease, written[8:])
        assert await is_whole(journal, written)
    assert (len(entries(sqlite_path, "journal_by_stream")), holds(sqlite_path)) == (3, 0)
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written.append(row(lease, 10))
        await journal.append(lease, written[-1:])
        assert await is_whole(journal, written)
    assert holds(sqlite_path) == 9


async def test_rows_of_another_writer_are_taken_along(sqlite_path: Path, block: int) -> None:
    """Who writes again after somebody else did knows nothing of those rows, and takes them in first."""
    index = sqlite_streams.StreamIndex()
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written = [row(lease, seq, stream=STREAMS[seq % 3]) for seq in range(1, 13)]
        await journal.append(lease, written[:2])
        with closing(writing(sqlite_path)) as connection:
            index.written(connection, written[:2])
        await journal.append(lease, written[2:5])
        await journal.append(lease, written[5:6])
        with closing(writing(sqlite_path)) as connection:
            index.written(connection, written[5:6])
        assert holds(sqlite_path) == 5
        assert await is_whole(journal, written[:6])


@pytest.mark.parametrize("apart", [False, True], ids=["thread", "process"])
async def test_whoever_writes_keeps_the_index(sqlite_path: Path, apart: bool) -> None:
    """The thread does, and so does the process of its own: by itself, after the batches that follow a full block."""
    count = 2 * sqlite_streams.BLOCK + 3000
    async with opened(sqlite_path, apart=apart) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written = [row(lease, seq, stream=STREAMS[seq % 3]) for seq in range(1, count + 1)]
        for at in range(0, count, 200):
            await journal.append(lease, written[at : at + 200])
        assert await journal.stream("hub", "lot/L2", after=3400) == [
            one for one in written if one.stream == "lot/L2" and one.stream_seq > 3400
        ]
    assert holds(sqlite_path) == 2 * sqlite_streams.BLOCK


async def test_who_writes_just_then_is_not_waited_for(sqlite_path: Path, block: int) -> None:
    """While a register is being written nothing enters, its rows are found all the same, and the next commit goes on."""
    index = sqlite_streams.StreamIndex()
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written = rows(lease, 1, 38)
        await journal.append(lease, written)
        with closing(writing(sqlite_path)) as connection, closing(writing(sqlite_path)) as register:
            connection.execute("DELETE FROM journal_by_stream")
            connection.execute("DELETE FROM journal_sorted")
            for at in range(0, len(written), 6):
                if busy := at in (12, 18):
                    register.execute("BEGIN IMMEDIATE")
                index.written(connection, written[at : at + 6])
                if busy:
                    register.execute("ROLLBACK")
                    assert entries(sqlite_path, "journal_by_stream") == []
        assert holds(sqlite_path) == block
        assert await is_whole(journal, written)


async def test_a_commit_waits_for_the_disk_again(sqlite_path: Path, block: int) -> None:
    """Only the index is written without waiting: the connection's next commits are as durable as before."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written = rows(lease, 1, block)
        await journal.append(lease, written)
    with closing(writing(sqlite_path)) as connection:
        full = connection.execute("PRAGMA synchronous").fetchone()
        sqlite_streams.StreamIndex().written(connection, written)
        assert connection.execute("PRAGMA synchronous").fetchone() == full == (2,)


def _back(connection: Connection) -> None:
    config = migrate._config()
    config.attributes["connection"] = connection
    command.downgrade(config, "0014")


async def test_an_older_journal_keeps_its_streams(sqlite_path: Path, block: int) -> None:
    """Rows from before the migration are in the index with it; those that an older program still adds behind it are
    found, and enter with the first commit of a program that knows of it."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written = [row(lease, seq, stream=STREAMS[seq % 3]) for seq in range(1, 3 * block + 4)]
        await journal.append(lease, written[:13])
    url = f"sqlite:///{sqlite_path}"
    await migrate._on(url, _back)
    await databases.migrated(url)
    assert holds(sqlite_path) == 13
    async with opened(sqlite_path) as journal:
        assert await is_whole(journal, written[:13])
        lease = await journal.acquire("hub", "test", 1)
        later = [row(lease, one.seq, stream=one.stream) for one in written[13:]]
        with closing(writing(sqlite_path)) as older:
            append(older, {}, lease, later[:2])
        assert await is_whole(journal, written[:13] + later[:2])
        await journal.append(lease, later[2:])
        assert await is_whole(journal, written[:13] + later)
    assert holds(sqlite_path) == 15
