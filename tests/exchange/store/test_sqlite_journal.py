"""What an embedded journal must survive: a killed process, a locked, full or wrong file."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from exchange.ports import Unavailable, UnsafeStore
from exchange.store import migrate, sqlite_append
from exchange.store.journal import open_journal
from exchange.store.schema import WrongSchema
from exchange.store.sqlite_journal import SqliteJournal
from matching_engine.errors import Broken
from tests.exchange.store.opening import opened
from tests.exchange.store.rows import everything, row, rows

_APPEND_FOR_EVER = """
import asyncio, sys
from itertools import count
from exchange.store.journal import open_journal
from tests.exchange.store.opening import opened
from tests.exchange.store.rows import row

async def main():
    journal = open_journal(sys.argv[1])
    await journal.open()
    lease = await journal.acquire("hub", "child", 1)
    for number in count():
        first = 7 * number + 1
        await journal.append(lease, [row(lease, seq) for seq in range(first, first + 7)])
        print(first + 6, flush=True)

asyncio.run(main())
"""


async def test_a_commit_is_on_disk_before_it_is_acknowledged(sqlite_path: Path) -> None:
    """The writing connection writes ahead and waits for the disk at every commit."""
    async with opened(sqlite_path):
        with closing(sqlite_append.writing(sqlite_path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            full = 2
            assert connection.execute("PRAGMA synchronous").fetchone() == (full,)
            assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def _run_and_kill(url: str) -> int:
    """Let a process append, kill it in the middle; the last seq that it had acknowledged."""
    command = [sys.executable, "-c", _APPEND_FOR_EVER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = [int(child.stdout.readline()) for _ in range(100)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout if line.endswith("\n")]
    return acknowledged[-1]


async def test_a_killed_process_loses_nothing(sqlite_path: Path) -> None:
    """Killed while it appends, a writer leaves every acknowledged batch and no part of another."""
    url = f"sqlite:///{sqlite_path}"
    await migrate.upgrade(url)
    acknowledged = await asyncio.to_thread(_run_and_kill, url)
    async with opened(sqlite_path) as journal:
        found = await everything(journal)
        assert len(found) >= acknowledged
        assert [line.seq for line in found] == list(range(1, len(found) + 1))
        assert len(found) % 7 == 0
        lease = await journal.acquire("hub", "next", 2)
        await journal.append(lease, rows(lease, len(found) + 1, 1))


async def test_a_file_locked_by_others_is_unavailable(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's transaction costs one append, of which nothing stays."""
    monkeypatch.setattr(sqlite_append, "BUSY_MS", 20)
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable, match="locked"):
                await journal.append(lease, rows(lease, 1, 1))
            with pytest.raises(Unavailable, match="locked"):
                await journal.append(lease, rows(lease, 1, 2000))
            assert await everything(journal) == []
        await journal.append(lease, rows(lease, 1, 1))
        assert await everything(journal) == rows(lease, 1, 1)


async def test_a_full_disk_is_unavailable(sqlite_path: Path) -> None:
    """A batch for which there is no room leaves nothing behind; smaller ones go on."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        await _limit_pages(journal, 40)
        with pytest.raises(Unavailable, match="full"):
            await journal.append(lease, [row(lease, 1, body=bytes(1_000_000))])
        with pytest.raises(Unavailable, match="full"):
            await journal.append(lease, rows(lease, 1, 1500))
        assert await everything(journal) == []
        await journal.append(lease, rows(lease, 1, 1))
        assert await everything(journal) == rows(lease, 1, 1)


async def _limit_pages(journal: SqliteJournal, pages: int) -> None:
    """Let the writing connection see a disk with room for so many pages; SQLite has no other knob for that."""
    line = journal._writer
    assert line is not None
    await line.run(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())


@pytest.mark.parametrize("apart", [False, True])
async def test_a_cancelled_append_has_ended(sqlite_path: Path, apart: bool) -> None:
    """Cancelling the task of an append lets neither thread nor process write behind the back of the next reader."""
    async with opened(sqlite_path, apart) as journal:
        lease = await journal.acquire("hub", "test", 1)
        with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            append = asyncio.create_task(journal.append(lease, rows(lease, 1, 3)))
            await asyncio.sleep(0.05)
            append.cancel()
            asyncio.get_running_loop().call_later(0.05, other.execute, "COMMIT")
            with pytest.raises(asyncio.CancelledError):
                await append
            assert await everything(journal) == rows(lease, 1, 3)


async def test_an_append_waits_for_the_writer_before_it(sqlite_path: Path) -> None:
    """A register's transaction holds an append up and takes nothing from it."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            append = asyncio.create_task(journal.append(lease, rows(lease, 1, 200)))
            await asyncio.sleep(0.02)
            assert not append.done()
            other.execute("COMMIT")
            await append
        assert await everything(journal) == rows(lease, 1, 200)


async def test_a_closed_journal_says_so(sqlite_path: Path) -> None:
    """Nobody waits for a thread that has ended; closing twice is harmless."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        await journal.close()
        with pytest.raises(Unavailable, match="closed"):
            await journal.append(lease, rows(lease, 1, 1))


async def test_an_opened_journal_is_one_file_after_closing(sqlite_path: Path) -> None:
    """Closing folds the write-ahead log into the file: a copy of the file is a copy of the journal."""
    async with opened(sqlite_path) as journal:
        lease = await journal.acquire("hub", "test", 1)
        await journal.append(lease, rows(lease, 1, 10))
    assert [path.name for path in sqlite_path.parent.iterdir()] == [sqlite_path.name]


async def test_a_database_in_memory_is_refused() -> None:
    """What is gone with the process is no journal."""
    for url in ("sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"):
        with pytest.raises(UnsafeStore, match="in memory"):
            open_journal(url)


async def test_a_file_that_is_no_database(sqlite_path: Path) -> None:
    """Another kind of file is not overwritten; a missing one is not created by opening."""
    other = b"PK\x03\x04 something else entirely" * 100
    await asyncio.to_thread(sqlite_path.write_bytes, other)
    journal = SqliteJournal(sqlite_path)
    with pytest.raises(Broken, match="not a database"):
        await journal.open()
    await journal.close()
    assert await asyncio.to_thread(sqlite_path.read_bytes) == other
    missing = SqliteJournal(sqlite_path.with_name("missing.db"))
    with pytest.raises(WrongSchema, match="no such database"):
        await missing.open()
    await missing.close()
    assert not sqlite_path.with_name("missing.db").exists()
