"""`luochui bench …`: the benchmarks, each figure beside its floor."""

from typing import Annotated

import typer

from web.bench.engine import OPERATIONS, QUICK_ROUNDS, ROUNDS, measure
from web.commands.errors import exits

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
