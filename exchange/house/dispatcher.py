"""The dispatcher: one queue, one writer, commits that group by themselves.

Commands are stamped with the instant of their arrival and decided in that order. While one batch is being
written the next is decided; there is no timer. Nobody hears of anything before it is durable. If a commit fails
or its answer is lost, the working state is thrown away and built again from what the journal holds.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from exchange.house import codec, machine
from exchange.house.answers import Answers
from exchange.house.command import Command, Outcome, Recorded
from exchange.house.decided import Decided
from exchange.house.decider import Batch, Decider
from exchange.house.job import Hearer, Job, mismatch, same, settle
from exchange.house.outage import Outage
from exchange.house.spread import BATCH, COMMIT_US, Spread
from exchange.house.state import State
from exchange.house.twin import twin
from exchange.ports import Clock, DuplicateCommand, Journal, Lease, OutcomeUnknown, Row, Unavailable
from matching_engine.errors import LuochuiError

log = structlog.get_logger()

QUEUE_MAX = 20_000
STALL = 2.0
"""Seconds without an answer to a commit after which no more commands are taken."""
TURNS = 3
"""Turns of the loop before what came is decided ahead. An answer of the journal that is there already needs as many to
come through, and goes first: to decide next to what was just published fills the processor's caches once."""
LONGEST_WAIT = 0.5
"""Seconds between two tries to reach a journal that is away."""

Listener = Callable[[Sequence[Recorded]], None]


@dataclass(slots=True)
class Stats:
    """What the dispatcher counted since it started; times in µs."""

    commands: int = 0
    commits: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    batch: Spread = field(default_factory=lambda: Spread(BATCH))
    commit_us: Spread = field(default_factory=lambda: Spread(COMMIT_US))


class Dispatcher:
    """Decides commands one after the other and makes them durable in groups.

    `view` is what everybody may look at: it holds committed events only. `decided` holds the ids of all commands
    that the journal had when the view was made. `work` is a twin of the view that nobody else changes.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        view: State,
        lease: Lease,
        decided: Decided,
        work: State | None = None,
    ) -> None:
        self.view = view
        self.stats = Stats()
        self.after_outage: Callable[[int], list[Command]] = lambda since: []
        self._journal = journal
        self._clock = clock
        self._lease = lease
        self._decider = Decider(lease, twin(view) if work is None else work)
        self._broken: Exception | None = None
        self._queue: deque[Job] = deque()
        self._wake = asyncio.Event()
        self._stamp = view.at
        self._commit_began = view.at
        self._answers = Answers()
        self._waiting: dict[str, Job] = {}
        self._listeners: list[Listener] = []
        self._decided = decided
        self._loop = asyncio.get_running_loop()
        self._asides: set[asyncio.Task[None]] = set()
        self._away = False
        self._in_doubt: frozenset[str] = frozenset()
        self._writing = False
        self._stalls = False
        """Whether a commit has had no answer for so long that more commands must not wait behind it."""
        self._ahead_due = False
        self.outage = Outage()

    @property
    def depth(self) -> int:
        """How many commands wait, undecided or not yet on their way."""
        return len(self._queue) + len(self._decider.batch.jobs)

    @property
    def deciding(self) -> bool:
        """Whether anybody waits for an answer, be it for the commit alone."""
        return bool(self._waiting)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each commit with its events, in order; the answer stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def submit(self, command: Command) -> Outcome:
        """The one true answer to a command id, once it is durable."""
        waiter: asyncio.Future[Outcome] = self._loop.create_future()
        self.ask(command, lambda answer: settle(waiter, answer), self._clock.now())
        return await waiter

    def ask(self, command: Command, hearer: Hearer, at: int) -> None:
        """Put a command that came at `at` before the house: `hearer` is told once, perhaps before this returns.

        A bid takes this way: a task and a future for each cost as much as deciding it.
        """
        request = codec.request_digest(command)
        waiting = self._waiting.get(command.id)
        if waiting is not None:
            self._join(waiting, request, hearer)
        elif command.id in self._decided:
            self._ask_again(command, request, hearer)
        else:
            self._enqueue(command, request, hearer, at)

    def _ask_again(self, command: Command, request: str, hearer: Hearer) -> None:
        """An id that was decided, or only looks like one."""
        held = self._answers.get(command.id)
        if held is not None:
            hearer(same(held, request))
        else:
            self._asides.add(task := self._loop.create_task(self._ask_journal(command, request, hearer)))
            task.add_done_callback(self._asides.discard)

    def _join(self, job: Job, request: str, hearer: Hearer) -> None:
        if job.request != request:
            hearer(mismatch())
        else:
            job.hearers.append(hearer)

    async def _ask_journal(self, command: Command, request: str, hearer: Hearer) -> None:
        """An id that was decided before this process remembers, or only looks like one."""
        try:
            known = await self._look_up(command.id, request)
        except LuochuiError as error:
            hearer(error)
            return
        job = self._waiting.get(command.id)
        if known is not None:
            hearer(known)
        elif job is not None:
            self._join(job, request, hearer)
        else:
            self._enqueue(command, request, hearer, self._clock.now())

    def _enqueue(self, command: Command, request: str, hearer: Hearer, at: int) -> None:
        if len(self._queue) >= QUEUE_MAX:
            hearer(Unavailable("the queue of the house is full"))
            return
        if command.id in self._in_doubt:
            hearer(OutcomeUnknown("the journal cannot be read now: repeat the same id"))
            return
        if self._away or self._stalls:
            hearer(Unavailable("the journal cannot be written now: repeat the same id"))
            return
        if at > self._stamp:
            self._stamp = at
        job = self._waiting[command.id] = Job(command, request, self._stamp, [hearer])
        self._queue.append(job)
        if len(self._queue) == 1:
            self._wake.set()
        if self._journal.distant and self._writing and not self._ahead_due:
            self._ahead_due = True
            self._loop.call_soon(self._decide_ahead, TURNS)

    async def _look_up(self, id_: str, request: str) -> Outcome | LuochuiError | None:
        """The answer of a command decided before this process remembers."""
        rows = await self._journal.find(self.view_house, id_)
        if not rows:
            return None
        held = rows[0].request, codec.outcome(id_, tuple(map(codec.recorded, rows)))
        self._keep(*held)
        return same(held, request)

    async def answer_of(self, id_: str) -> Outcome | None:
        """The answer of a command id, if it was ever decided."""
        held = self._answers.get(id_)
        if held is not None:
            return held[1]
        rows = await self._journal.find(self.view_house, id_)
        return codec.outcome(id_, tuple(map(codec.recorded, rows))) if rows else None

    @property
    def view_house(self) -> str:
        """The name of the house."""
        return self._lease.house

    def _keep(self, request: str, outcome: Outcome) -> None:
        self._answers.keep(request, outcome)
        self._decided.add(outcome.command_id)

    async def run(self) -> None:
        """Decide and write until cancelled; Fenced and Broken end it. Whoever still waits then must ask again."""
        try:
            while True:
                await self._round()
        finally:
            for job in tuple(self._waiting.values()):
                self._fail(job, OutcomeUnknown("the house stopped: repeat the same id"))

    async def _round(self) -> None:
        if self._broken is not None:
            raise self._broken
        if self.depth and self.outage.silent_since is not None:
            # Whatever the journal takes first after a silence, the closing times that it moved come before.
            self._put_first(self.after_outage(self.outage.silent_since))
        if self._decider.stale:
            self._decider.begin_again(self.view)
        self._decider.take(self._queue)
        batch = self._decider.close()
        if not batch.jobs:
            self._wake.clear()
            await self._wake.wait()
            return
        try:
            await self._commit(batch.rows)
        except (Unavailable, OutcomeUnknown, DuplicateCommand) as failure:
            await self._recover(batch.jobs, failure)
            return
        self._publish(batch)
        if batch.rows:
            self.journal_answers()

    def _decide_ahead(self, turns: int) -> None:
        """While a batch is being written, decide what came meanwhile; the house would wait otherwise."""
        if turns:
            self._loop.call_soon(self._decide_ahead, turns - 1)
            return
        self._ahead_due = False
        if not self._writing or self._decider.stale:
            return
        try:
            self._decider.take(self._queue)
        except Exception as error:  # Whoever calls here is the loop: the next round ends with it.
            self._broken = error

    async def _commit(self, rows: list[Row]) -> None:
        if not rows:
            return
        began = self._commit_began = self._clock.now()
        self._writing = True
        stall = self._loop.call_later(STALL, self._stall)
        try:
            await self._journal.append(self._lease, rows)
        finally:
            stall.cancel()
            self._writing = self._stalls = False
        self.stats.commits += 1
        self.stats.batch.add(len(rows))
        self.stats.commit_us.add(self._clock.now() - began)

    def _stall(self) -> None:
        self._stalls = True

    def _publish(self, batch: Batch) -> None:
        """Everything here is on disk: let the view go on, then answer, then tell."""
        events = [recorded for _, made in batch.answers for recorded in made]
        for recorded in events:
            machine.apply(self.view, recorded)
        self.stats.commands += len(batch.answers)
        for job, made in batch.answers:
            self._answer(job, codec.outcome(job.command.id, made))
        for job, wrong in batch.malformed:
            self._fail(job, wrong)
        self._tell(events)

    def _tell(self, batch: Sequence[Recorded]) -> None:
        if batch:
            for listener in tuple(self._listeners):
                listener(batch)

    def _answer(self, job: Job, outcome: Outcome) -> None:
        if outcome.refusal is not None:
            self.stats.refused[outcome.refusal.code] += 1
        if outcome.recorded:
            self._keep(job.request, outcome)
        self._waiting.pop(outcome.command_id, None)
        if self.outage.owed_since is not None:
            self.outage.paid(job.command.id)
        for hearer in job.hearers:
            hearer(outcome)

    async def _recover(self, jobs: list[Job], failure: Exception) -> None:
        """Read back what the journal really holds, answer what it knows, and let the clients repeat the rest."""
        log.warning("commit failed", house=self.view_house, error=str(failure), commands=len(jobs))
        began = self._commit_began
        self._decider.take_back(self._queue)
        found = await self._read_back(jobs, failure)
        self._decider.begin_again(self.view)
        for job in jobs:
            events = found.get(job.command.id)
            if events is None and isinstance(failure, DuplicateCommand):
                known = await self.answer_of(job.command.id)
                events = known.recorded if known else None
            self._settle_failed(job, events, failure)
        self._away, self._in_doubt = False, frozenset()
        self.give_back(began)

    def give_back(self, since: int) -> None:
        """After an outage that began at `since`, or earlier if one is owed still: move the closing times first."""
        commands = self.after_outage(self.outage.reckon(since))
        self.outage.owe(command.id for command in commands)
        self._put_first(commands)

    def journal_answers(self) -> None:
        """The journal gave a sign; after a silence the closing times are moved, unless a failed commit does it."""
        if self.outage.silent_since is not None and not self._away:
            self.give_back(self.outage.silent_since)

    def _put_first(self, commands: Sequence[Command]) -> None:
        """Let the house's own commands be decided before everything that waits: what came during an outage
        is judged by closing times that were moved by it."""
        if commands:
            self._decider.take_back(self._queue)
        self._stamp = max(self._stamp, self._clock.now())
        at = self._queue[0].at if self._queue else self._stamp
        for command in reversed(
            [one for one in commands if one.id not in self._waiting and one.id not in self._answers]
        ):
            job = Job(command, codec.request_digest(command), at, [])
            self._waiting[command.id] = job
            self._queue.appendleft(job)
        self._wake.set()

    def _settle_failed(self, job: Job, events: tuple[Recorded, ...] | None, failure: Exception) -> None:
        if events is not None:
            self.stats.commands += 1
            self._answer(job, codec.outcome(job.command.id, events))
        else:
            self._fail(job, Unavailable(f"not written: {failure}"))

    def _fail(self, job: Job, error: LuochuiError) -> None:
        """Tell everybody who waits that there is no answer, once."""
        self._waiting.pop(job.command.id, None)
        hearers, job.hearers = job.hearers, []
        for hearer in hearers:
            hearer(error)

    def _go_away(self, jobs: list[Job], failure: Exception) -> None:
        """The journal is out of reach: nobody waits for its return, and nothing new is taken until then."""
        self._away = True
        unknown = isinstance(failure, OutcomeUnknown)
        if unknown:
            self._in_doubt = frozenset(job.command.id for job in jobs)
        error = OutcomeUnknown(str(failure)) if unknown else Unavailable(f"not written: {failure}")
        for job in jobs:
            self._fail(job, error)
        while self._queue:
            self._fail(self._queue.popleft(), Unavailable("the journal cannot be written now"))

    async def _read_back(self, jobs: list[Job], failure: Exception) -> dict[str, tuple[Recorded, ...]]:
        """Bring the view up to the journal, waiting as long as it cannot be reached."""
        found: dict[str, list[Recorded]] = {}
        delay = 0.05
        while True:
            try:
                async for row in self._journal.read(self.view_house, self.view.seq):
                    recorded = codec.recorded(row)
                    machine.apply(self.view, recorded)
                    self._decided.add(recorded.command_id)
                    found.setdefault(recorded.command_id, []).append(recorded)
                    self._tell((recorded,))
                return {id_: tuple(events) for id_, events in found.items()}
            except (Unavailable, OutcomeUnknown):
                if not self._away:
                    self._go_away(jobs, failure)
                await asyncio.sleep(delay)
                delay = min(2 * delay, LONGEST_WAIT)
