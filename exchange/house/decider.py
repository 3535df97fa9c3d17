"""What is decided and not yet on its way to the journal: the working state, and the batch that grows on it.

The working state runs ahead of what everybody may look at by the batch that is being written and by this one. If that
one is not written, or something has to be decided before this one, both are decided anew: nobody has heard of them.
"""

from collections import deque
from dataclasses import dataclass, field

from exchange.house import batching, codec, machine
from exchange.house.command import HouseEvent, Recorded
from exchange.house.job import Job
from exchange.house.state import State
from exchange.house.twin import twin
from exchange.ports import Lease, Row
from matching_engine.errors import Broken, Malformed


@dataclass(slots=True)
class Batch:
    """Commands that are written in one commit, and what came of each."""

    jobs: list[Job] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    answers: list[tuple[Job, tuple[Recorded, ...]]] = field(default_factory=list)
    malformed: list[tuple[Job, Malformed]] = field(default_factory=list)


class Decider:
    """Decides on a working state of its own, a twin of the view that nobody else changes."""

    def __init__(self, lease: Lease, work: State) -> None:
        self.work = work
        self.batch = Batch()
        self.stale = False
        """Whether the working state holds what was taken back; until `begin_again` nothing may be decided on it."""
        self._lease = lease
        self._last_size = 0

    def take(self, queue: deque[Job]) -> None:
        """Decide what the house asks of itself first, then what came, in order of arrival, until the batch is full."""
        for job in self._gather(queue):
            self.batch.jobs.append(job)
            self._decide(job)

    def close(self) -> Batch:
        """The batch, which is to be written now; another one begins."""
        closed, self.batch = self.batch, Batch()
        self._last_size = len(closed.jobs)
        return closed

    def take_back(self, queue: deque[Job]) -> None:
        """Let the commands of the batch wait again, before all others. What the house asked of itself it asks anew."""
        if self.batch.jobs:
            queue.extendleft(job for job in reversed(self.batch.jobs) if not job.own)
            self.batch, self.stale = Batch(), True

    def begin_again(self, view: State) -> None:
        """Go on from what is written."""
        self.work, self.stale = twin(view), False

    def _gather(self, queue: deque[Job]) -> list[Job]:
        own = [
            Job(command, codec.request_digest(command), self.work.at, [], own=True)
            for command in self.work.pending.values()
        ]
        there = len(self.batch.jobs)
        own = own[: batching.MOST - there]
        size = batching.batch_size(there + len(queue), self._last_size)
        free = max(0, min(size - there, len(queue), batching.MOST - there - len(own)))
        return own + [queue.popleft() for _ in range(free)]

    def _decide(self, job: Job) -> None:
        at = max(job.at, self.work.at)
        try:
            events = machine.decide(self.work, job.command, at)
        except Malformed as wrong:
            self.batch.malformed.append((job, wrong))
            return
        if job.own and not events:
            raise Broken(f"{job.command.id} has no answer")
        made = []
        for part, event in enumerate(events):
            made.append(self._record(job, at, part, event))
        self.batch.answers.append((job, tuple(made)))

    def _record(self, job: Job, at: int, part: int, event: HouseEvent) -> Recorded:
        """Give an event its place after everything before it, and let the working state go on from it."""
        work, lease, command = self.work, self._lease, job.command
        stream, stream_seq = machine.next_stream_seq(work, event)
        head = (
            lease.house,
            work.seq + 1,
            lease.epoch,
            at,
            stream,
            stream_seq,
            command.id,
            part,
            job.request,
            command.principal.account,
            command.causation,
            type(event).__name__,
        )
        row = codec.sealed(work.hash, head, codec.encode(event))
        self.batch.rows.append(row)
        recorded = codec.placed(row, event)
        machine.apply(work, recorded)
        return recorded
