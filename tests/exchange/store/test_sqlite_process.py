"""A process of its own writes the journal: however it or its house ends, nothing is lost and nothing comes late."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from exchange.ports import Lease, OutcomeUnknown, Unavailable
from exchange.store import sqlite_process
from exchange.store.sqlite_journal import SqliteJournal
from tests.exchange.store.opening import opened
from tests.exchange.store.rows import everything, rows

_APPEND_FOR_EVER = """
import asyncio, sys
from itertools import count
from pathlib import Path
from exchange.store.sqlite_journal import SqliteJournal
from tests.exchange.store.opening import opened
from tests.exchange.store.rows import row

async def main():
    journal = SqliteJournal(Path(sys.argv[1]), apart=True)
    await journal.open()
    assert await journal.sit("hub")
    lease = await journal.acquire("hub", "child", 1)
    print(journal._process._channel._process.pid, flush=True)
    for number in count():
        first = 7 * number + 1
        await journal.append(lease, [row(lease, seq) for seq in range(first, first + 7)])
        print(first + 6, flush=True)

asyncio.run(main())
"""


def pid(journal: SqliteJournal) -> int:
    """The process that writes now."""
    assert journal._process is not None
    channel = journal._process._channel
    assert channel is not None
    return channel._process.pid


def alive(process: int) -> bool:
    """Whether a process runs, or waits to be counted."""
    return Path(f"/proc/{process}").exists()


async def gone(process: int) -> None:
    """Wait for the end of a process that is not ours."""
    async with asyncio.timeout(10):
        while alive(process):
            await asyncio.sleep(0.01)


async def test_another_process_writes(sqlite_path: Path) -> None:
    """Batches are written by a process that starts with the lease and is there no more after closing; the file is
    whole then."""
    async with opened(sqlite_path, apart=True) as journal:
        lease = await journal.acquire("hub", "test", 1)
        writer = pid(journal)
        assert writer != os.getpid()
        await journal.append(lease, rows(lease, 1, 300))
        assert pid(journal) == writer
        assert await everything(journal) == rows(lease, 1, 300)
    assert not alive(writer)
    assert [path.name for path in sqlite_path.parent.iterdir()] == [sqlite_path.name]
    with pytest.raises(Unavailable, match="closed"):
        await journal.append(lease, rows(lease, 301, 1))


async def test_a_killed_writer_is_replaced(sqlite_path: Path) -> None:
    """Whoever had a batch with the writer that was killed is told that its outcome is unknown. By then it is
    settled: the journal has the batch whole or not at all, and the next one is written by another process."""
    async with opened(sqlite_path, apart=True) as journal:
        lease = await journal.acquire("hub", "test", 1)
        await journal.append(lease, rows(lease, 1, 2))
        killed = pid(journal)
        with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            append = asyncio.create_task(journal.append(lease, rows(lease, 3, 3)))
            await asyncio.sleep(0.05)
            assert not append.done()
            os.kill(killed, signal.SIGKILL)
            with pytest.raises(OutcomeUnknown):
                await append
            other.execute("COMMIT")
        assert not alive(killed)
        assert await everything(journal) == rows(lease, 1, 2)
        await journal.append(lease, rows(lease, 3, 3))
        assert pid(journal) != killed
        assert await everything(journal) == rows(lease, 1, 5)


async def test_a_writer_killed_at_rest_costs_nothing(sqlite_path: Path) -> None:
    """Nothing was under way, so nothing is in doubt: the next batch goes to another process."""
    async with opened(sqlite_path, apart=True) as journal:
        lease = await journal.acquire("hub", "test", 1)
        os.kill(pid(journal), signal.SIGKILL)
        await asyncio.sleep(0.1)
        await journal.append(lease, rows(lease, 1, 1))
        assert await everything(journal) == rows(lease, 1, 1)


@pytest.mark.parametrize("kill", range(4))
async def test_kills_in_the_middle_of_writing(sqlite_path: Path, kill: int) -> None:
    """A writer killed at any moment leaves what was acknowledged, and of the batch under way all or nothing."""
    async with opened(sqlite_path, apart=True) as journal:
        lease = await journal.acquire("hub", "test", 1)
        asyncio.get_running_loop().call_later(0.004 + 0.003 * kill, os.kill, pid(journal), signal.SIGKILL)
        acknowledged = await _append_until_in_doubt(journal, lease)
        found = await everything(journal)
        assert found == rows(lease, 1, len(found))
        assert len(found) in (acknowledged, acknowledged + 40)
        await journal.append(lease, rows(lease, len(found) + 1, 40))


async def _append_until_in_doubt(journal: SqliteJournal, lease: Lease) -> int:
    """The last seq that was acknowledged."""
    acknowledged = 0
    while True:
        try:
            await journal.append(lease, rows(lease, acknowledged + 1, 40))
        except OutcomeUnknown:
            return acknowledged
        acknowledged += 40


async def test_a_terminal_does_not_end_it(sqlite_path: Path) -> None:
    """What a terminal or a service manager sends to the whole group reaches the house alone: it still has to write."""
    async with opened(sqlite_path, apart=True) as journal:
        lease = await journal.acquire("hub", "test", 1)
        writer = pid(journal)
        for unwanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(writer, unwanted)
        await journal.append(lease, rows(lease, 1, 1))
        assert pid(journal) == writer


async def test_a_writer_that_hangs_does_not_keep_its_house(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing waits so long for a batch under way and no longer; who waits for the batch hears that it is in doubt."""
    monkeypatch.setattr(sqlite_process, "END_SECONDS", 0.2)
    async with opened(sqlite_path, apart=True) as journal:
        lease = await journal.acquire("hub", "test", 1)
        writer = pid(journal)
        os.kill(writer, signal.SIGSTOP)
        append = asyncio.create_task(journal.append(lease, rows(lease, 1, 3)))
        await asyncio.sleep(0.05)
        await journal.close()
        with pytest.raises(OutcomeUnknown):
            await append
        assert not alive(writer)


async def test_a_writer_that_cannot_start(sqlite_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be had, the house says so and writes nothing."""
    async with opened(sqlite_path, apart=True) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/bin/false")
            with pytest.raises(Unavailable, match="did not start"):
                await journal.acquire("hub", "test", 1)
        lease = await journal.acquire("hub", "test", 1)
        await journal.append(lease, rows(lease, 1, 1))


async def test_a_file_that_cannot_be_written_ahead_is_named(sqlite_path: Path) -> None:
    """What the process finds on opening the file arrives in its own words."""
    async with opened(sqlite_path, apart=True) as journal:
        await asyncio.to_thread(sqlite_path.write_bytes, b"no database" * 1000)
        assert journal._process is not None
        with pytest.raises(Exception, match="not a database"):
            await journal._process.start()


async def test_a_killed_house_keeps_its_seat_until_its_batch_is_written(sqlite_path: Path) -> None:
    """The house is killed with a batch under way that waits for the file. Nobody else sits down before the writer
    has ended, and what is read then does not change any more."""
    async with opened(sqlite_path, apart=True) as journal:
        with closing(sqlite3.connect(sqlite_path, isolation_level=None, check_same_thread=False)) as other:
            writer, acknowledged = await asyncio.to_thread(_kill_a_house, sqlite_path, other)
            assert not await journal.sit("hub")
            assert alive(writer)
            other.execute("COMMIT")
            await gone(writer)
        assert await journal.sit("hub")
        found = await everything(journal)
        assert len(found) in (acknowledged, acknowledged + 7)
        assert [line.seq for line in found] == list(range(1, len(found) + 1))
        lease = await journal.acquire("hub", "next", 2)
        await journal.append(lease, rows(lease, len(found) + 1, 1))


def _kill_a_house(path: Path, other: sqlite3.Connection) -> tuple[int, int]:
    """Let a house append, hold its file up, and kill it: its writer, and the last seq that it had acknowledged."""
    command = [sys.executable, "-c", _APPEND_FOR_EVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as house:
        assert house.stdout is not None
        writer = int(house.stdout.readline())
        acknowledged = [int(house.stdout.readline()) for _ in range(20)]
        other.execute("BEGIN IMMEDIATE")
        time.sleep(0.05)
        house.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in house.stdout if line.endswith("\n")]
    return writer, acknowledged[-1]
