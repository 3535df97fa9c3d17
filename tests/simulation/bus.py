"""The bus between processes: it may lose, double, delay and reorder everything, and forget all of it at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from exchange.ports import Unavailable
from tests.simulation.faults import Faults
from tests.simulation.loop import Process, SimulatedLoop

T = TypeVar("T")


class Exchange:
    """The server of the bus: who listens to which stream. `down` until somebody starts it again, with nothing in it."""

    def __init__(self, loop: SimulatedLoop, faults: Faults) -> None:
        self.down = False
        self._loop = loop
        self._faults = faults
        self._listening: dict[str, list[_Following[object]]] = {}
        self._newest: dict[str, tuple[int, int]] = {}

    def listen(self, stream: str) -> "_Following[object]":
        """What comes on a stream from now on."""
        following: _Following[object] = _Following()
        self._listening.setdefault(stream, []).append(following)
        return following

    def put(self, stream: str, entry: object) -> None:
        """An entry for all who listen, each time with its own luck."""
        if self.down:
            raise Unavailable("the bus is gone")
        faults = self._faults
        for following in self._listening.get(stream, ()):
            for _ in range(2 if faults.happens(faults.doubled) else 1):
                if not faults.happens(faults.dropped):
                    self._loop.later(faults.travel(), self._bring, following, entry)

    def _bring(self, following: "_Following[object]", entry: object) -> None:
        if not self.down:
            following.queue.put_nowait(entry)

    def newer(self, house: str, place: tuple[int, int]) -> bool:
        """Whether a wake-up is newer than the last one, as the server itself decides."""
        if place <= self._newest.get(house, (0, 0)):
            return False
        self._newest[house] = place
        return True

    def lose(self) -> None:
        """Down, and everything forgotten."""
        self.down = True
        self._newest.clear()


class _Following(Generic[T]):
    """An endless iteration; no generator, for a killed process leaves it as it is."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[T] = asyncio.Queue()

    def __aiter__(self) -> "_Following[T]":
        return self

    async def __anext__(self) -> T:
        return await self.queue.get()


class SimulatedBus:
    """One process's connection to the bus; see exchange.ports.Bus."""

    def __init__(self, exchange: Exchange, process: Process) -> None:
        self._exchange = exchange
        self.process = process

    async def open(self) -> None:
        """Connect, or come back later: who listens hears again when the bus is back."""

    async def close(self) -> None:
        """Let go."""

    async def send(self, house: str, sender: str, command: bytes) -> None:
        """Put a command before a house."""
        self._exchange.put(f"{house}:commands", (sender, command))

    def commands(self, house: str) -> AsyncIterator[tuple[str, bytes]]:
        """Commands for a house."""
        return self._exchange.listen(f"{house}:commands")  # type: ignore[return-value]  # What send() puts there.

    async def answer(self, sender: str, answer: bytes) -> None:
        """Send an answer back; lost when the bus is gone."""
        if not self._exchange.down:
            self._exchange.put(f"answers:{sender}", answer)

    def answers(self, sender: str) -> AsyncIterator[bytes]:
        """Answers to a sender."""
        return self._exchange.listen(f"answers:{sender}")  # type: ignore[return-value]  # What answer() puts there.

    async def wake(self, house: str, seq: int, epoch: int) -> bool:
        """Wake the followers, unless somebody newer did."""
        if self._exchange.down:
            return False
        if self._exchange.newer(house, (seq, epoch)):
            self._exchange.put(f"{house}:wakes", None)
        return True

    def wakes(self, house: str) -> AsyncIterator[None]:
        """Wake-ups of a house."""
        return self._exchange.listen(f"{house}:wakes")  # type: ignore[return-value]  # What wake() puts there.
