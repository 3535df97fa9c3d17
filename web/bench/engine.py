"""`luochui bench engine`: the order book and the auction core beside floors and peers, in one run.

Only ratios inside a round count, for machines are noisy: each round runs everyone once, and a figure is
the median over the rounds.
"""

from web.bench import auction, contest, shapes, workload
from web.bench.clock import quiet
from web.bench.report import Report, progress

ROUNDS, QUICK_ROUNDS = 9, 3
OPERATIONS = 200_000
LEVELS = 250


def measure(rounds: int = ROUNDS, operations: int = OPERATIONS) -> Report:
    """Run the whole benchmark; an eighth of the operations rest at the end, half as many lots stand.

    Broken when our own builds do not make the same trades.
    """
    resting, lots = operations // 8, operations // 2
    with progress("engine", 5 * rounds + 1) as tick:
        script = workload.write(operations, LEVELS, resting)
        entered = contest.enter()
        contest.agree(entered, script)
        memory = shapes.memory(resting)
        tick()
        with quiet():
            contest.race(entered, script.ops, rounds, tick)
            figures = [
                *contest.figures(entered, operations),
                shapes.one_level(operations, rounds, tick),
                shapes.many_levels(operations, rounds, tick),
                *shapes.many_lots(lots, operations, rounds, tick),
                *auction.core(operations, lots, rounds, tick),
                memory,
            ]
    size = f"{operations:,} operations, {LEVELS} levels, {script.resting:,} resting at the end"
    if operations != OPERATIONS:
        entered.notes.append(f"the goals are set for {OPERATIONS:,} operations")
    return Report(f"Order book and auction core: {size}", figures, entered.notes)
