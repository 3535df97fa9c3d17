"""`luochui bench …`: the benchmarks, each figure beside its floor."""

import logging
from typing import Annotated

import typer

from web.bench import bids as bids_bench
from web.bench import fanout as fanout_bench
from web.bench import market as market_bench
from web.bench import recovery as recovery_bench
from web.bench.engine import OPERATIONS, QUICK_ROUNDS, ROUNDS, measure
from web.commands.errors import exits
from web.logs import configure_logging

bench_app = typer.Typer(
    help="Measure this machine: every figure beside its floor, with its goal.", no_args_is_help=True
)


@bench_app.callback()
def bench() -> None:
    """Measure this machine: every figure beside its floor, with its goal."""


@bench_app.command()
def engine(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each figure.")] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; a figure is the median of them.")] = ROUNDS,
    operations: Annotated[
        int, typer.Option(min=1000, help="Operations of a round; what rests and stands grows with them.")
    ] = OPERATIONS,
    quick: Annotated[bool, typer.Option("--quick", help=f"At most {QUICK_ROUNDS} rounds.")] = False,
) -> None:
    """The order book beside its floors and other order books from PyPI, and the auction core beside its floor.

    The other order books come with the extra `bench`; where one is missing, a note says how to install it.

    Exit status 0 when it was measured, whether a goal is met or not; 70 when our own builds disagree.
    """
    with exits():
        report = measure(min(rounds, QUICK_ROUNDS) if quick else rounds, operations)
    report.show(as_json)


@bench_app.command()
def bids(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each figure.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="One short round.")] = False,
    database: Annotated[
        str | None, typer.Option(help="An empty database to measure on instead of SQLite and PostgreSQL.")
    ] = None,
) -> None:
    """Durable bids of a hundred bidders through real sockets, beside a bare echo under the same server settings.

    SQLite is measured in a temporary directory, PostgreSQL at LUOCHUI_BENCH_POSTGRES or, where initdb and postgres
    are on the PATH, in a server of its own. The house runs with LUOCHUI_RATE_LIMIT=1000000.

    Exit status 0 when it was measured, whether a goal is met or not; 2 for a database that cannot be used; 70 when
    a server fell or a bid was answered wrongly.
    """
    configure_logging(level=logging.WARNING)
    with exits():
        report = bids_bench.measure(bids_bench.QUICK if quick else bids_bench.WHOLE, database)
    report.show(as_json)


@bench_app.command()
def fanout(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each figure.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="One short round.")] = False,
) -> None:
    """One event to 1,000 and 5,000 watchers, beside a raw write to as many sockets; what bidders feel of them, and
    what an idle one holds. Needs some 12,000 file descriptors.

    Exit status 0 when it was measured, whether a goal is met or not; 2 without the descriptors; 70 when a server fell.
    """
    configure_logging(level=logging.WARNING)
    with exits():
        report = fanout_bench.measure(fanout_bench.QUICK if quick else fanout_bench.WHOLE)
    report.show(as_json)


@bench_app.command()
def recovery(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each figure.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Less of everything.")] = False,
) -> None:
    """How fast a house comes back: replay beside applying in memory, standing bids from a snapshot, and a standby after
    kill −9 and after a hang of the holder.

    Takeovers are measured on PostgreSQL: LUOCHUI_BENCH_POSTGRES or, where initdb and postgres are on the PATH, a server
    of its own. Exit status 0 when it was measured, whether a goal is met or not; 70 when a server fell.
    """
    configure_logging(level=logging.WARNING)
    with exits():
        report = recovery_bench.measure(recovery_bench.QUICK if quick else recovery_bench.WHOLE)
    report.show(as_json)


@bench_app.command()
def market(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each figure.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller sizes, fewer rounds.")] = False,
) -> None:
    """What grows with the market: search and pages, starting and memory, reports; each at three sizes, with the exponent.

    Needs some 3 GB of disk for a while, and about ten minutes. Exit status 0 when it was measured, whether a goal is
    met or not; 70 when a server fell.
    """
    configure_logging(level=logging.WARNING)
    with exits():
        report = market_bench.measure(market_bench.QUICK if quick else market_bench.WHOLE)
    report.show(as_json)
