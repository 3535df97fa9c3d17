"""Faults planted on purpose, each one that a house could have: the oracles must find every one of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from exchange.house import codec, machine
from exchange.house import house as houses
from exchange.house.decider import Batch
from exchange.house.dispatcher import Dispatcher
from exchange.house.job import Job
from exchange.ports import DuplicateCommand, Fenced, Lease, OutcomeUnknown, Row, Unavailable
from matching_engine.errors import LuochuiError
from tests.simulation.journal import Disk


class AcknowledgesFirst(Dispatcher):
    """Answers its clients, and commits then."""

    async def _round(self) -> None:
        self._decider.take(self._queue)
        batch = self._decider.close()
        if not batch.jobs:
            self._wake.clear()
            await self._wake.wait()
            return
        for job, events in batch.answers:
            for hearer in job.hearers:
                hearer(codec.outcome(job.command.id, events))
            job.hearers = []
        try:
            await self._commit(batch.rows)
        except (Unavailable, OutcomeUnknown, DuplicateCommand) as failure:
            await self._recover(batch.jobs, failure)
            return
        self._publish(batch)


class ShowsFirst(Dispatcher):
    """Lets the view go on while the rows are still on their way to the disk."""

    async def _commit(self, rows: list[Row]) -> None:
        for row in rows:
            machine.apply(self.view, codec.recorded(row))
        await super()._commit(rows)

    def _publish(self, batch: Batch) -> None:
        for job, events in batch.answers:
            self._answer(job, codec.outcome(job.command.id, events))
        self._tell([recorded for _, events in batch.answers for recorded in events])


class TakesUnknownForDone(Dispatcher):
    """Takes a commit whose answer was lost for a commit that was made."""

    async def _commit(self, rows: list[Row]) -> None:
        try:
            await super()._commit(rows)
        except OutcomeUnknown:
            return


class TakesUnknownForFailed(Dispatcher):
    """Takes a commit whose answer was lost for one that was not made, and goes on without looking."""

    async def _recover(self, jobs: list[Job], failure: Exception) -> None:
        if not isinstance(failure, OutcomeUnknown):
            await super()._recover(jobs, failure)
            return
        self._decider.take_back(self._queue)
        self._decider.begin_again(self.view)
        for job in jobs:
            self._fail(job, Unavailable(f"not written: {failure}"))


class KeepsWhatIsDecided(Dispatcher):
    """After a commit that failed, writes what was decided on top of it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._decider.take_back = lambda queue: None  # type: ignore[method-assign]


class WithoutEpochs(Disk):
    """Writes for whoever comes next in seq, owner of the house or not."""

    def refusal(self, lease: Lease, rows: Sequence[Row]) -> LuochuiError | None:
        """Everything is checked but whose house it is."""
        wrong = super().refusal(lease, rows)
        held = self.leases[lease.house]
        if (
            isinstance(wrong, Fenced)
            and held.epoch != lease.epoch
            and rows[0].seq == self.head(lease.house) + 1
        ):
            known = any(self.of_command(row.house, row.command_id) for row in rows)
            return DuplicateCommand(rows[0].command_id) if known else None
        return wrong


@contextmanager
def planted(dispatcher: type[Dispatcher]) -> Iterator[None]:
    """Houses that are made now have this dispatcher."""
    with patch.object(houses, "Dispatcher", dispatcher):
        yield
