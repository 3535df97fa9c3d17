"""`luochui bench bids`: durable bids through real sockets, beside the echo of a bare server on the same settings.

A server, its floors and the bidders are processes of their own. First bids are played at a pace, then as fast as the house
answers, by turns of a quarter of a second with its floor; a ratio is the median of the ratios of such pairs.
Beside the rates by the clock on the wall stand those by the processor time of the server, which other work on the
machine does not reach: where the server has a core to itself and is at the end of its strength, the two are the same.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from exchange.settings import Settings
from exchange.store import urls
from exchange.store.journal import open_journal
from web.bench import commits, postgres
from web.bench.arena import MAIN, STEP_FEN, Arena, prepare
from web.bench.bidders import Plan, Result
from web.bench.commits import Commits
from web.bench.processes import Server, bid, by_turns, cores, free_port, serving
from web.bench.report import Figure, Report, median_ratio, progress
from web.bench.standstill import Watch

RATE = 500
"""Bids a second of the house that is busy and not overrun."""
UNTHROTTLED = "1000000"
"""The rate limit of the house that is measured: the bidders bid far faster than people may."""
BUSY = 0.8
"""The share of a core that a server must have had for its rate to be its own."""
CALM = 0.005
"""The share of the time in which a core may have stood still: the slowest hundredth of the bids is otherwise not the
house's."""
GOALS = {"sqlite": 0.50, "postgresql": 0.45}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int = 3
    pairs: int = 8
    """How often a round plays what has a goal, each time by turns with the echo."""
    paces: int = 24
    """How often at most bids are played at a pace, until `calm` of them were calm."""
    calm: int = 9
    bidders: int = 100
    lots: int = 100
    seconds: float = 2.0
    turns: int = 8
    """Into how many turns of house and echo these seconds are divided."""
    paced_seconds: float = 4.0
    """Bids at a pace are few, and of these the slowest hundredth count."""
    warm: float = 0.5
    commits: int = 500


WHOLE = Size()
QUICK = Size(rounds=1, pairs=1, paces=3, calm=1, seconds=1.0, turns=4, paced_seconds=2.0, commits=200)


@dataclass(slots=True)
class Ring:
    """One database under test: the house, its floors, and what was measured."""

    kind: str
    arena: Arena
    size: Size
    house: Server
    echo: Server
    bare: Server
    journal: str
    """The address of the journal that bare commits go to."""
    commits: list[Commits] = field(default_factory=list)
    still: list[float] = field(default_factory=list)
    """For each pace the share of the time in which a core stood still."""
    runs: dict[str, list[Result]] = field(default_factory=dict)
    floors: dict[str, list[Result]] = field(default_factory=dict)
    """For each rush the echo by turns with it."""
    groups: dict[str, list[float]] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0

    def run(self, name: str, server: Server, **changed: object) -> None:
        """Play a plan against a server, and keep what came of it."""
        result = bid(msgspec.structs.replace(self._plan(server), **changed))
        self.runs.setdefault(name, []).append(result)
        if server is self.house:
            self._heard(result)

    def pair(self, name: str, **changed: object) -> None:
        """Play a plan against the echo and, a bit differently, against the house, by turns."""
        plans = self._plan(self.echo), msgspec.structs.replace(self._plan(self.house), **changed)
        decided, commits_ = _counts(self.house)
        echo, result = by_turns(self.size.turns, *plans)
        now = _counts(self.house)
        self.groups.setdefault(name, []).append((now[0] - decided) / max(1.0, now[1] - commits_))
        self.runs.setdefault("echo", []).append(echo)
        self.floors.setdefault(name, []).append(echo)
        self.runs.setdefault(name, []).append(result)
        self._heard(result)

    def _heard(self, result: Result) -> None:
        """Go on from what the house answered."""
        self.amounts |= result.amounts
        self.acknowledged += result.acknowledged

    def pace(self) -> None:
        """Measure bare commits, while the house has nothing to do, and then bids at a pace."""
        size = self.size
        self.commits.append(asyncio.run(commits.measure(self.journal, size.commits, size.bidders, RATE)))
        with Watch(size.paced_seconds) as watch:
            self.run("paced", self.house, rate=RATE, seconds=size.paced_seconds)
        self.still.append(watch.share)

    @property
    def calm(self) -> list[int]:
        """Which paces no core spoiled by standing still."""
        return [n for n, share in enumerate(self.still) if share <= CALM]

    def _plan(self, server: Server) -> Plan:
        """Everybody on one lot, as fast as answers come."""
        return Plan(
            port=server.port,
            pid=server.process.pid,
            beside=server.beside,
            keys=self.arena.keys,
            lots=[[MAIN]] * len(self.arena.keys),
            amounts=dict(self.amounts),
            step_fen=STEP_FEN,
            seconds=self.size.seconds,
            warm=self.size.warm,
        )


def measure(size: Size = WHOLE, database: str | None = None) -> Report:
    """SQLite in a temporary directory and PostgreSQL, or only the database given (which must be empty)."""
    figures, notes = [], [_where()]
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="luochui-bench-")))
        places = [database] if database else [f"sqlite:///{directory / 'bids.db'}", *_postgres(stack, notes)]
        for n, url in enumerate(places):
            settings = Settings(database_url=url, var_dir=directory / str(n), role="all", house="hub")
            figures += _database(settings, size, notes)
    title = f"{size.bidders} bidders, {size.seconds:g} s each, {size.rounds} rounds"
    return Report(f"Durable bids through sockets: {title}", figures, notes)


def _postgres(stack: ExitStack, notes: list[str]) -> list[str]:
    found = stack.enter_context(postgres.database())
    if found is None:
        notes.append(f"PostgreSQL is not measured: {postgres.MISSING}")
        return []
    return [found]


def _where() -> str:
    chosen = cores()
    if chosen is None:
        return "server and bidders share one core: the bidders slow the server down"
    return f"server on core {min(chosen[0])}, bidders and database on {sorted(chosen[1])}"


def _database(settings: Settings, size: Size, notes: list[str]) -> list[Figure]:
    url = settings.database_url
    kind = "sqlite" if urls.is_sqlite(url) else "postgresql"
    with progress(f"bids, {kind}", _steps(size)) as tick:
        arena = asyncio.run(prepare(settings, size.bidders, size.lots))
        tick()
        with commits.beside(url) as journal, _ring(kind, arena, size, settings, journal) as ring:
            _paces(ring, tick)
            for _ in range(size.rounds):
                _overrun(ring, tick)
        lost = ring.acknowledged - asyncio.run(_accepted(url, settings.house))
        tick()
    notes.append(_checked(ring))
    return _figures(ring, lost)


@contextmanager
def _ring(kind: str, arena: Arena, size: Size, settings: Settings, journal: str) -> Iterator[Ring]:
    """The house and its floors, at work."""
    ports = [free_port() for _ in range(3)]
    house = ["web", "serve", "--database", settings.database_url, "--port", str(ports[0])]
    house += ["--var", str(settings.var_dir), "--house", settings.house, "--role", "all"]
    with (
        serving(house, ports[0], "/readyz", LUOCHUI_RATE_LIMIT=UNTHROTTLED) as first,
        serving(["web.bench.echo", "starlette", str(ports[1])], ports[1], "") as echo,
        serving(["web.bench.echo", "bare", str(ports[2])], ports[2], "") as bare,
    ):
        yield Ring(kind, arena, size, first, echo, bare, journal, amounts=arena.amounts)


def _steps(size: Size) -> int:
    """Of which a database's progress consists."""
    return size.paces + size.rounds * (3 + sum(_pairs(size, name) for name in _WORDS)) + 2


def _pairs(size: Size, name: str) -> int:
    return size.pairs if name in _WITH_GOAL else 1


_WITH_GOAL = ("one", "many")
_WORDS = {
    "one": "one lot",
    "many": "many lots",
    "followed": "one lot that all follow",
    "scattered": "one lot, command ids drawn at random",
}


def _paces(ring: Ring, tick: Callable[[], None]) -> None:
    """Bids at a pace until enough of them were calm, and one bidder alone."""
    for _ in range(ring.size.paces):
        if len(ring.calm) < ring.size.calm:
            ring.pace()
        tick()
    for _ in range(ring.size.rounds):
        ring.run("alone", ring.house, keys=ring.arena.keys[:1], lots=[[MAIN]])
        tick()


def _overrun(ring: Ring, tick: Callable[[], None]) -> None:
    """As fast as answers come, by turns with an echo, and at last a pace again: the database still writes to its files what
    the rush has left."""
    changes: dict[str, dict[str, object]] = {
        "many": {"lots": ring.arena.lots},
        "followed": {"follow": True},
        "scattered": {"scattered": True},
    }
    ring.run("bare", ring.bare)
    tick()
    for name in _WORDS:
        for _ in range(_pairs(ring.size, name)):
            ring.pair(name, **changes.get(name, {}))
            tick()
    ring.run("after", ring.house, rate=RATE, seconds=ring.size.paced_seconds)
    tick()


def _counts(server: Server) -> tuple[float, float]:
    """Commands decided and commits made since the start of the house."""
    return server.metric("luochui_commands_total"), server.metric("luochui_commits_total")


async def _accepted(url: str, house: str) -> int:
    """How many accepted bids the journal holds."""
    journal = open_journal(url, writable=False)
    await journal.open()
    try:
        return sum([row.type == "BidAccepted" async for row in journal.read(house)])
    finally:
        await journal.close()


def _figures(ring: Ring, lost: int) -> list[Figure]:
    """The table of one database."""
    kind = "SQLite" if ring.kind == "sqlite" else "PostgreSQL"
    counted = ring.calm or range(len(ring.still))
    paced = [ring.runs["paced"][n] for n in counted]
    p99 = [run.p99 for run in paced]
    p50_bare, p99_bare, gain = zip(*(ring.commits[n] for n in counted), strict=True)
    return [
        Figure(f"{kind}: echo", _rate(ring, "echo"), "messages/s"),
        *(figure for name, words in _WORDS.items() for figure in _rush(ring, name, f"{kind}: {words}")),
        *_times(paced, f"{kind}: {RATE} bids/s"),
        Figure(
            f"{kind}: {RATE} bids/s, a core stood still for",
            100 * statistics.median(ring.still[n] for n in counted),
            "% of the time",
        ),
        *_times(ring.runs["alone"], f"{kind}: one bidder alone"),
        *_times(ring.runs["after"], f"{kind}: {RATE} bids/s right after a rush"),
        Figure(f"{kind}: a commit of one row, p50", statistics.median(p50_bare) / 1000, "ms"),
        Figure(
            f"{kind}: a commit of one row, {RATE} a second, p99", statistics.median(p99_bare) / 1000, "ms"
        ),
        Figure(
            f"{kind}: p99 at {RATE} bids/s ÷ a commit of one row",
            median_ratio(p99, p50_bare),
            "×",
            5 if ring.calm else None,
            at_most=True,
        ),
        Figure(f"{kind}: p99 at {RATE} bids/s ÷ p99 of {RATE} commits/s", median_ratio(p99, p99_bare), "×"),
        Figure(f"{kind}: rows/s in groups ÷ one by one", statistics.median(gain), "×", 10),
        Figure(f"{kind}: acknowledged bids that the journal lacks", max(0, lost), "bids", 0, at_most=True),
    ]


def _rush(ring: Ring, name: str, title: str) -> list[Figure]:
    """Bids as fast as answers come, beside the echo."""
    runs, echo = ring.runs[name], ring.floors[name]
    goal = GOALS[ring.kind] if name in _WITH_GOAL else None
    ratio = median_ratio([run.rate for run in runs], [run.rate for run in echo])
    by_work = median_ratio([_each(run) for run in echo], [_each(run) for run in runs])
    return [
        Figure(title, _rate(ring, name), "bids/s"),
        Figure(f"{title} ÷ echo", ratio, "×", goal if _undisturbed(ring) else None),
        Figure(f"{title} ÷ echo, by the server's processor time", by_work, "×", goal),
        *_whole(runs, echo, title),
        *_times(runs, title),
        Figure(f"{title}, bids in a commit", statistics.median(ring.groups[name]), "bids"),
    ]


def _whole(runs: list[Result], echo: list[Result], title: str) -> list[Figure]:
    """The same with the work of the process that writes, where there is one."""
    if not any(run.beside for run in runs):
        return []
    ratio = median_ratio(
        [_each(run) for run in echo], [_each(run) + run.beside / run.answers for run in runs]
    )
    return [Figure(f"{title} ÷ echo, by the processor time of server and writer", ratio, "×")]


def _undisturbed(ring: Ring) -> bool:
    """Whether the echo had its core to itself; if not, rates by the clock tell of the machine, and have no goal."""
    return statistics.median(run.work / run.seconds for run in ring.runs["echo"]) >= BUSY


def _each(run: Result) -> float:
    """Seconds of the server's processor for one answer; the same for all where the system does not tell."""
    return max(run.work, 0.01) / run.answers


def _rate(ring: Ring, name: str) -> float:
    return statistics.median(run.rate for run in ring.runs[name])


def _times(runs: list[Result], title: str) -> list[Figure]:
    """Percentiles, each the median of the rounds."""
    return [
        Figure(f"{title}, {label}", statistics.median(getattr(run, part) for run in runs) / 1000, "ms")
        for label, part in (("p50", "p50"), ("p99", "p99"), ("p99.9", "p999"))
    ]


def _checked(ring: Ring) -> str:
    """How busy client and server were: who is at the end of its strength sets the figure."""
    parts = []
    for name in ("bare", "echo", *_WORDS):
        runs = ring.runs[name]
        client, server = (
            statistics.median(used / run.seconds for used, run in zip(all_used, runs, strict=True))
            for all_used in ([run.own for run in runs], [run.work for run in runs])
        )
        accepted = sum(run.accepted for run in runs) / sum(run.answers for run in runs)
        parts.append(
            f"{name} {_rate(ring, name):,.0f}/s, {accepted:.1%} accepted, client {client:.0%} and server {server:.0%} of a core"
        )
    parts += [_spread(ring, name) for name in _WITH_GOAL if len(ring.floors[name]) > 1]
    parts.append(f"{len(ring.calm)} of {len(ring.still)} paces were calm")
    if not ring.calm:
        parts.append(f"cores stood still for more than {CALM:.1%} of the time, so that p99 has no goal")
    if not _undisturbed(ring):
        parts.append("others had the server's core, so that only ratios by processor time have a goal")
    return f"{ring.kind}: " + "; ".join(parts)


def _spread(ring: Ring, name: str) -> str:
    """How far apart the pairs were."""
    ratios = [run.rate / echo.rate for run, echo in zip(ring.runs[name], ring.floors[name], strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4)
    return f"half of the pairs of {_WORDS[name]} between {low:.2f} and {high:.2f} of the echo"
