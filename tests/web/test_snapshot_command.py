"""`luochui snapshot` from the outside, `luochui verify` beside it, and the snapshots that a server makes by itself."""

import asyncio
import json
import subprocess
import sys
import time
from itertools import count, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
import typer
from typer.testing import CliRunner, Result

from exchange.bootstrap import Exchange, open_exchange, snapshot_files
from exchange.house import snapshot as snapshots
from exchange.house.decided import Decided
from exchange.ports import Row
from exchange.settings import Settings
from exchange.store import migrate as schema
from exchange.store.clock import ManualClock
from exchange.store.journal import open_journal
from exchange.store.snapshots import SnapshotFiles
from tests.exchange.house.grown import applied, whole_lot
from tests.exchange.house.running import RULEBOOK
from web import snapshots as serving
from web.commands.snapshot import snapshot
from web.commands.verify import verify
from web.snapshots import snapshotting

app = typer.Typer()
app.command()(snapshot)
app.command()(verify)


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


async def filled(url: str) -> None:
    """Write the demo's journal into a database."""
    rows = [msgspec.structs.replace(row, epoch=1) for row in whole_lot()]
    await schema.upgrade(url)
    journal = open_journal(url)
    await journal.open()
    await journal.append(await journal.acquire("hub", "test", 1), rows)
    await journal.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """A database with the journal of the demo's house."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    else:
        url = str(request.getfixturevalue("postgres_url"))
    asyncio.run(filled(url))
    return url


def test_a_snapshot_is_made_beside_the_house(database: str, tmp_path: Path) -> None:
    """It is at the last seq, is that state, and verify finds it the same; asked again, it is made from itself."""
    made = run("snapshot", "--database", database, "--var", tmp_path)
    assert made.exit_code == 0, made.output
    last = len(whole_lot())
    assert f"snapshot at seq {last}" in made.stderr
    files = SnapshotFiles(tmp_path / "snapshots")
    assert files.seqs("hub") == [last]
    (_, data), *_ = files.newest("hub")
    assert snapshots.decode(data, "hub", RULEBOOK).state == applied(whole_lot())
    assert run("snapshot", "--database", database, "--var", tmp_path).exit_code == 0
    checked = run("verify", "--database", database, "--var", tmp_path, "--json")
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["snapshots"] == {"verified": [last], "not_used": [], "forged": []}


def test_verify_finds_a_forged_one(sqlite_path: Path, tmp_path: Path) -> None:
    """A snapshot that is right in itself, and not what the rows add up to: the answer is no, and which file it is."""
    url = f"sqlite:///{sqlite_path}"
    asyncio.run(filled(url))
    files = SnapshotFiles(tmp_path / "snapshots")
    forged = applied(whole_lot()[:60])
    forged.settlement.numbers["forged"] = "registration"
    files.write("hub", 60, snapshots.encode("hub", forged, Decided(), RULEBOOK))
    files.write("hub", 65, b"damaged")
    files.write("hub", 9_999, b"of another journal")
    checked = run("verify", "--database", url, "--var", tmp_path)
    assert checked.exit_code == 1
    assert "seq 60" in checked.stderr
    assert "snapshot at seq 65: not used, it is not a snapshot" in checked.stdout
    assert "snapshot at seq 9999: not used, the journal ends before" in checked.stdout


def test_only_one_is_made_at_a_time(sqlite_path: Path, tmp_path: Path) -> None:
    """While another process makes one the answer is no; without a database it is bad usage; without events nothing."""
    url = f"sqlite:///{sqlite_path}"
    asyncio.run(schema.upgrade(url))
    with SnapshotFiles(tmp_path / "snapshots").alone("hub"):
        assert run("snapshot", "--database", url, "--var", tmp_path).exit_code == 1
    empty = run("snapshot", "--database", url, "--var", tmp_path)
    assert (empty.exit_code, "no events" in empty.stderr) == (0, True)
    missing = run("snapshot", "--database", f"sqlite:///{tmp_path}/none.db", "--var", tmp_path)
    assert missing.exit_code == 2


async def test_a_server_makes_them_by_itself(sqlite_path: Path, tmp_path: Path) -> None:
    """Once the house has come far enough a snapshot is there, while the house goes on; the next start reads from it."""
    url = f"sqlite:///{sqlite_path}"
    await filled(url)
    settings = Settings(database_url=url, var_dir=tmp_path, snapshot_events=50)
    files = snapshot_files(settings)
    rows: tuple[Row, ...] = whole_lot()
    async with (
        asyncio.timeout(60),
        open_exchange(settings, ManualClock(rows[-1].at)) as exchange,
        snapshotting(exchange, look=0.05),
    ):
        while not files.seqs("hub"):
            assert exchange.own_house.alive
            await asyncio.sleep(0.05)
    assert files.seqs("hub")[0] >= len(rows)


class Growing:
    """A view that is one event further at every look."""

    def __init__(self) -> None:
        self._seqs = count(1)

    @property
    def seq(self) -> int:
        """How far it has come."""
        return next(self._seqs)


async def test_snapshots_take_a_tenth_of_a_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast events come, the next snapshot waits ten times what the last one used of a processor: a busy house
    lets it wait, and that does not count."""
    times: list[tuple[float, float]] = []
    used = 0.0

    async def make(settings: Settings) -> None:
        nonlocal used
        began = time.monotonic()
        await asyncio.sleep(0.1)
        used += 0.02
        times.append((began, time.monotonic()))

    monkeypatch.setattr(serving, "_make", make)
    monkeypatch.setattr(serving, "_used", lambda: used)
    settings = Settings(snapshot_events=1, var_dir=tmp_path)
    exchange = SimpleNamespace(settings=settings, house=SimpleNamespace(view=Growing()))
    async with asyncio.timeout(20), snapshotting(cast(Exchange, exchange), look=0.001):
        while len(times) < 3:
            await asyncio.sleep(0.01)
    for (_, ended), (following, _) in pairwise(times):
        assert following - ended >= serving.REST * 0.02


def test_what_a_snapshot_used_is_what_children_used() -> None:
    """The seconds of a processor that a process took which has ended, and not those that it waited."""
    before = serving._used()
    busy = "import time\nwhile time.process_time() < 0.1: pass\ntime.sleep(0.1)"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert serving._used() - before >= 0.1
