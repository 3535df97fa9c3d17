"""`luochui bench market`: what grows with the market, and how fast: the catalogue, the lots, the journal.

Pages are fetched one after the other from a real server process by this one, each on a core of its own where there
are two. A size and the next are compared by the exponent of the cost between them: 0 is flat, 1 grows with the size.
"""

import asyncio
import http.client
import math
import statistics
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from exchange.demo.catalogue_generator import achievements
from exchange.registers import Registers
from exchange.reports.reading import Reading
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.clock import SystemClock
from matching_engine.errors import Broken
from web.bench import written
from web.bench.processes import Server, free_port, run, serving
from web.bench.report import Figure, Report, progress

HOUSE = "hub"
WORDS = ("石墨烯", "轴承", "智能灌溉系统", "高效催化剂", "能耗降低")
SEARCHES = (
    *({"q": word} for word in WORDS),
    {"q": "轴承", "region": "henan"},
    {"q": "高效", "field": "新材料", "stage": "pilot"},
    {"region": "zhejiang"},
    {},
)
_UNTHROTTLED = "1000000"
_ADDED = 5_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    catalogues: tuple[int, ...] = (1_000, 10_000, 100_000)
    markets: tuple[int, ...] = (10, 1_000, 10_000)
    starts: tuple[int, ...] = (10, 1_000, 100_000)
    journals: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    rounds: int = 20


WHOLE = Size()
QUICK = Size((1_000, 10_000), (10, 1_000), (10, 1_000), (10_000, 100_000), 8)


def measure(size: Size = WHOLE) -> Report:
    """Every part at each of its sizes, smallest first, on embedded databases in a temporary directory."""
    figures: list[Figure] = []
    steps = len(size.catalogues) + len(size.markets) + len(size.starts) + len(size.journals)
    with progress("market", steps) as tick:
        for part in (_catalogues, _markets, _starts, _journals):
            with tempfile.TemporaryDirectory(prefix="luochui-bench-") as directory:
                figures += part(Path(directory), size, tick)
    notes = ["an exponent of 0 is flat, 1 grows with the size; pages are fetched one after the other"]
    return Report(f"Market, {size.rounds} rounds of every page", figures, notes)


def exponents(sizes: Sequence[int], costs: Mapping[str, Sequence[float]]) -> list[Figure]:
    """How each cost grows between the smallest size and the largest: cost ∝ size to this power; none for one size."""
    if len(sizes) < 2:
        return []
    grown = math.log(sizes[-1] / sizes[0])
    return [
        Figure(f"{name}: exponent, {sizes[0]:,} to {sizes[-1]:,}", math.log(cost[-1] / cost[0]) / grown, "")
        for name, cost in costs.items()
    ]


def _settings(directory: Path, name: str) -> Settings:
    return Settings(database_url=f"sqlite:///{directory / name}.db", var_dir=directory / name, house=HOUSE)


@contextmanager
def _served(settings: Settings) -> Iterator[Server]:
    port = free_port()
    arguments = ["web", "serve", "--database", settings.database_url, "--port", str(port)]
    arguments += ["--var", str(settings.var_dir), "--house", HOUSE]
    with serving(arguments, port, "/readyz", LUOCHUI_RATE_LIMIT=_UNTHROTTLED) as server:
        yield server


def _fetched(port: int, paths: Sequence[str], rounds: int) -> list[float]:
    """The seconds of every request, after one round that does not count; all must be answered 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = []
    for turn in range(rounds + 1):
        for path in paths:
            began = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise Broken(f"{path}: answered {answer.status}")
            if turn:
                taken.append(time.perf_counter() - began)
    connection.close()
    return taken


def _p95(taken: Sequence[float]) -> float:
    return sorted(taken)[math.ceil(0.95 * len(taken)) - 1]


# The catalogue


def _catalogues(directory: Path, size: Size, tick: Callable[[], None]) -> list[Figure]:
    """Search through the REST interface and as a page, with words and facets."""
    figures, medians = list[Figure](), dict[str, list[float]]()
    for count in size.catalogues:
        settings = _settings(directory, f"catalogue-{count}")
        asyncio.run(_fill(settings.database_url, count))
        with _served(settings) as server:
            for name, base in (("search", "/api/v1/achievements"), ("search page", "/achievements")):
                paths = [f"{base}?{urllib.parse.urlencode(wish)}" for wish in SEARCHES]
                taken = _fetched(server.port, paths, size.rounds)
                medians.setdefault(name, []).append(statistics.median(taken))
                where = f"{name}, {count:,} achievements"
                figures.append(Figure(f"{where}: p50", statistics.median(taken) * 1000, "ms"))
                goal = 100.0 if name == "search" else None
                figures.append(Figure(f"{where}: p95", _p95(taken) * 1000, "ms", goal, at_most=True))
        tick()
    return figures + exponents(size.catalogues, medians)


async def _fill(url: str, count: int) -> None:
    await migrate.upgrade(url)
    registers = Registers(url)
    await registers.open()
    try:
        rows = achievements(count)
        while some := list(islice(rows, _ADDED)):
            await registers.achievements.add_all(some, "bench", 0)
    finally:
        await registers.close()


# Pages about lots


def _markets(directory: Path, size: Size, tick: Callable[[], None]) -> list[Figure]:
    """The first page, a lot's page, a listing's page, and the list of lots for programs."""
    pages = {
        "first page": "/",
        "lot page": "/lots/L3",
        "listing page": "/listings/A3",
        "list of lots": "/api/v1/lots?limit=50",
    }
    figures, medians = list[Figure](), dict[str, list[float]]()
    for lots in size.markets:
        settings = _settings(directory, f"market-{lots}")
        _journal(settings, lots, 10)
        with _served(settings) as server:
            for name, path in pages.items():
                taken = _fetched(server.port, [path], size.rounds)
                medians.setdefault(name, []).append(statistics.median(taken))
                median = statistics.median(taken) * 1000
                figures.append(Figure(f"{name}, {lots:,} lots: p50", median, "ms"))
        tick()
    return figures + exponents(size.markets, medians)


def _journal(settings: Settings, lots: int, bids: int) -> int:
    begin = SystemClock().now() - 3_600_000_000
    titles = [one.title for one in achievements(50)]
    events = written.market(lots, bids, begin, titles)
    return asyncio.run(written.write(settings.database_url, HOUSE, events, begin))


# Starting


def _starts(directory: Path, size: Size, tick: Callable[[], None]) -> list[Figure]:
    """From the command to readiness, from the journal and from a snapshot, and the memory then."""
    figures, costs = list[Figure](), dict[str, list[float]]()
    for lots in size.starts:
        settings = _settings(directory, f"start-{lots}")
        rows = _journal(settings, lots, 2)
        journal, _ = _started(settings)
        var = str(settings.var_dir)
        run("web", "snapshot", "--database", settings.database_url, "--var", var, "--house", HOUSE)
        snapshot, memory = _started(settings)
        for name, cost, unit in (
            ("start from the journal", journal, "s"),
            ("start from a snapshot", snapshot, "s"),
            ("memory after it", memory / 2**20, "MiB"),
        ):
            costs.setdefault(name, []).append(cost)
            figures.append(Figure(f"{name}, {lots:,} lots, {rows:,} rows", cost, unit))
        tick()
    return figures + exponents(size.starts, costs)


def _started(settings: Settings) -> tuple[float, int]:
    """Seconds until a server is ready, and its memory then."""
    began = time.perf_counter()
    with _served(settings) as server:
        return time.perf_counter() - began, server.memory()


# Reports


def _journals(directory: Path, size: Size, tick: Callable[[], None]) -> list[Figure]:
    """The figures of a day over a whole journal, and again when it was read before."""
    figures, firsts = list[Figure](), list[float]()
    for events in size.journals:
        settings = _settings(directory, f"journal-{events}")
        lots = max(1, events // 100)
        rows = _journal(settings, lots, max(1, events // lots - 7))
        first, again = asyncio.run(_reported(settings.database_url))
        firsts.append(first)
        figures.append(Figure(f"report over {rows:,} rows: the first", first, "s"))
        figures.append(Figure(f"report over {rows:,} rows: the next", again * 1000, "ms"))
        tick()
    return figures + exponents(size.journals, {"report": firsts})


async def _reported(url: str) -> tuple[float, float]:
    registers, reading, taken = Registers(url), Reading(url), list[float]()
    await registers.open()
    try:
        for _ in range(2):
            began = time.perf_counter()
            await reading.figures(registers, date(2100, 1, 1))
            taken.append(time.perf_counter() - began)
    finally:
        await registers.close()
    return taken[0], taken[1]
