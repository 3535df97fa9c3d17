"""`luochui bench fanout`: what it measures is there, at sizes too small to measure anything."""

import json

import pytest
from typer.testing import CliRunner

from matching_engine.errors import Broken
from web.bench import fanout, processes
from web.bench.fanout import Size
from web.bench.processes import free_port
from web.bench.watchers import Watch
from web.commands.bench import bench_app

TINY = Size(crowds=(12,), rounds=1, bidders=2, seconds=0.5, warm=0.0, frames=3)


@pytest.fixture(autouse=True)
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of other processes are on these cores as well: leave the choice to the system."""
    monkeypatch.setattr(processes, "cores", lambda: None)
    monkeypatch.setattr(fanout, "cores", lambda: None)


def test_every_figure_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints the floor, the ratio with its goal, what bidders feel, memory, and that nobody missed a frame."""
    monkeypatch.setattr(fanout, "QUICK", TINY)
    done = CliRunner().invoke(bench_app, ["fanout", "--quick", "--json"])
    assert done.exit_code == 0, done.output
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines["12 watchers: an event ÷ raw write"]["goal"] == 1.3
    assert lines["12 watchers: memory of an idle one"]["goal"] == 30
    assert lines["12 watchers, 10 of them dead: a bid's p50 ÷ without any"]["measured"] > 0
    assert lines["12 watchers: an event to all"]["measured"] > 0
    assert lines["12 watchers: raw write to all"]["measured"] > 0
    assert lines["12 watchers: frames of the one that saw fewest ÷ the mean"]["measured"] > 0.5


def test_watchers_that_find_no_server_say_so() -> None:
    """A port where nobody listens ends the measurement with the reason."""
    with pytest.raises(Broken, match="the watchers gave up"), fanout.watching(Watch(free_port(), 1), []):
        raise AssertionError("nobody follows anything")
