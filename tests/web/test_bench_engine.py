"""`luochui bench engine` at a tiny size: what it prints, who takes part, and that nobody is compared who differs."""

import json
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from matching_engine import book
from matching_engine.book import OrderBook, Side
from matching_engine.errors import Broken
from matching_engine.events import BidAccepted, BidRefused, LotEvent, ProxyRaised
from web.bench import auction, contest, engines, shapes, workload
from web.bench.contest import BOOK, COMPILED, FLOOR, PEER
from web.bench.workload import Op
from web.commands.bench import bench_app

TINY = ["engine", "--rounds", "1", "--operations", "1000"]


def tick() -> None:
    """No progress is shown here."""


def test_json_lines_are_well_formed() -> None:
    """Every line of stdout has name, measured and unit; goal and met come together; no name comes twice."""
    done = CliRunner().invoke(bench_app, [*TINY, "--json"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        assert set(line) in ({"name", "measured", "unit"}, {"name", "measured", "unit", "goal", "met"})
        assert line["measured"] > 0
    names = [line["name"] for line in lines]
    assert len(set(names)) == len(names)
    goals = {line["name"]: line["goal"] for line in lines if "goal" in line}
    assert goals[f"{BOOK} ÷ {FLOOR}"] == 0.35
    assert goals[f"{BOOK} ÷ {PEER}"] == 2.5
    assert goals["auction core ÷ its floor"] == 0.40
    assert "the goals are set for 200,000 operations" in done.stderr


def test_the_table_names_every_contestant() -> None:
    """Without --json a person gets a table with the floors, our book and the installed peer."""
    done = CliRunner().invoke(bench_app, [*TINY, "--quick"])
    assert done.exit_code == 0, done.output
    for name in ("floor: iterate", "floor: dispatch", BOOK, PEER):
        assert name in done.stdout


@pytest.mark.parametrize("option", [["--rounds", "0"], ["--operations", "10"], ["--rounds", "x"]])
def test_bad_sizes_are_bad_usage(option: list[str]) -> None:
    """A size that measures nothing is refused with status 2, before anything runs."""
    assert CliRunner().invoke(bench_app, ["engine", *option]).exit_code == 2


def test_the_script_is_the_same_every_time() -> None:
    """One seed writes one script; another seed another."""
    assert workload.write(500, 20, 60) == workload.write(500, 20, 60)
    assert workload.write(500, 20, 60) != workload.write(500, 20, 60, seed=2)


def test_every_cancel_of_the_script_finds_its_order() -> None:
    """Played in order, cancels succeed, adds trade or rest, and as many orders rest as the script says."""
    script, played, trades = workload.write(3000, 40, 375), OrderBook(), 0
    for op in script.ops:
        if op.adds:
            fills = played.add(op.order_id, op.party, op.side, op.price, op.quantity)
            assert isinstance(fills, list)
            trades += len(fills)
        else:
            assert played.cancel(op.order_id)
    assert trades > 300
    assert len(script.ops) == 3000
    assert len(played) == script.resting
    assert abs(script.resting - 375) < 10


def contest_of(**others: engines.Engine) -> contest.Contest:
    """A contest between our book and others."""
    return contest.Contest(contestants={BOOK: engines.ours(book), **others})


def test_installed_peers_make_the_trades_of_our_book() -> None:
    """Order by order, price by price: every engine that reports trades reports the same ones."""
    entered = contest.enter()
    contest.agree(entered, workload.write(2000, 30, 250))
    assert not [note for note in entered.notes if "other trades" in note]
    assert {BOOK, PEER, *engines.FLOORS} <= set(entered.contestants)


def last_order_lost(ops: Sequence[Op]) -> engines.Run:
    """Our book, but one order never arrives."""
    return engines.ours(book)(ops[:-1])


def test_a_peer_that_trades_otherwise_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not measured, and a note says why."""
    monkeypatch.setitem(engines.PEERS, "odd", ("odd", last_order_lost))
    entered = contest_of(odd=last_order_lost)
    contest.agree(entered, workload.write(500, 20, 60))
    assert set(entered.contestants) == {BOOK}
    assert entered.notes == ["odd makes other trades from the same orders and is left out"]


def test_an_own_build_that_trades_otherwise_is_broken() -> None:
    """Two builds of one source that differ end the run."""
    with pytest.raises(Broken, match=COMPILED):
        contest.agree(contest_of(**{COMPILED: last_order_lost}), workload.write(500, 20, 60))


def test_a_missing_peer_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes on without it."""
    monkeypatch.setattr(engines, "PEERS", {"some-book": ("no_such_module", engines.iterate)})
    entered = contest.enter()
    assert "some-book is not installed and not measured: pip install some-book" in entered.notes
    assert "some-book" not in entered.contestants


@pytest.mark.parametrize(
    ("source", "said"), [(None, "no compiled order book"), ("# older\n", "older than its source")]
)
def test_a_compiled_book_is_taken_only_of_this_source(
    source: str | None, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a library, or beside one of an older source, the run says what to do instead of measuring it."""
    monkeypatch.setattr(engines, "COMPILED", tmp_path)
    if source is not None:
        (tmp_path / f"book{EXTENSION_SUFFIXES[0]}").write_bytes(b"")
        (tmp_path / "book.py").write_text(source, encoding="utf-8")
    found = engines.load_compiled()
    assert isinstance(found, str)
    assert said in found
    assert "make compiled" in found


def test_the_source_is_measured_even_beside_a_library() -> None:
    """What is called the order book is the Python source, whatever is installed."""
    loaded = engines.load_source()
    assert isinstance(loaded, ModuleType)
    assert loaded.__file__ == str(engines.SOURCE)
    assert loaded.Side.BID == Side.BID


def test_the_floor_of_the_auction_makes_the_events_of_the_core() -> None:
    """Floor and core make the same events, among them refusals, proxies and extensions; else the run ends."""
    script, made = auction.write(shapes.spread(2000, 10)), list[LotEvent]()
    figures = auction.core(2000, 20, 1, tick)
    auction.play(auction.put_up(script.lots, 2000), script, made)
    for kind in (BidAccepted, BidRefused, ProxyRaised):
        assert sum(isinstance(event, kind) for event in made) > 50
    assert any(isinstance(event, BidAccepted) and event.extended for event in made)
    assert [figure.goal for figure in figures] == [None, None, 0.40, 1.5]


def test_sittings_bid_on_fifty_lots_at_a_time() -> None:
    """A sitting draws on the whole catalogue, and forty bids fall on a lot of it before the next begins."""
    order = shapes.in_sittings(6000, 100_000)
    sittings = [set(order[at : at + 2000]) for at in (0, 2000, 4000)]
    assert all(40 < len(sitting) <= 50 for sitting in sittings)
    assert len(set.union(*sittings)) > 140
