"""The world of a run: one disk, one bank, processes that own a house one after the other, and messages between.

Whatever crosses the border of a house's process (a message in, an answer out, a question to the disk, a commit)
is a step. Between two steps nobody outside can tell how far the process came: to crash it at every step is to
crash it everywhere.
"""

import asyncio
import hashlib
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from exchange.bootstrap import read_rulebook
from exchange.house.command import Command, Denied, Outcome
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.ports import Fenced, Lease, OutcomeUnknown, Row, Unavailable
from matching_engine.errors import LuochuiError
from tests.simulation.bank import BankBooks, SimulatedBank
from tests.simulation.faults import Faults
from tests.simulation.journal import Disk, Link, SimulatedJournal
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.machine import BEGIN, Machine
from tests.simulation.oracles import Oracles
from tests.simulation.vault import SimulatedVault

T = TypeVar("T")

HOUSE = "hub"
HEARTBEAT = 1.5
"""Seconds between two signs of life: fewer than the product's, so that a run is not made of them."""
LEASE = 4.0
GRACE = 2_000_000
TRACE_KEPT = 400
RULEBOOK = read_rulebook()


class HouseProcess:
    """One process that owns the house, or tries to."""

    def __init__(self, world: "World", number: int) -> None:
        self.process = world.loop.process(f"house-{number}")
        self.machine = world.machines[number % len(world.machines)]
        link = ProcessLink(world, self.process)
        self.house = House(
            HOUSE,
            journal := SimulatedJournal(world.disk, link, lease_seconds=LEASE, who=self.process),
            self.machine.clock(),
            RULEBOOK,
            SimulatedBank(world.bank, link),
            SimulatedVault(),
            heartbeat=HEARTBEAT,
        )
        self.journal = journal
        world.faces[self.process] = self.house
        self._world = world
        self._work = world.loop.spawn(self.process, self._run())

    async def _run(self) -> None:
        """Until the house fails: then the process is gone, and says why."""
        try:
            await self.begin()
            self._world.oracles.watch(self.house)
            self._world.owned(self)
            await self.house.failed()
        except Exception as error:
            self._world.ended(self, error)
        # What is left of it must not go on behind its own end.
        await asyncio.get_running_loop().create_future()

    async def begin(self) -> None:
        """Take the house without asking whether somebody has it."""
        await self.house.start(self.process.name, GRACE)


class World:
    """Everything of one run."""

    disks: type[Disk] = Disk
    house_process: type[HouseProcess] = HouseProcess
    owners = 1
    """Processes that are kept alive for the house."""

    def __init__(self, seed: int, faults: Callable[[Random], Faults], crash_at: int | None = None) -> None:
        self.random = Random(seed)
        self.loop = SimulatedLoop(Random(self.random.random()))
        self.faults = faults(Random(self.random.random()))
        self.disk = self.disks(now=self.now)
        self.bank = BankBooks()
        self.oracles = Oracles(self.disk, self.bank, RULEBOOK)
        self.disk.committed = self._committed
        self.machines = [Machine(self.loop.time, drift) for drift in (0, 40, -40)]
        self.crash_at = crash_at
        self.borders = 0
        self.houses: list[HouseProcess] = []
        self.faces: dict[Process, House | RemoteHouse] = {}
        """What each process shows of the house."""
        self.trace: deque[str] = deque(maxlen=TRACE_KEPT)
        self.desks = itertools.count(1)
        self.crashes = 0
        self._digest = hashlib.sha256()
        self.loop.after = self._after

    # Time and trace

    def now(self) -> int:
        """The true instant, in µs."""
        return BEGIN + round(self.loop.time() * 1_000_000)

    def note(self, text: str) -> None:
        """A line of the trace."""
        line = f"{self.loop.time():12.6f} {text}"
        self.trace.append(line)
        self._digest.update(line.encode() + b"\n")

    @property
    def digest(self) -> str:
        """One number for everything that happened in the run."""
        return self._digest.hexdigest()

    def _committed(self, lease: Lease, rows: Sequence[Row]) -> None:
        self.note(f"  seq {rows[0].seq} to {rows[-1].seq} on disk, {rows[-1].hash.hex()[:16]}")
        self.oracles.committed(lease, rows)

    def _after(self, process: Process | None) -> None:
        house = self.faces.get(process) if process is not None else None
        if house is not None:
            self.oracles.look(house)
        self.oracles.raise_broken()

    # Processes

    def start_house(self) -> HouseProcess:
        """One more process that wants the house."""
        made = self.house_process(self, len(self.houses))
        self.houses.append(made)
        self.note(f"{made.process.name} starts")
        return made

    def owned(self, one: HouseProcess) -> None:
        """A process has taken the house."""

    @property
    def running(self) -> list[HouseProcess]:
        """The processes that do something."""
        return [one for one in self.houses if one.process.runs]

    def kill(self, process: Process) -> None:
        """kill −9."""
        if not process.dead:
            self.note(f"{process.name} is killed")
            self._gone(process)
            self.crashes += 1

    def _gone(self, process: Process) -> None:
        """A process is no more, and so are its connections, as soon as that is noticed."""
        process.dead = True
        self.loop.later(self.faults.latency(), self.disk.disconnect, process)

    def ended(self, one: HouseProcess, error: Exception) -> None:
        """A house gave up: it may only when another owns it, or the journal could not be read at the start."""
        self.note(f"{one.process.name} ends: {error!r}")
        if hasattr(one.house, "_dispatcher"):
            needed = isinstance(error, Fenced) and self.disk.leases[HOUSE].epoch > one.house.epoch
        else:
            needed = isinstance(error, Unavailable | OutcomeUnknown | Fenced)
        if not needed:
            self.oracles.breaks(f"invariant 18: {one.process.name} stopped without need: {error!r}")
        self._gone(one.process)

    async def supervise(self, slowest: float = 3.0) -> None:
        """Start a house again a while after the last one is gone."""
        while True:
            if len(self.running) < self.owners:
                await asyncio.sleep(0.2 + slowest * self.random.random())
                self.start_house()
            await asyncio.sleep(0.05)

    def settled(self) -> bool:
        """Whether whoever follows the house has read everything."""
        return True

    def heal(self) -> None:
        """No more faults: whoever hangs goes on, the clocks are right, the journal is there."""
        self.note("all heals")
        self.faults.active, self.disk.down = False, False
        for machine in self.machines:
            machine.step_us = 0
        for one in self.houses:
            if one.process.hung:
                self.loop.thaw(one.process)

    def border(self, process: Process, what: str) -> bool:
        """A step of a house's process; False when it did not survive it."""
        if process.dead:
            return False
        self.borders += 1
        self.note(f"#{self.borders} {process.name} {what}")
        if self.borders == self.crash_at:
            self.kill(process)
        return not process.dead

    # Messages

    def send(self, command: Command, hear: Callable[[Outcome | LuochuiError], None]) -> None:
        """Put a command before some process that may own the house; perhaps never, perhaps twice."""
        for _ in range(2 if self.faults.happens(self.faults.doubled) else 1):
            if not self.faults.happens(self.faults.dropped):
                self.loop.later(self.faults.travel(), self._arrive, command, hear)

    def _arrive(self, command: Command, hear: Callable[[Outcome | LuochuiError], None]) -> None:
        living = [one for one in self.houses if not one.process.dead]
        if not living:
            return
        one = living[-1] if self.random.randrange(4) else self.random.choice(living)
        if self.border(one.process, f"hears {command.id} {type(command.body).__name__}"):
            self.loop.spawn(one.process, self._serve(one, command, hear))

    async def _serve(
        self, one: HouseProcess, command: Command, hear: Callable[[Outcome | LuochuiError], None]
    ) -> None:
        try:
            outcome = await one.house.submit(command)
            self.oracles.promised(command, outcome)
            answer: Outcome | LuochuiError = outcome
        except LuochuiError as error:
            answer = self._doubted(one, error)
        if not self.border(one.process, f"answers {command.id} {_said(answer)}"):
            return
        if not self.faults.happens(self.faults.dropped):
            self.loop.later(self.faults.travel(), hear, answer)

    def _doubted(self, one: HouseProcess, error: LuochuiError) -> LuochuiError:
        """A denial is not journaled: one that comes from a process that was replaced and has not noticed yet is
        out of date, and its client asks again."""
        if isinstance(error, Denied) and self.disk.leases[HOUSE].epoch > one.house.epoch:
            return Unavailable("denied by a process that was replaced")
        return error


class ProcessLink(Link):
    """The way of one process to a server: questions and answers take their time, and may be lost."""

    def __init__(self, world: World, process: Process) -> None:
        self._world = world
        self._process = process

    async def ask(self, what: str, job: Callable[[], T]) -> T:
        """Send, have it done at the server whether or not the asker still lives, and wait for the answer."""
        world = self._world
        answer: asyncio.Future[T] = world.loop.create_future()
        if not world.border(self._process, f"asks to {what}"):
            return await answer  # Nobody is there any more.
        world.loop.later(world.faults.latency(), self._do, what, job, answer)
        return await answer

    def _do(self, what: str, job: Callable[[], T], answer: "asyncio.Future[T]") -> None:
        world, faults = self._world, self._world.faults
        if world.disk.down or faults.happens(faults.unavailable):
            self._reply(answer, Unavailable(f"{what}: the server is away"))
        elif faults.happens(faults.lost_before):
            self._reply(answer, _unknown(what))
        else:
            self._reply(answer, *self._done(what, job))

    def _done(self, what: str, job: Callable[[], T]) -> tuple[Any, ...]:
        world, faults = self._world, self._world.faults
        try:
            value = job()
        except LuochuiError as error:
            return (error,)
        world.border(self._process, f"has its {what} done")
        return (_unknown(what),) if faults.happens(faults.lost_after) else (None, value)

    def _reply(self, answer: "asyncio.Future[T]", error: Exception | None, value: Any = None) -> None:
        self._world.loop.later(self._world.faults.latency(), _settle, answer, error, value)


def _unknown(what: str) -> LuochuiError:
    """What a broken connection means: for a commit nobody knows, for a reading nothing was lost."""
    text = f"{what}: the connection broke"
    return OutcomeUnknown(text) if what in ("append", "pay") else Unavailable(text)


def _settle(answer: "asyncio.Future[T]", error: Exception | None, value: Any) -> None:
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(value)


def _said(answer: Outcome | LuochuiError) -> str:
    if isinstance(answer, LuochuiError):
        return type(answer).__name__
    return answer.refusal.code if answer.refusal else f"seq {[one.seq for one in answer.recorded]}"
