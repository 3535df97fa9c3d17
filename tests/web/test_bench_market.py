"""`luochui bench market`: what it measures is there, at sizes too small to measure anything."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchange.bootstrap import read_rulebook
from exchange.house.recovery import replay
from exchange.store.journal import open_journal
from tests.exchange.house.running import BEGIN
from web.bench import market, processes, written
from web.bench.market import Size
from web.commands.bench import bench_app

TINY = Size(catalogues=(30,), markets=(5,), starts=(5,), journals=(300,), rounds=1)


@pytest.fixture(autouse=True)
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of other processes are on these cores as well: leave the choice to the system."""
    monkeypatch.setattr(processes, "cores", lambda: None)


def test_every_figure_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search with its goal, pages, starts from both sources, memory and reports at each size."""
    monkeypatch.setattr(market, "QUICK", TINY)
    done = CliRunner().invoke(bench_app, ["market", "--quick", "--json"])
    assert done.exit_code == 0, done.output
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines["search, 30 achievements: p95"]["goal"] == 100
    assert lines["first page, 5 lots: p50"]["measured"] > 0
    assert lines["memory after it, 5 lots, 52 rows"]["unit"] == "MiB"
    assert sum(name.startswith(("start from", "report over")) for name in lines) == 4


async def test_a_written_journal_is_one_that_a_house_starts_on(sqlite_path: Path) -> None:
    """Chain, streams and state fit: the replay ends at the last row, with every lot open and its last bid leading."""
    url = f"sqlite:///{sqlite_path}"
    rows = await written.write(url, "hub", written.market(3, 4, BEGIN, ["轴承"]), BEGIN)
    journal = open_journal(url, writable=False)
    await journal.open()
    try:
        state = await replay(journal, "hub", read_rulebook())
    finally:
        await journal.close()
    assert state.seq == rows
    assert [lot.lead_fen for lot in state.lots.values()] == [written.OPENING_FEN + 3 * written.STEP_FEN] * 3
    assert state.pending == {}


def test_the_exponent_of_a_cost() -> None:
    """A cost that grows as its size has 1, one that stands still 0."""
    found = market.exponents((10, 1000), {"grows": (1.0, 100.0), "stands": (3.0, 3.0)})
    assert [figure.measured for figure in found] == [pytest.approx(1), 0]
