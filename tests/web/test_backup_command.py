"""`luochui backup` and `luochui restore` from the outside: files in and out, lines and status."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from exchange.bootstrap import open_exchange
from exchange.settings import Settings
from exchange.store.clock import ManualClock
from tests.exchange.house.grown import whole_lot
from tests.exchange.house.running import BEGIN, RULEBOOK, bid, open_lot, opened, running, sqlite_url
from tests.web.test_snapshot_command import filled
from web.commands.backup import backup, restore, verified

app = typer.Typer()
app.command()(backup)
app.command()(restore)
OPENING, STEP = 160_000_000, 8_000_000


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """An embedded database with the demo's journal."""
    path = tmp_path / "market.db"
    asyncio.run(filled(sqlite_url(path)))
    return path


def test_there_and_back(market: Path, tmp_path: Path) -> None:
    """The copy is one file for its owner alone, has every row, and a server starts on what was restored from it."""
    file, var = tmp_path / "copies" / "monday.db", tmp_path / "new"
    made = run("backup", file, "--database", sqlite_url(market))
    assert made.exit_code == 0, made.output
    assert f"house hub: {len(whole_lot())} rows verified" in made.stdout
    assert [path.name for path in file.parent.iterdir()] == ["monday.db"]
    assert file.stat().st_mode & 0o777 == 0o600
    back = run("restore", file, "--var", var)
    assert back.exit_code == 0, back.output
    assert whole_lot()[-1].hash.hex() in back.stdout

    async def start() -> int:
        settings = Settings(database_url=sqlite_url(var / "luochui.db"), var_dir=var)
        async with open_exchange(settings, ManualClock(whole_lot()[-1].at)) as exchange:
            return exchange.house.view.seq

    assert asyncio.run(start()) >= len(whole_lot())


async def test_a_copy_is_of_one_moment_while_bids_come(sqlite_path: Path, tmp_path: Path) -> None:
    """A copy that is made between bids ends with a row of the journal and verifies; the house never stopped."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        copying = asyncio.create_task(
            asyncio.to_thread(run, "backup", tmp_path / "copy.db", "--database", sqlite_url(sqlite_path))
        )
        count = 0
        while not copying.done():
            clock.advance(1)
            outcome = await bid(house, ("jia", "yi")[count % 2], OPENING + count * STEP)
            assert outcome.refusal is None
            count += 1
        assert copying.result().exit_code == 0, copying.result().output
        (found,) = await verified(sqlite_url(tmp_path / "copy.db"), RULEBOOK)
        assert found.head in [row.hash async for row in journal.read("hub")]


def test_nothing_is_overwritten(market: Path, tmp_path: Path) -> None:
    """A file that is there stays as it was, and the command says which: for a copy and for what is restored."""
    (tmp_path / "taken.db").write_bytes(b"mine")
    made = run("backup", tmp_path / "taken.db", "--database", sqlite_url(market))
    assert (made.exit_code, "which exists" in made.stderr) == (2, True)
    assert (tmp_path / "taken.db").read_bytes() == b"mine"
    assert run("backup", tmp_path / "copy.db", "--database", sqlite_url(market)).exit_code == 0
    (tmp_path / "luochui.db-wal").write_bytes(b"left over")
    back = run("restore", tmp_path / "copy.db", "--var", tmp_path)
    assert back.exit_code == 2
    assert not (tmp_path / "luochui.db").exists()


def test_a_changed_copy_is_not_restored(market: Path, tmp_path: Path) -> None:
    """A row that was edited in the file: the answer is no, with the row, and there is no database afterwards."""
    copy = tmp_path / "copy.db"
    assert run("backup", copy, "--database", sqlite_url(market)).exit_code == 0
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE journal SET principal = 'forger' WHERE seq = 30")
        connection.commit()
    back = run("restore", copy, "--var", tmp_path / "new")
    assert (back.exit_code, "seq 30" in back.stderr) == (1, True)
    assert not (tmp_path / "new" / "luochui.db").exists()


def test_what_is_no_database_is_refused(market: Path, tmp_path: Path) -> None:
    """Damaged bytes, no file, a server's database: each is said in one line, and nothing is left behind."""
    (tmp_path / "text.db").write_bytes(b"not a database " * 100)
    for arguments in (
        ("restore", tmp_path / "text.db", "--var", tmp_path / "new"),
        ("restore", tmp_path / "none.db", "--var", tmp_path / "new"),
        ("backup", tmp_path / "a.db", "--database", sqlite_url(tmp_path / "none.db")),
        ("backup", tmp_path / "a.db", "--database", sqlite_url(tmp_path / "text.db")),
        ("backup", tmp_path / "a.db", "--database", "postgresql://luochui:secret@127.0.0.1/none"),
    ):
        result = run(*arguments)
        assert result.exit_code in (2, 70), result.output
        assert "secret" not in result.output
    assert not (tmp_path / "new" / "luochui.db").exists()
    assert not list(tmp_path.glob("a.db*"))
