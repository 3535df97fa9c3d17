"""Houses and web processes apart: commands go over the bus, web processes follow the journal, both die and come back."""

import asyncio
from collections.abc import Callable
from random import Random

from exchange.house.command import Command, Denied, Outcome
from exchange.house.counter import Counter
from exchange.house.remote import RemoteHouse
from exchange.ports import Unavailable
from matching_engine.errors import LuochuiError
from tests.simulation.bus import Exchange, SimulatedBus
from tests.simulation.chaos import havoc
from tests.simulation.faults import Faults
from tests.simulation.journal import SimulatedJournal
from tests.simulation.world import HOUSE, RULEBOOK, HouseProcess, ProcessLink, World

WEBS = 2


class WebProcess:
    """A process in which clients' requests arrive, with its own view of the house."""

    def __init__(self, world: "WorldApart", number: int) -> None:
        self.name = f"web-{number}"
        self.world = world
        self.process = world.loop.process(self.name)
        journal = SimulatedJournal(world.disk, ProcessLink(world, self.process), writable=False)
        clock = world.machines[number % len(world.machines)].clock()
        bus = SimulatedBus(world.exchange, self.process)
        self.remote = RemoteHouse(HOUSE, journal, clock, RULEBOOK, bus)
        world.faces[self.process] = self.remote
        world.loop.spawn(self.process, self._run())

    async def _run(self) -> None:
        try:
            await self.remote.start(self.name)
            self.world.oracles.watch(self.remote)
            await self.started()
            await self.remote.failed()
        except Unavailable as error:
            self.world.note(f"{self.name} cannot start: {error}")
        except Exception as error:
            self.world.oracles.breaks(f"invariant 18: {self.name} stopped without need: {error!r}")
        self.process.dead = True
        await asyncio.get_running_loop().create_future()

    async def started(self) -> None:
        """What a web process does beside."""


class WorldApart(World):
    """A world of houses with counters, a bus, and web processes."""

    web_process: type[WebProcess] = WebProcess

    def __init__(self, seed: int, faults: Callable[[Random], Faults], crash_at: int | None = None) -> None:
        super().__init__(seed, faults, crash_at)
        self.exchange = Exchange(self.loop, self.faults)
        self.webs: list[WebProcess] = []

    def owned(self, one: HouseProcess) -> None:
        """A house takes commands from the bus."""
        counter = Counter(one.house, SimulatedBus(self.exchange, one.process))
        self.loop.spawn(one.process, counter.run())

    async def supervise(self, slowest: float = 3.0) -> None:
        """Web processes are started again as well."""
        houses = self.loop.create_task(super().supervise(slowest))
        try:
            while True:
                living = sum(not web.process.dead for web in self.webs)
                for _ in range(WEBS - living):
                    self.webs.append(self.web_process(self, len(self.webs)))
                await asyncio.sleep(0.2 + self.random.random())
        finally:
            houses.cancel()

    def settled(self) -> bool:
        """Whether every living web process shows all that is on disk."""
        head = self.disk.head(HOUSE)
        return all(web.remote.alive and web.remote.view.seq == head for web in self.webs if web.process.runs)

    def heal(self) -> None:
        """The bus is back as well."""
        super().heal()
        self.exchange.down = False
        for web in self.webs:
            if web.process.hung:
                self.loop.thaw(web.process)

    def _arrive(self, command: Command, hear: Callable[[Outcome | LuochuiError], None]) -> None:
        living = [web for web in self.webs if web.process.runs and web.remote.alive]
        if living:
            web = self.random.choice(living)
            if self.border(web.process, f"hears {command.id} {type(command.body).__name__}"):
                self.loop.spawn(web.process, self._ask(web, command, hear))

    async def _ask(
        self, web: WebProcess, command: Command, hear: Callable[[Outcome | LuochuiError], None]
    ) -> None:
        try:
            outcome = await web.remote.submit(command)
            self.oracles.promised(command, outcome)
            if outcome.recorded and web.remote.view.seq < outcome.recorded[-1].seq:
                self.oracles.breaks(f"invariant 8: {web.name} answers what its own view does not show")
            answer: Outcome | LuochuiError = outcome
        except LuochuiError as error:
            owners = sum(not one.process.dead for one in self.houses)
            stale = isinstance(error, Denied) and (owners > 1 or self.faults.active)
            answer = Unavailable("denied by a process that was replaced") if stale else error
        if self.border(web.process, f"answers {command.id}"):
            self.loop.later(self.faults.travel(), hear, answer)


async def havoc_apart(world: World, seconds: float = 40.0) -> None:
    """Everything that befalls houses, and web processes killed, and the bus lost with all that was in it."""
    assert isinstance(world, WorldApart)
    other = world.loop.create_task(havoc(world, seconds))
    while not other.done():
        await asyncio.sleep(4 * world.random.random())
        if world.random.randrange(2):
            for web in world.webs[-1:]:
                world.kill(web.process)
        else:
            world.note("the bus is lost")
            world.exchange.lose()
            await asyncio.sleep(3 * world.random.random())
            world.exchange.down = False
