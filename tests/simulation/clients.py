"""Clients that keep their command ids and repeat them until they have the one true answer."""

import asyncio
import itertools
from random import Random

from exchange.demo import people
from exchange.house.command import Body, Command, Outcome
from exchange.ports import OutcomeUnknown, Unavailable
from matching_engine.errors import LuochuiError
from tests.simulation.world import World


class Client:
    """One account at its desk; `told` are the answers that it has."""

    def __init__(self, world: World, login: str, patience: float = 1.5) -> None:
        self.login = login
        self.told: dict[str, Outcome] = {}
        self._world = world
        self._random = Random(world.random.random())
        self._patience = patience
        self._desk = next(world.desks)
        self._numbers = itertools.count(1)

    async def ask(self, body: Body) -> Outcome:
        """The answer to a command, however often it must be asked."""
        command = Command(
            f"{self.login}-{self._desk}-{next(self._numbers):06d}", people.principal(self.login), body
        )
        while True:
            answer = await self._try(command)
            if isinstance(answer, Outcome):
                self.told[command.id] = answer
                return answer
            if answer is not None and not isinstance(answer, Unavailable | OutcomeUnknown):
                raise answer
            await asyncio.sleep(0.05 + 0.3 * self._random.random())

    async def must(self, body: Body) -> Outcome:
        """The same, for a step that nothing stands against."""
        outcome = await self.ask(body)
        if outcome.refusal is not None:
            self._world.oracles.breaks(f"{self.login}: {type(body).__name__} was refused: {outcome.refusal}")
        return outcome

    async def _try(self, command: Command) -> Outcome | LuochuiError | None:
        heard: asyncio.Future[Outcome | LuochuiError] = self._world.loop.create_future()

        def hear(answer: Outcome | LuochuiError) -> None:
            if not heard.done():
                heard.set_result(answer)

        self._world.send(command, hear)
        done, _ = await asyncio.wait((heard,), timeout=self._patience)
        return heard.result() if done else None

    async def pause(self, most: float) -> None:
        """Do something else for a while."""
        await asyncio.sleep(most * self._random.random())

    def chance(self, below: int) -> int:
        """A number that the seed chooses."""
        return self._random.randrange(below)
