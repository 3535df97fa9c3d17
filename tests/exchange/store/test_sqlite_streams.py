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
from exchange.store.sqlite_append import writing
from exchange.store.sqlite_journal import SqliteJournal
from tests.exchange.store.opening import opened
from tests.exchange.store.rows import row, rows
from tests.services import databases

STREAMS = ("lot/L1", "lot/L2", "trade/T1")


@pytest.fixture
def block(monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks so small that a few rows fill many."""
    monkeypatch.setattr(sqlite_streams, "BLOCK", 8)
    return 8


def goes_to(path: Path, house: str = "hub") -> int:
    """The seq up to which the index goes, as the file says, after a look whether every row up to there is in it."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT seq FROM journal_sorted WHERE house = ?", (house,)).fetchone()
        last = int(found[0]) if found else 0
        entered = connection.execute(
            "SELECT stream, stream_seq, seq FROM journal_by_stream WHERE house = ? ORDER BY seq", (house,)
        ).fetchall()
        there = connection.execute(
            "SELECT stream, stream_seq, seq FROM journal WHERE house = ? AND seq <= ? ORDER BY seq",
            (house, last),
        ).fetchall()
    assert entered == there
    return last


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
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_stream_is_whole_wherever_a_batch_ends(
    tmp_path_factory: pytest.TempPathFactory, block: int, batches: list[int], streams: list[str]
) -> None:
    """However rows come in batches and on streams, the index goes to the last full block and nothing is missing."""
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
        assert goes_to(path) == len(written) // block * block


@pytest.mark.parametrize("apart", [False, True], ids=["thread", "process"])
async def test_whoever_writes_keeps_the_index(sqlite_path: Path, apart: bool) -> None:
    """The thread does, and so does the process of its own: by itself, soon after the batch that fills a block."""
    count = 2 * sqlite_streams.BLOCK + 100
    async with opened(sqlite_path, apart=apart) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written = [row(lease, seq, stream=STREAMS[seq % 3]) for seq in range(1, count + 1)]
        for at in range(0, count, 300):
            await journal.append(lease, written[at : at + 300])
        assert await journal.stream("hub", "lot/L2", after=50) == [
            one for one in written if one.stream == "lot/L2" and one.stream_seq > 50
        ]
    assert goes_to(sqlite_path) == 2 * sqlite_streams.BLOCK


async def test_who_writes_just_then_is_not_waited_for(sqlite_path: Path, block: int) -> None:
    """While a register is being written a full block stays outside, its rows are found all the same, and the next one
    takes it along."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        first, second = rows(lease, 1, block), rows(lease, block + 1, block)
        await journal.append(lease, first)
        with closing(writing(sqlite_path)) as connection, closing(writing(sqlite_path)) as register:
            register.execute("DELETE FROM journal_by_stream")
            register.execute("DELETE FROM journal_sorted")
            register.execute("BEGIN IMMEDIATE")
            sqlite_streams.sort_in(connection, first)
            register.execute("ROLLBACK")
        assert goes_to(sqlite_path) == 0
        assert await is_whole(journal, first)
        await journal.append(lease, second)
        assert goes_to(sqlite_path) == 2 * block
        assert await is_whole(journal, first + second)


async def test_a_commit_waits_for_the_disk_again(sqlite_path: Path, block: int) -> None:
    """Only the index is written without waiting: the connection's next commits are as durable as before."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        await journal.append(lease, rows(lease, 1, block - 1))
    with closing(writing(sqlite_path)) as connection:
        full = connection.execute("PRAGMA synchronous").fetchone()
        sqlite_streams.sort_in(connection, rows(lease, block, 1))
        assert connection.execute("PRAGMA synchronous").fetchone() == full == (2,)


def _back(connection: Connection) -> None:
    config = migrate._config()
    config.attributes["connection"] = connection
    command.downgrade(config, "0014")


async def test_an_older_journal_keeps_its_streams(sqlite_path: Path, block: int) -> None:
    """Rows from before the migration are in the index with it; those that an older program still adds behind it are
    found, and enter with the next block."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        written = [row(lease, seq, stream=STREAMS[seq % 3]) for seq in range(1, 3 * block + 4)]
        await journal.append(lease, written[:13])
    url = f"sqlite:///{sqlite_path}"
    await migrate._on(url, _back)
    await databases.migrated(url)
    assert goes_to(sqlite_path) == 13
    async with opened(sqlite_path) as journal:
        assert await is_whole(journal, written[:13])
        lease = await journal.acquire("hub", "test", 1)
        later = [row(lease, one.seq, stream=one.stream) for one in written[13:]]
        await journal.append(lease, later[:2])
        assert await is_whole(journal, written[:13] + later[:2])
        await journal.append(lease, later[2:])
        assert await is_whole(journal, written[:13] + later)
    assert goes_to(sqlite_path) == 3 * block
