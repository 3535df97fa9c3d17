"""The hub of each web process, with people who read fast, slowly or not at all, and who come back after a crash."""

import asyncio
import itertools
import json
from collections.abc import Callable
from random import Random
from typing import Any

from exchange.ports import Unavailable
from tests.simulation.apart import WebProcess, WorldApart
from tests.simulation.faults import Faults
from tests.simulation.world import HOUSE
from web.audience import Watcher
from web.hub import Hub
from web.transport import Frame

PEOPLE = 4


class SlowPipe:
    """The way to one reader's screen: frames wait in a buffer that empties at the reader's pace."""

    def __init__(self, world: WorldApart, pace: int, read: Callable[[dict[str, Any]], None]) -> None:
        self.closed = False
        self._world = world
        self._pace = pace
        self._read = read
        self._frames: list[Frame] = []
        self._emptied = 0.0

    @property
    def buffered(self) -> int:
        """Octets that the reader has not taken."""
        return sum(len(frame.wire) for frame in self._frames)

    def write(self, frame: Frame) -> None:
        """Queue a frame."""
        if not self.closed:
            self._frames.append(frame)
            now = self._world.loop.time()
            self._emptied = max(self._emptied, now) + len(frame.wire) / self._pace
            self._world.loop.call_at(self._emptied, self._taken)

    def offer(self, frame: Frame, limit: int) -> bool:
        """The same, unless too much is queued."""
        if self.buffered > limit:
            return False
        self.write(frame)
        return True

    def _taken(self) -> None:
        if self._frames and not self.closed:
            self._read(json.loads(self._frames.pop(0).text))

    def close(self, code: int, reason: str) -> None:
        """What waits is thrown away."""
        self.closed = True
        self._frames.clear()

    def gone(self) -> None:
        """The same."""
        self.closed = True

    def hear(self, hearer: Callable[[str], bool]) -> None:
        """Nobody says anything here."""


class Person:
    """Somebody who follows a lot for the whole run, over one web process after the other."""

    def __init__(self, world: WorldApart, number: int, lot: str = "L1") -> None:
        self.lot = lot
        self.known: tuple[int, int] | None = None
        """Epoch and seq of what is on the screen."""
        self.states = 0
        self.news = 0
        self._world = world
        self._number = number
        self._random = Random(world.random.random())
        self._pace = self._random.choice((400, 4_000, 1_000_000))
        self._requests = itertools.count(1)

    async def watch(self) -> None:
        """Follow, and when the socket ends or its process, come back with what is known."""
        while True:
            webs = [web for web in self._world.webs if web.process.runs and hasattr(web, "hub")]
            if webs:
                web = self._random.choice(webs)
                pipe = SlowPipe(self._world, self._pace, self._read)
                following = self._world.loop.spawn(web.process, self._follow(web, pipe))
                ends = self._world.loop.time() + 20 * self._random.random()
                while web.process.runs and not pipe.closed and self._world.loop.time() < ends:
                    await asyncio.sleep(0.1)
                pipe.gone()
                following.cancel()
            await asyncio.sleep(0.1)

    async def _follow(self, web: WebProcess, pipe: SlowPipe) -> None:
        hub: Hub = web.hub  # type: ignore[attr-defined]  # Only those that have one are chosen.
        party = ("jia", None)[self._number % 2]
        watcher = Watcher(pipe, party, lambda code, reason, after: pipe.close(code, reason))
        hub.join(watcher)
        try:
            while not await self._let_in(hub, watcher):
                await asyncio.sleep(0.2)
            while not pipe.closed:
                await asyncio.sleep(0.1)
        finally:
            hub.leave(watcher)

    async def _let_in(self, hub: Hub, watcher: Watcher) -> bool:
        try:
            return await hub.follow(watcher, self.lot, next(self._requests), self.known)
        except Unavailable:
            return False

    def _read(self, message: dict[str, Any]) -> None:
        """A frame comes on the screen: news without a gap, or a whole state."""
        if message["t"] not in ("snap", "delta", "ev") or message["lot"] != self.lot:
            return
        seq, events = message["seq"], message.get("events", [])
        if message["t"] == "snap":
            self.states += 1
        elif message["t"] == "delta":
            seqs = [event["seq"] for event in events]
            since = self.known[1] if self.known else 0
            if seqs != list(range(since + 1, seq + 1)):
                self._breaks(f"was told {seqs} after {since}, up to {seq}")
        elif message["kind"] == "state":
            self.states += 1
            self._follows(message["from"])
        else:
            self._follows(message["from"])
            self.news += seq - message["from"] + 1
        if seq > self.newest():
            self._breaks(f"was shown seq {seq}, the journal has {self.newest()}")
        self.known = (message["epoch"], seq)

    def _follows(self, first: int) -> None:
        if self.known is None or first != self.known[1] + 1:
            self._breaks(f"was told seq {first} after {self.known}")

    def newest(self) -> int:
        """The lot's last public seq on disk."""
        rows = self._world.disk.of_stream(HOUSE, f"lot/{self.lot}", 0)
        return rows[-1].stream_seq if rows else 0

    def _breaks(self, what: str) -> None:
        self._world.oracles.breaks(f"invariant 16: person {self._number} {what}")


class WebWithHub(WebProcess):
    """A web process with its hub."""

    async def started(self) -> None:
        """The hub begins with the first view."""
        self.hub = Hub(self.remote)


class WorldWithRooms(WorldApart):
    """A world apart, with people in its rooms."""

    web_process = WebWithHub

    def __init__(self, seed: int, faults: Callable[[Random], Faults], crash_at: int | None = None) -> None:
        super().__init__(seed, faults, crash_at)
        self.people = [Person(self, number) for number in range(PEOPLE)]

    async def supervise(self, slowest: float = 3.0) -> None:
        """People come at once."""
        watching = [self.loop.create_task(person.watch()) for person in self.people]
        try:
            await super().supervise(slowest)
        finally:
            for task in watching:
                task.cancel()

    def settled(self) -> bool:
        """Everybody's screen shows the newest."""
        newest = [person.known is not None and person.known[1] == person.newest() for person in self.people]
        return super().settled() and all(newest)
