"""A PostgreSQL market restored to an instant, as docs/operating/backup.md says: base backup, archived log, verified."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from exchange.house import snapshot as snapshots
from exchange.house.decided import Decided
from exchange.house.house import House
from exchange.store import migrate
from exchange.store.clock import ManualClock
from exchange.store.journal import open_journal
from exchange.store.snapshots import SnapshotFiles
from tests.exchange.house.grown import applied, whole_lot
from tests.exchange.house.running import RULEBOOK
from tests.services.postgres import OwnPostgres, own_postgres
from web.cli import app

BASE, WANTED = 40, 60
"""The rows in the base backup, and those that must be there at the instant."""


@pytest.fixture
def archiving() -> Iterator[OwnPostgres]:
    """A server that archives its log."""
    server = own_postgres(
        wal_level="replica",
        archive_mode="on",
        archive_command="test ! -f ../archive/%f && cp %p ../archive/%f",
    )
    try:
        if not server.has("pg_basebackup"):
            pytest.skip("this PostgreSQL came without pg_basebackup")
        server.run("mkdir", "archive")
        yield server
    finally:
        server.stop()


async def asked(url: str, statement: str) -> object:
    """One value from a server."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def archived(url: str) -> None:
    """Wait until the log up to now is in the archive."""
    name = await asked(url, "SELECT pg_walfile_name(pg_switch_wal())")
    async with asyncio.timeout(30):
        while str(await asked(url, "SELECT last_archived_wal FROM pg_stat_archiver") or "") < str(name):
            await asyncio.sleep(0.05)


async def promoted(url: str) -> None:
    """Wait until a server has recovered and takes writes."""
    async with asyncio.timeout(30):
        while await asked(url, "SELECT pg_is_in_recovery()"):
            await asyncio.sleep(0.05)


async def written(server: OwnPostgres) -> str:
    """Rows, a base backup, more rows, the instant, and rows that must not come back."""
    rows = list(whole_lot())
    await migrate.upgrade(server.url)
    journal = open_journal(server.url)
    await journal.open()
    lease = await journal.acquire("hub", "before", rows[0].at)
    await journal.append(lease, rows[:BASE])
    server.program("pg_basebackup", "-d", server.url, "-D", server.folder / "base", "--checkpoint=fast")
    await journal.append(lease, rows[BASE:WANTED])
    instant = str(await asked(server.url, "SELECT clock_timestamp()"))
    await asyncio.sleep(0.05)
    await journal.append(lease, rows[WANTED:])
    await journal.close()
    await archived(server.url)
    return instant


async def test_a_market_is_restored_to_an_instant(archiving: OwnPostgres, tmp_path: Path) -> None:
    """Every row that was acknowledged before the instant is there and verified, none after it; a snapshot of the days
    that are no more is passed over, and the house goes on."""
    instant = await written(archiving)
    rows = whole_lot()
    files = SnapshotFiles(tmp_path / "snapshots")
    files.write("hub", len(rows), snapshots.encode("hub", applied(rows), Decided(), RULEBOOK))
    archiving.run("touch", "base/recovery.signal")
    recovery = {
        "restore_command": "cp ../archive/%f %p",
        "recovery_target_time": instant,
        "recovery_target_action": "promote",
    }
    with archiving.beside(archiving.folder / "base", **recovery) as url:
        await promoted(url)
        result = await asyncio.to_thread(
            CliRunner().invoke, app, ["verify", "--database", url, "--var", str(tmp_path)]
        )
        assert result.exit_code == 0, result.output
        assert f"house hub: {WANTED} rows verified" in result.stdout
        assert "not used, the journal ends before" in result.stdout
        await _goes_on(url, files)


async def _goes_on(url: str, files: SnapshotFiles) -> None:
    journal = open_journal(url)
    await journal.open()
    with capture_logs() as logs:
        house = House("hub", journal, ManualClock(whole_lot()[-1].at), RULEBOOK, snapshots=files)
        await house.start("after")
    assert "does not go as far" in next(log["reason"] for log in logs if "reason" in log)
    assert house.view.seq >= WANTED
    await house.stop()
    await journal.close()
