"""Standing by: a process that has read everything a house decided, and owns the house in the moment it can.

Two states are kept up to date from the journal alone, for that is what a dispatcher needs: nothing is read or
copied when the house is taken over but what came last. The holder is replaced

* at once when its connection is gone, since the seat that it held is then free;
* when its lease ends without a sign of life: its epoch is ended first, its connection after that.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from exchange.house import machine
from exchange.house.command import Recorded
from exchange.house.decided import Decided
from exchange.house.follower import Follower
from exchange.house.recovery import replay, uncollected
from exchange.house.state import State
from exchange.house.twin import twin
from exchange.ports import HouseJournal, Journal, Seats, Snapshots, Standing, Taken, Unavailable
from settlement.rulebook import Rulebook

log = structlog.get_logger()

POLL = 0.25
"""Seconds between two readings of the journal while standing by."""
PATIENCE = 0.5
"""Seconds that the end of a process may take to be noticed before its house counts as held."""
GLANCE = 0.02
"""Seconds that are waited at least between two looks at a lease."""


class Warm:
    """A house's state at a seq, twice: what is shown, and what is worked on."""

    def __init__(self, journal: Journal, house: str, view: State, decided: Decided) -> None:
        self.view = view
        self.work = twin(view)
        self.decided = decided
        self.follower = Follower(journal, house, view)
        self.follower.listen(self._note)

    def _note(self, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            machine.apply(self.work, recorded)
            self.decided.add(recorded.command_id)


async def warmed(
    journal: Journal, house: str, rulebook: Rulebook, snapshots: Snapshots | None = None
) -> Warm:
    """The state that the journal adds up to now."""
    decided = Decided()
    view = await replay(journal, house, rulebook, decided, snapshots)
    with uncollected():
        return Warm(journal, house, view, decided)


async def claim(seats: Seats, house: str) -> None:
    """Take the seat of a house whose holder is gone, or hangs; Taken when it lives."""
    if await seats.sit(house):
        return
    await asyncio.sleep(PATIENCE)
    standing = await seats.standing(house)
    if standing is not None and standing.remaining_us <= 0 and await seats.fence(standing):
        log.warning("a holder that hung was fenced", house=house, holder=standing.holder)
        await asyncio.sleep(POLL)
    if not await seats.sit(house):
        raise Taken(_taken(house, await seats.standing(house)))


def _taken(house: str, standing: Standing | None) -> str:
    who = "a process that is starting"
    if standing is not None and standing.holder:
        who = f"{standing.holder}, epoch {standing.epoch}"
    return f"house {house} has a holder: {who}; stop it first, or start this one with --standby"


class Standby:
    """One process that waits for a house."""

    def __init__(
        self,
        name: str,
        journal: HouseJournal,
        rulebook: Rulebook,
        lease_seconds: float,
        snapshots: Snapshots | None = None,
    ) -> None:
        self.name = name
        self._journal = journal
        self._rulebook = rulebook
        self._lease_seconds = lease_seconds
        self._snapshots = snapshots
        self._warm: Warm | None = None
        self._standing: Standing | None = None

    @property
    def holder(self) -> str:
        """Who owned the house when its lease was last looked at; empty: nobody did, never or since it was fenced."""
        return self._standing.holder if self._standing else ""

    @property
    def epoch(self) -> int:
        """The epoch of the lease when it was last looked at."""
        return self._standing.epoch if self._standing else 0

    @property
    def seq(self) -> int:
        """The last seq that was read; 0 while the journal is being read for the first time."""
        return self._warm.view.seq if self._warm else 0

    async def warm_up(self) -> None:
        """Read the journal as far as it goes now."""
        self._warm = await warmed(self._journal, self.name, self._rulebook, self._snapshots)

    async def wait(self) -> Warm:
        """Follow the house until its seat is ours; what is given is up to date but for the last moments."""
        assert self._warm is not None, "warm_up() comes first"
        log.info("standing by", house=self.name, seq=self.seq)
        following = asyncio.ensure_future(self._warm.follower.run(POLL))
        watching = asyncio.ensure_future(self._watch_lease())
        waiting = asyncio.ensure_future(self._queue())
        parts = (following, watching, waiting)
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
        log.warning("taking over", house=self.name, holder=self.holder, seq=self.seq)
        return self._warm

    async def _queue(self) -> None:
        """Wait for the seat. After an outage of the database itself the holder has the first try to come back."""
        while True:
            try:
                await self._journal.queue(self.name)
            except Unavailable as gone:
                log.warning("the journal is gone", house=self.name, error=str(gone))
                await asyncio.sleep(self._lease_seconds)
                continue
            return

    async def _watch_lease(self) -> None:
        """End a lease in the moment it is over."""
        loop = asyncio.get_running_loop()
        while True:
            began, left = loop.time(), None
            with suppress(Unavailable):
                left = await self._look()
            if left is None or loop.time() - began > self._lease_seconds / 2:
                left = self._lease_seconds  # The database was away, not the holder: it has the first try.
            elif left <= 0:
                left = await self._end_lease()
            await asyncio.sleep(min(max(left, GLANCE), self._lease_seconds))

    async def _look(self) -> float:
        """Seconds that the lease has left."""
        self._standing = await self._journal.standing(self.name)
        return self._standing.remaining_us / 1_000_000 if self._standing else self._lease_seconds

    async def _end_lease(self) -> float:
        assert self._standing is not None
        with suppress(Unavailable):
            if await self._journal.fence(self._standing):
                log.warning("a holder that hung was fenced", house=self.name, holder=self.holder)
                return self._lease_seconds
        return GLANCE
