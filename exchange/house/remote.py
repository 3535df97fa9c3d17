"""A house in another process, with the face of a house: commands go over the bus, the view follows the journal.

The truth of an answer is the journal: the bus only says that there is one, or why there will be none. An
answer that does not come is OutcomeUnknown: repeat the same id.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from exchange.house import codec, decision_log, wire
from exchange.house.command import Command, Outcome, Recorded
from exchange.house.dispatcher import Listener, Stats
from exchange.house.follower import Follower
from exchange.house.job import Hearer
from exchange.house.recovery import replay
from exchange.house.state import State
from exchange.ports import Bus, Clock, Journal, OutcomeUnknown, Row, Snapshots, Unavailable
from matching_engine.errors import LuochuiError
from settlement.rulebook import Rulebook

POLL = 0.25
"""Seconds after which a follower looks at the journal even if nobody woke it."""
FIRST_REPEAT = 0.1
"""Seconds until a command without an answer is sent again, to whoever has the house then; each time half as many more."""
PATIENCE = 5.0
"""Seconds to wait for an answer before saying that it is not known."""


class RemoteHouse:
    """What a web process sees of a house."""

    def __init__(
        self,
        name: str,
        journal: Journal,
        clock: Clock,
        rulebook: Rulebook,
        bus: Bus,
        snapshots: Snapshots | None = None,
    ) -> None:
        self.name = name
        self.clock = clock
        self.log_asked = False
        self.stats = Stats()
        self.role = "follower"
        self.takeovers = 0
        self._journal = journal
        self._rulebook = rulebook
        self._bus = bus
        self._snapshots = snapshots
        self._waiting: dict[str, list[asyncio.Future[wire.Answer]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._asking: set[asyncio.Task[None]] = set()

    async def start(self, holder: str) -> None:
        """Read the journal and begin to follow it; `holder` names this process on the bus."""
        self._holder = holder
        view = await replay(self._journal, self.name, self._rulebook, snapshots=self._snapshots)
        self._follower = Follower(self._journal, self.name, view)
        async for row in self._journal.read(self.name, view.seq - 1):
            self._follower.epoch = row.epoch  # Clients of another process come with that epoch.
        await self._bus.open()
        work = (self._follower.run(POLL), self._hear_wakes(), self._hear_answers())
        self._tasks = [asyncio.ensure_future(part) for part in work]

    async def stop(self) -> None:
        """Stop following."""
        for task in self._tasks:
            task.cancel()
        await self._bus.close()
        for task in self._tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task

    async def failed(self) -> None:
        """Wait for a failure that ends this process, and raise it."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    @property
    def view(self) -> State:
        """The committed state, as far as it was read."""
        return self._follower.view

    @property
    def epoch(self) -> int:
        """The writer of the newest event that was read."""
        return self._follower.epoch

    @property
    def queue_depth(self) -> int:
        """How many commands wait for an answer."""
        return len(self._waiting)

    @property
    def alive(self) -> bool:
        """Whether this process follows the house."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    def watch(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with committed events; the answer ends it."""
        return self._follower.listen(listener)

    async def submit(self, command: Command) -> Outcome:
        """Ask the house; raises what the house raises, Unavailable without a bus, OutcomeUnknown without an answer."""
        if self.log_asked:
            decision_log.asked(self.name, command)
        future: asyncio.Future[wire.Answer] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(command.id, [])
        waiting.append(future)
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._answer(wire.encode_command(command), future)
        except TimeoutError as error:
            raise OutcomeUnknown(f"no answer from house {self.name}: repeat the same id") from error
        finally:
            waiting.remove(future)
            if not waiting:
                self._waiting.pop(command.id, None)
        wire.raise_failure(answer)
        return await self._outcome(command.id, answer.seq)

    async def _answer(self, data: bytes, future: "asyncio.Future[wire.Answer]") -> wire.Answer:
        """Send, and send again until there is an answer: the house may have another holder, the bus have been lost.
        Only the first time can one be sure that a command which could not be sent was not decided."""
        with suppress(OutcomeUnknown):
            await self._bus.send(self.name, self._holder, data)
        delay = FIRST_REPEAT
        while not (await asyncio.wait((future,), timeout=delay))[0]:
            with suppress(Unavailable, OutcomeUnknown):
                await self._bus.send(self.name, self._holder, data)
            delay *= 1.5
        return future.result()

    def ask(self, command: Command, hearer: Hearer, at: int) -> None:
        """The same without waiting: `hearer` is told the outcome or the error. The house has its own instants."""
        task = asyncio.create_task(self._tell(command, hearer))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _tell(self, command: Command, hearer: Hearer) -> None:
        try:
            answer: Outcome | LuochuiError = await self.submit(command)
        except LuochuiError as error:
            answer = error
        hearer(answer)

    async def _outcome(self, command_id: str, seq: int) -> Outcome:
        """The events of a decided command, once this process has read as far."""
        if seq == 0:
            return Outcome(command_id, (), None)
        if self.view.seq < seq:
            await self._read_to(seq)
        found = await self.answer_of(command_id)
        if found is None:
            raise OutcomeUnknown(f"the journal does not show {command_id} yet: repeat the same id")
        return found

    async def _read_to(self, seq: int) -> None:
        """Let the own view show what was answered before the answer is passed on."""
        reached = asyncio.Event()

        def look(batch: object) -> None:
            if self.view.seq >= seq:
                reached.set()

        forget = self.watch(look)
        self._follower.wake()
        try:
            look(None)
            async with asyncio.timeout(PATIENCE):
                await reached.wait()
        except TimeoutError as error:
            raise OutcomeUnknown("the journal cannot be read now: repeat the same id") from error
        finally:
            forget()

    async def answer_of(self, command_id: str) -> Outcome | None:
        """The one true answer to a command id, or None when it was never decided."""
        rows = await self._journal.find(self.name, command_id)
        return codec.outcome(command_id, tuple(map(codec.recorded, rows))) if rows else None

    async def rows_of(self, command_id: str) -> list[Row]:
        """The rows of a command, in order; empty when it was never decided."""
        return await self._journal.find(self.name, command_id)

    async def hashes(self, after: int, until: int) -> list[bytes]:
        """The hashes of the journal's rows with seq > `after` and <= `until`."""
        return await self._journal.hashes(self.name, after, until)

    async def history(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of a stream with stream_seq > `after`."""
        return [codec.recorded(row) for row in await self._journal.stream(self.name, stream, after)]

    async def _hear_wakes(self) -> None:
        async for _ in self._bus.wakes(self.name):
            self._follower.wake()

    async def _hear_answers(self) -> None:
        async for data in self._bus.answers(self._holder):
            answer = wire.decode_answer(data)
            for future in self._waiting.get(answer.command_id, ()):
                if not future.done():
                    future.set_result(answer)
