"""`luochui bench engine`: the order book beside its floors and its peers, in one run.

Only ratios inside a round count, for machines are noisy: each round runs everyone once, and a figure is
the median over the rounds.
"""

from dataclasses import dataclass

from web.bench import contest, shapes, workload
from web.bench.clock import quiet
from web.bench.report import Report, progress

ROUNDS, QUICK_ROUNDS = 9, 3


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured; the defaults are those of the published figures."""

    rounds: int = ROUNDS
    operations: int = 200_000
    levels: int = 250
    resting: int = 25_000
    one_level: int = 200_000
    lots: int = 100_000


def measure(sizes: Sizes) -> Report:
    """Run the whole benchmark. Broken when our own builds do not make the same trades."""
    with progress("order book", 4 * sizes.rounds + 1) as tick:
        script = workload.write(sizes.operations, sizes.levels, sizes.resting)
        entered = contest.enter()
        contest.agree(entered, script)
        memory = shapes.memory(sizes.resting)
        tick()
        with quiet():
            contest.race(entered, script.ops, sizes.rounds, tick)
            figures = [
                *contest.figures(entered, sizes.operations),
                shapes.one_level(sizes.one_level, sizes.rounds, tick),
                shapes.many_levels(sizes.operations, sizes.rounds, tick),
                *shapes.many_lots(sizes.lots, sizes.operations, sizes.rounds, tick),
                memory,
            ]
    title = f"The order book: {sizes.operations:,} operations, {sizes.levels} levels, {script.resting:,} resting at the end"
    return Report(title, figures, entered.notes)
