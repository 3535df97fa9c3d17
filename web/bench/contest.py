"""The order book, its floors and its peers under the same script, round by round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

from matching_engine.errors import require
from web.bench import engines
from web.bench.clock import seconds
from web.bench.engines import Engine, Trade
from web.bench.report import Figure, median_ratio, per_second
from web.bench.workload import Op, Script

FLOOR = "dispatch + dict + event"
PEER = "akhil4n-orderbook"
BOOK, COMPILED = "order book", "order book, compiled"
GOALS = {(BOOK, PEER): 2.5, (BOOK, FLOOR): 0.35, (COMPILED, PEER): 3.8, (COMPILED, FLOOR): 0.50}


@dataclass
class Contest:
    """Who takes part, how long each took in each round, and what the reader must be told."""

    contestants: dict[str, Engine] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def enter() -> Contest:
    """Everyone who can take part on this machine; a note for each who cannot."""
    contest = Contest(contestants={**engines.FLOORS, BOOK: engines.ours(engines.load_source())})
    compiled = engines.load_compiled()
    if isinstance(compiled, str):
        contest.notes.append(compiled)
    else:
        contest.contestants[COMPILED] = engines.ours(compiled)
    for name, (module, engine) in engines.PEERS.items():
        if find_spec(module) is None:
            contest.notes.append(f"{name} is not installed and not measured: pip install {name}")
        else:
            contest.contestants[name] = engine
    return contest


def agree(contest: Contest, script: Script) -> None:
    """Let everyone run once, off the clock, and drop the peers whose trades or book are not the same.

    Broken when it is our own compiled book that differs from its source.
    """
    book = engines.ours(engines.load_source())(script.ops)
    book.loop()
    trades = _trades(book)
    require(book.resting() == script.resting, "the order book ends as its script says")
    for name, engine in list(contest.contestants.items()):
        if name in engines.FLOORS:
            continue
        run = engine(script.ops)
        run.loop()
        same = run.resting() == script.resting and (run.trades is None or _trades(run) == trades)
        require(same or name in engines.PEERS, f"{name} makes the trades of its source")
        if not same:
            del contest.contestants[name]
            contest.notes.append(f"{name} makes other trades from the same orders and is left out")
        elif run.trades is None:
            contest.notes.append(
                f"{name} does less: it reports no trades, only its resting orders were compared"
            )


def race(contest: Contest, ops: Sequence[Op], rounds: int, tick: Callable[[], None]) -> None:
    """Each round runs everyone once, one after the other."""
    contest.times = {name: [] for name in contest.contestants}
    for _ in range(rounds):
        for name, engine in contest.contestants.items():
            contest.times[name].append(seconds(engine(ops).loop))
        tick()


def figures(contest: Contest, operations: int) -> list[Figure]:
    """Operations a second of everyone, then the ratios of our book to floor and peers."""
    times = contest.times
    found = [per_second(_label(name), operations, taken) for name, taken in times.items()]
    for ours in (BOOK, COMPILED):
        for beside in (FLOOR, *engines.PEERS):
            if ours in times and beside in times:
                ratio = median_ratio(times[beside], times[ours])
                found.append(Figure(f"{ours} ÷ {beside}", ratio, "×", GOALS.get((ours, beside))))
    return found


def _label(name: str) -> str:
    return f"floor: {name}" if name in engines.FLOORS else name


def _trades(run: engines.Run) -> list[Trade]:
    return list(run.trades()) if run.trades is not None else []
