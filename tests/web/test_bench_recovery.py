"""`luochui bench recovery`: what it measures is there, at sizes too small to measure anything."""

import json

import pytest
from typer.testing import CliRunner

from web.bench import recovery
from web.bench.recovery import Size
from web.commands.bench import bench_app

TINY = Size(rows=150, lots=2, bidders=20, rounds=1, takeovers=1)


def test_every_figure_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replay beside its floor, restore of standing bids, and a takeover of real processes after a kill and a hang."""
    monkeypatch.setattr(recovery, "QUICK", TINY)
    done = CliRunner().invoke(bench_app, ["recovery", "--quick", "--json"])
    assert done.exit_code == 0, done.output
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines["replay ÷ apply in memory"]["goal"] == 0.7
    figures = {name: line["measured"] for name, line in lines.items()}
    ratio = figures["replay from SQLite"] / figures["apply in memory"]
    # Both are written in three digits.
    assert figures["replay ÷ apply in memory"] == pytest.approx(ratio, rel=0.02)
    assert lines["restore from a snapshot: trusted"]["goal"] == 1_000_000
    assert lines["restore from a snapshot: trusted"]["measured"] > 0
    if "takeover after kill −9" in lines:
        assert lines["takeover after kill −9"]["goal"] == 0.25
        assert lines["takeover after a hang ÷ lease"]["goal"] == 1.1
        assert (
            lines["takeover after a hang ÷ lease"]["measured"]
            > lines["takeover after kill −9"]["measured"] / 10
        )
    else:
        assert "PostgreSQL" in done.stderr or "initdb" in done.stderr


def test_the_standing_bids_stand() -> None:
    """Each bidder of each lot has its one bid, and the last one leads."""
    state = recovery.standing(TINY)
    assert [len(lot.standing) for lot in state.lots.values()] == [20, 20]
    assert state.lots["L0"].leader == "00019"
