"""`luochui bench bids`: what it measures is there, at sizes too small to measure anything."""

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchange.settings import Settings
from matching_engine.errors import Broken
from tests.services import databases
from web.bench import arena, bidders, bids, commits, processes
from web.bench.arena import MAIN, STEP_FEN
from web.bench.bidders import Plan
from web.bench.bids import Size
from web.commands.bench import bench_app

TINY = Size(
    rounds=1,
    pairs=2,
    paces=1,
    turns=2,
    bidders=3,
    lots=2,
    seconds=0.2,
    paced_seconds=0.2,
    warm=0.0,
    commits=20,
)


@pytest.fixture(autouse=True)
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of other processes are on these cores as well: leave the choice to the system."""
    monkeypatch.setattr(processes, "cores", lambda: None)


def test_every_figure_is_measured_on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints rates, ratios with their goals, times and group sizes; no acknowledged bid is lacking."""
    monkeypatch.setattr(bids, "QUICK", TINY)
    monkeypatch.setattr(bids, "CALM", 1.0)  # whatever else this machine does
    url = f"sqlite:///{tmp_path / 'bids.db'}"
    done = CliRunner().invoke(bench_app, ["bids", "--quick", "--json", "--database", url])
    assert done.exit_code == 0, done.output
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines["SQLite: one lot ÷ echo"]["measured"] > 0
    assert lines["SQLite: many lots ÷ echo, by the server's processor time"]["goal"] == 0.5
    assert lines["SQLite: p99 at 500 bids/s ÷ a commit of one row"]["goal"] == 5
    assert lines["SQLite: rows/s in groups ÷ one by one"]["goal"] == 10
    assert lines["SQLite: acknowledged bids that the journal lacks"]["measured"] == 0
    for name in ("one lot, p50", "many lots, p99.9", "one lot, bids in a commit", "one bidder alone, p50"):
        assert lines[f"SQLite: {name}"]["measured"] > 0
    assert "client" in done.stderr


@pytest.mark.postgres
def test_postgresql_has_a_goal_of_its_own(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is given is the only one measured; the bar of its progress ends at its end. What comes of a pace in
    which a core stood still is shown, and has no goal."""
    monkeypatch.setattr(bids, "CALM", -1.0)
    bars: list[list[int]] = []

    @contextmanager
    def progress(title: str, total: int) -> Iterator[Callable[[], None]]:
        bars.append([0, total])

        def step() -> None:
            bars[-1][0] += 1

        yield step

    monkeypatch.setattr(bids, "progress", progress)
    report = bids.measure(TINY, postgres_url)
    ((steps, total),) = bars
    assert steps == total
    goals = {figure.name: figure.goal for figure in report.figures}
    assert goals["PostgreSQL: p99 at 500 bids/s ÷ a commit of one row"] is None
    assert "0 of 1 paces were calm; cores stood still" in report.notes[-1]
    assert goals["PostgreSQL: one lot ÷ echo, by the server's processor time"] == 0.45
    assert not any(name.startswith("SQLite") for name in goals)


async def test_bidders_of_the_arena_may_bid(tmp_path: Path) -> None:
    """Everybody has a key and is admitted to the main lot and to its own of the many."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'a.db'}", var_dir=tmp_path)
    made = await arena.prepare(settings, bidders=3, lots=2)
    assert len(set(made.keys)) == 3
    assert all(key.startswith("ek_") for key in made.keys)
    assert made.lots == [["B1", "B2"], ["B2", "B1"], ["B1", "B2"]]
    assert set(made.amounts) == {MAIN, "B1", "B2"}


async def test_commits_are_of_real_rows(tmp_path: Path) -> None:
    """The journal's own adapter takes single rows and groups, in a house of their own."""
    url = f"sqlite:///{tmp_path / 'c.db'}"
    await databases.migrated(url)
    single, worst, gain = await commits.measure(url, 20, 5, 1000)
    assert min(single, worst) > 0
    assert gain > 0


def plan(port: int, **change: object) -> Plan:
    """Two bidders on one lot."""
    fields: dict[str, object] = {
        "port": port,
        "pid": os.getpid(),
        "keys": ["ek_x", "ek_y"],
        "lots": [[MAIN], [MAIN]],
        "amounts": {MAIN: 1000},
        "step_fen": STEP_FEN,
        "seconds": 0.2,
    }
    return Plan(**{**fields, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["starlette", "bare"])
@pytest.mark.parametrize("rate", [0, 50])
def test_the_floors_answer_the_bidders(kind: str, rate: int) -> None:
    """Both echoes take the bidders' messages, at full speed and at a rate; every message brings one amount more."""
    port = processes.free_port()
    with processes.serving(["web.bench.echo", kind, str(port)], port, "") as server:
        result = processes.bid(plan(port, pid=server.process.pid, rate=rate))
    assert 0 < result.answers <= result.acknowledged
    assert result.amounts[MAIN] == 1000 + STEP_FEN * result.acknowledged
    assert result.p50 <= result.p99 <= result.p999
    assert server.process.poll() is not None


async def test_what_a_server_does_between_its_turns_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two plans by turns: a server that works half of all the time has what it did in the other's turns put to its own time
    and work, and the other's clock stands still meanwhile."""
    busy, idle, port = -1, -2, processes.free_port()
    monkeypatch.setattr(bidders, "used_by", lambda pid: time.perf_counter() / 2 if pid == busy else 0.0)
    with processes.serving(["web.bench.echo", "bare", str(port)], port, ""):
        first, second = await bidders.play([plan(port, pid=busy), plan(port, pid=idle)], turns=2)
    assert min(first.answers, second.answers) > 0
    assert second.seconds >= 0.2 / 2
    assert first.seconds >= 0.2 + second.seconds
    assert first.work >= 0.2 / 2 + second.seconds
    assert second.work == 0


def test_a_server_that_hangs_up_ends_the_run() -> None:
    """What cannot be measured is an error and no figure."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            await asyncio.to_thread(processes.bid, plan(port))

    with pytest.raises(Broken, match="hung up"):
        asyncio.run(run())


def test_a_server_that_does_not_start_is_named_with_what_it_said() -> None:
    """The end of its log comes with the error."""
    port = processes.free_port()
    with (
        pytest.raises(Broken, match="KeyError"),
        processes.serving(["web.bench.echo", "no-such-kind", str(port)], port, ""),
    ):
        pass
