"""The counter of a house: takes commands from the bus to the house, and answers back."""

import asyncio
from collections.abc import Sequence

import msgspec
import structlog

from exchange.house import wire
from exchange.house.command import Command, Recorded
from exchange.house.house import House
from exchange.ports import Bus, Fenced, OutcomeUnknown, Unavailable
from matching_engine.errors import LuochuiError

log = structlog.get_logger()

RETRY = 0.5
"""Seconds before followers are told again of what the bus did not carry."""
AT_ONCE = 4096
"""Commands under way at the same time; more wait on the bus."""


class Counter:
    """Serves one house to the processes on the bus."""

    def __init__(self, house: House, bus: Bus) -> None:
        self._house = house
        self._bus = bus
        self._places = asyncio.Semaphore(AT_ONCE)
        self._committed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self, batch: Sequence[Recorded]) -> None:
        """Something was committed: wake the followers."""
        self._committed.set()

    async def run(self) -> None:
        """Take commands and wake followers, for ever."""
        self._house.watch(self.note)
        self._committed.set()  # A new holder shows itself: its epoch is newer than the last wake-up.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._wake_followers())
            group.create_task(self._take_commands())

    async def _wake_followers(self) -> None:
        while True:
            await self._committed.wait()
            self._committed.clear()
            if not await self._bus.wake(self._house.name, self._house.view.seq, self._house.epoch):
                self._committed.set()  # When the bus is back, its stream begins with the last seq of the journal.
                await asyncio.sleep(RETRY)

    async def _take_commands(self) -> None:
        async for sender, data in self._bus.commands(self._house.name):
            await self._places.acquire()
            task = asyncio.create_task(self._serve(sender, data))
            self._tasks.add(task)
            task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._places.release()

    async def _serve(self, sender: str, data: bytes) -> None:
        try:
            command = wire.decode_command(data)
        except msgspec.MsgspecError as error:
            log.error("unreadable command on the bus", error=str(error), sender=sender)
            return
        answer = await self._answer(command)
        if answer is not None:
            await self._bus.answer(sender, wire.encode_answer(answer))

    async def _answer(self, command: Command) -> wire.Answer | None:
        try:
            return wire.decided(await self._house.submit(command))
        except OutcomeUnknown:
            return None  # Its sender repeats the id; whoever has the house then knows the answer.
        except LuochuiError as error:
            return await self._failure(command, error)

    async def _failure(self, command: Command, error: LuochuiError) -> wire.Answer | None:
        try:
            if self._house.alive:
                await self._house.certain()
                return wire.failed(command.id, error)
        except Fenced:
            log.warning(
                "a view that was replaced answers nothing", house=self._house.name, command=command.id
            )
        except Unavailable as silent:
            return wire.failed(command.id, silent)
        return None  # A house that ended says nothing: its successor does.
