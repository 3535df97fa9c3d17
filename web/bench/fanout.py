"""`luochui bench fanout`: one event to thousands of watchers, beside a raw write to as many sockets.

The house is a real server process, the watchers and the bidders are processes of their own, on the other core where
there is one. How long the house writes comes from its own counters of processor time, so that neither a client that reads
slowly nor other work on the machine enters; the floor does the same with nothing around it, at the same number of sockets, before and
after.
Each crowd has a house of its own, so that what an idle watcher holds is new memory.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import msgspec

from exchange.settings import Settings
from matching_engine.errors import Broken
from web.bench.arena import MAIN, STEP_FEN, Arena, prepare
from web.bench.bidders import Plan, Result
from web.bench.bids import UNTHROTTLED
from web.bench.processes import Server, await_port, bid, cores, free_port, serving, stop
from web.bench.report import Figure, Report, median_ratio, progress
from web.bench.watchers import Seen, Watch

_RATE = 500
"""Bids a second of the house that is watched."""
_SLOWLY = 10
"""Bids a second whose events are told one by one: slower than the pace at which watchers hear."""
_OCTETS = 300
_DEAD = 10
_LAST_WORDS = 1.0
"""Seconds in which the last frames reach a crowd."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    crowds: tuple[int, ...] = (1000, 5000)
    rounds: int = 5
    bidders: int = 20
    seconds: float = 3.0
    warm: float = 0.5
    frames: int = 30


WHOLE, QUICK = Size(), Size(rounds=1, seconds=2.0, frames=20)


@dataclass(slots=True)
class Stage:
    """The house under test, and the next amount on its lot."""

    arena: Arena
    size: Size
    amounts: dict[str, int]
    house: Server = field(init=False)

    def bid(self, rate: int) -> Result:
        """Let the bidders bid at a rate."""
        plan = Plan(
            port=self.house.port,
            pid=self.house.process.pid,
            keys=self.arena.keys,
            lots=[[MAIN]] * len(self.arena.keys),
            amounts=dict(self.amounts),
            step_fen=STEP_FEN,
            seconds=self.size.seconds,
            warm=self.size.warm,
            rate=rate,
        )
        result = bid(plan)
        self.amounts |= result.amounts
        return result

    def told(self) -> tuple[float, float]:
        """Frames made for rooms, and the seconds that writing them took, since the start."""
        return self.house.metric("luochui_fanout_frames_total"), self.house.metric(
            "luochui_fanout_seconds_total"
        )


def measure(size: Size = WHOLE) -> Report:
    """An embedded database in a temporary directory; every crowd in every round."""
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as directory:
        settings = Settings(
            database_url=f"sqlite:///{Path(directory) / 'fanout.db'}", var_dir=Path(directory), house="hub"
        )
        with progress("fan-out", 1 + len(size.crowds) * (size.rounds + 1)) as tick:
            arena = asyncio.run(prepare(settings, size.bidders, 1))
            tick()
            stage, figures = Stage(arena, size, arena.amounts), list[Figure]()
            for crowd in size.crowds:
                with _house(settings) as stage.house:
                    stage.bid(_SLOWLY)
                    figures += _crowd(stage, crowd, tick)
    return Report(f"Fan-out, {size.rounds} rounds", figures, [_where()])


def _where() -> str:
    chosen = cores()
    if chosen is None:
        return "server and watchers share one core"
    return f"server on core {min(chosen[0])}, watchers and bidders on {sorted(chosen[1])}"


@contextmanager
def _house(settings: Settings) -> Iterator[Server]:
    port = free_port()
    arguments = ["web", "serve", "--database", settings.database_url, "--port", str(port)]
    arguments += ["--var", str(settings.var_dir), "--house", settings.house, "--role", "all"]
    with serving(arguments, port, "/readyz", LUOCHUI_RATE_LIMIT=UNTHROTTLED) as house:
        yield house


def _crowd(stage: Stage, crowd: int, tick: Callable[[], None]) -> list[Figure]:
    """One number of watchers: what an idle one holds, how long telling takes, and what bidders feel of it."""
    alone, watched, heard = list[float](), list[Result](), list[float]()
    floors, tellings, seen, held = list[float](), list[float](), list[Seen](), list[float]()
    for _ in range(stage.size.rounds):
        first, raw = stage.bid(_RATE).p50, floor(crowd, stage.size.frames)
        before = _resident(stage.house)
        with watching(Watch(stage.house.port, crowd, MAIN, _DEAD), seen):
            held.append((_resident(stage.house) - before) / crowd)
            early = stage.told()
            stage.bid(_SLOWLY)
            late, began = stage.told(), time.monotonic()
            watched.append(stage.bid(_RATE))
            heard.append((stage.told()[0] - late[0]) / (time.monotonic() - began))
            time.sleep(_LAST_WORDS)
        alone.append((first + stage.bid(_RATE).p50) / 2)  # before and after: the disk has its moods
        tellings.append(1e6 * (late[1] - early[1]) / max(1.0, late[0] - early[0]))
        floors.append((raw + floor(crowd, stage.size.frames)) / 2)
        tick()
    name, living = f"{crowd:,} watchers", crowd - _DEAD
    return [
        *_telling(name, tellings, floors),
        *_bidding(name, alone, watched, 1.3 if crowd <= 1000 else None),
        Figure(f"{name}: frames that each hears at {_RATE} bids/s", statistics.median(heard), "frames/s"),
        Figure(f"{name}: memory of an idle one", max(held) / 1024, "KB", 30, at_most=True),
        Figure(
            f"{name}: frames of the one that saw fewest ÷ the mean",
            min(one.fewest * living / max(1, one.frames) for one in seen),
            "×",
            1.0,
        ),
    ]


def _telling(name: str, tellings: list[float], floors: list[float]) -> list[Figure]:
    return [
        Figure(f"{name}: raw write to all", statistics.median(floors) / 1000, "ms"),
        Figure(f"{name}: an event to all", statistics.median(tellings) / 1000, "ms"),
        Figure(f"{name}: an event ÷ raw write", median_ratio(tellings, floors), "×", 1.3, at_most=True),
    ]


def _bidding(name: str, alone: list[float], watched: list[Result], goal: float | None) -> list[Figure]:
    p50, p99 = (statistics.median(getattr(run, point) for run in watched) / 1000 for point in ("p50", "p99"))
    ratio = median_ratio([run.p50 for run in watched], alone)
    return [
        Figure(f"{name}: a bid at {_RATE}/s, p50", p50, "ms"),
        Figure(f"{name}: a bid at {_RATE}/s, p99", p99, "ms"),
        Figure(f"{name}, {_DEAD} of them dead: a bid's p50 ÷ without any", ratio, "×", goal, at_most=True),
    ]


def _resident(server: Server) -> int:
    """Octets of memory that a process holds; 0 where the system does not tell."""
    try:
        pages = Path(f"/proc/{server.process.pid}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def watching(watch: Watch, seen: list[Seen]) -> Iterator[None]:
    """A process of watchers, all of them following, until the end of the block; what they saw is added to `seen`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "web.bench.watchers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    into, out = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    try:
        chosen = cores()
        if chosen:
            os.sched_setaffinity(process.pid, chosen[1])
        into.write(msgspec.json.encode(watch) + b"\n")
        into.flush()
        if out.readline() != b"ready\n":
            _, error = process.communicate()
            raise Broken(f"the watchers gave up: {error.decode(errors='replace').strip()[-300:]}")
        _give_way(process.pid)
        yield
        answer, _ = process.communicate()
        seen.append(msgspec.json.decode(answer, type=Seen))
    finally:
        stop(process)


def _give_way(pid: int) -> None:
    """Let a process run when nobody else wants its core: watchers share theirs with the bidders, whose time is measured."""
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))


def floor(crowd: int, frames: int) -> float:
    """µs to write one frame to as many sockets, nothing else: the mean of some frames, as the house's is one."""
    port = free_port()
    command = [sys.executable, "-m", "web.bench.pour", *map(str, (port, crowd, frames, _OCTETS))]
    pouring = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)  # noqa: S603
    try:
        chosen = cores()
        if chosen:
            os.sched_setaffinity(pouring.pid, chosen[0])
        await_port(pouring, port)
        with watching(Watch(port, crowd), []):
            taken, _ = pouring.communicate(timeout=120)
    finally:
        stop(pouring)
    return statistics.fmean(msgspec.json.decode(taken, type=list[int]))
