"""A journal in memory, as strict as the real ones, behind a link that is slow and can fail.

What is asked travels to the disk, is done there at one instant, and its answer travels back: whoever asks may die
in between, the question may be lost, or the answer may be.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from exchange.ports import Fenced, Lease, Row, Standing
from exchange.store import batch
from exchange.store.schema import FIRST_TERM_US, LEASE_SECONDS, WrongSchema
from matching_engine.errors import Broken, LuochuiError, Malformed

T = TypeVar("T")

_INTEGERS = ("seq", "epoch", "at", "stream_seq", "part")
_TEXTS = ("house", "stream", "command_id", "request", "principal", "causation", "type")


class Held(msgspec.Struct):
    """The lease of a house."""

    epoch: int
    holder: str
    alive_at: int
    expires_at: int
    address: str = ""
    by: object = None
    """Whose connection holds the lease's lock."""


class Disk:
    """What outlives every process: the rows and leases of all houses."""

    def __init__(self, migrated: bool = True, now: Callable[[], int] = lambda: 0) -> None:
        self.migrated = migrated
        self.down = False
        self.now = now
        self.rows: dict[str, list[Row]] = {}
        self.leases: dict[str, Held] = {}
        self.seats: dict[str, object] = {}
        """House → whose connection has its seat."""
        self._queues: dict[str, list[tuple[object, asyncio.Future[None]]]] = {}
        self.committed: Callable[[Lease, Sequence[Row]], None] = lambda lease, rows: None
        """Told of every commit at its very instant."""
        self._commands: dict[tuple[str, str], list[Row]] = {}

    def acquire(self, house: str, holder: str, at: int, who: object) -> Lease:
        """The next epoch; the last sign of life before stays until the new holder gives one."""
        held = self.leases.get(house)
        epoch = held.epoch + 1 if held else 1
        alive_at = held.alive_at if held else None
        known = at if alive_at is None else alive_at
        self.leases[house] = Held(epoch, holder, known, self.now() + FIRST_TERM_US, by=who)
        return Lease(house, epoch, alive_at)

    def held(self, lease: Lease) -> Held:
        """The lease, if it still is the writer's."""
        held = self.leases.get(lease.house)
        if held is None or held.epoch != lease.epoch:
            raise Fenced(f"house {lease.house}: epoch {lease.epoch} is over")
        return held

    def renew(self, lease: Lease, at: int, lease_us: int) -> None:
        """A sign of life."""
        held = self.held(lease)
        held.alive_at, held.expires_at = at, self.now() + lease_us

    def sit(self, house: str, who: object) -> bool:
        """The seat, if nobody has it."""
        return not getattr(who, "dead", False) and self.seats.setdefault(house, who) is who

    def queue(self, house: str, who: object) -> "asyncio.Future[None]":
        """Done when the seat is theirs, as it is already for whoever lost the answer."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.seats.get(house) is who:
            waiting.set_result(None)
        else:
            self._queues.setdefault(house, []).append((who, waiting))
            self._call_next(house)
        return waiting

    def disconnect(self, who: object) -> None:
        """A connection is gone: so is its place in every queue, and its seats are free."""
        for house, queue in self._queues.items():
            queue[:] = [one for one in queue if one[0] is not who]
            self.leave(house, who)

    def leave(self, house: str, who: object) -> None:
        """Whoever waits for the seat has it now."""
        if self.seats.get(house) is who:
            del self.seats[house]
        self._call_next(house)

    def _call_next(self, house: str) -> None:
        queue = self._queues.get(house, [])
        while queue and house not in self.seats:
            who, waiting = queue.pop(0)
            if not (waiting.done() or getattr(who, "dead", False)):
                self.seats[house] = who
                waiting.set_result(None)

    def fence(self, standing: Standing, lease_us: int) -> bool:
        """A lease that is over ends: its epoch first, then the connection of its holder; where it has none any more, because it
        was fenced before, that of whoever has the seat."""
        held = self.leases[standing.house]
        if held.epoch != standing.epoch or held.expires_at > self.now():
            return False
        self.leases[standing.house] = Held(held.epoch + 1, "", held.alive_at, self.now() + lease_us)
        seated = self.seats.get(standing.house)
        if held.by is seated or not held.holder:
            self.disconnect(seated)
        return True

    def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """All rows or nothing: epoch, seq and command ids are checked at the instant of the write."""
        for row in rows:
            _check_columns(row)
        if refusal := self.refusal(lease, rows):
            raise refusal
        self.write(lease, rows)

    def refusal(self, lease: Lease, rows: Sequence[Row]) -> LuochuiError | None:
        """Why these rows cannot be written, if they cannot."""
        held, last = self.leases.get(lease.house), self.head(lease.house)
        known = next((row.command_id for row in rows if (row.house, row.command_id) in self._commands), None)
        doubled = len({(row.command_id, row.part) for row in rows}) < len(rows)
        epoch = held.epoch if held else None
        if epoch == lease.epoch and known is None and rows[0].seq == last + 1 and not doubled:
            return None
        return batch.refusal(lease, rows, epoch, known, last)

    def write(self, lease: Lease, rows: Sequence[Row]) -> None:
        """The rows are on disk from now on."""
        self.rows.setdefault(lease.house, []).extend(rows)
        for row in rows:
            self._commands.setdefault((row.house, row.command_id), []).append(row)
        self.committed(lease, rows)

    def head(self, house: str) -> int:
        """The last seq."""
        return len(self.rows.get(house, ()))

    def of_command(self, house: str, command_id: str) -> list[Row]:
        """The rows of a command."""
        return list(self._commands.get((house, command_id), ()))

    def of_stream(self, house: str, stream: str, after: int) -> list[Row]:
        """The rows of a stream from a place on."""
        rows = self.rows.get(house, ())
        return [row for row in rows if row.stream == stream and row.stream_seq > after]


def _check_columns(row: Row) -> None:
    """What no column of the real tables can hold."""
    for name in _INTEGERS:
        if not -(2**63) <= getattr(row, name) < 2**63:
            raise Malformed("journal row", name, "64-bit integers and UTF-8 text")
    for name in _TEXTS:
        try:
            (getattr(row, name) or "").encode()
        except UnicodeEncodeError as error:
            raise Malformed("journal row", name, "64-bit integers and UTF-8 text") from error


class Link:
    """The way from a process to the disk and back; this one is instant and never fails."""

    async def ask(self, what: str, job: Callable[[], T]) -> T:
        """Have a job done at the disk."""
        return job()


class SimulatedJournal:
    """One process's connection to the disk; see exchange.ports.HouseJournal."""

    distant = True

    def __init__(
        self,
        disk: Disk,
        link: Link | None = None,
        writable: bool = True,
        lease_seconds: float = LEASE_SECONDS,
        who: object = None,
    ) -> None:
        self._disk = disk
        self._link = link or Link()
        self._writable = writable
        self._who = who if who is not None else self
        self._lease_us = round(lease_seconds * 1_000_000)

    async def open(self) -> None:
        """Connect; WrongSchema when the tables are not there."""
        await self._ask("open", self._probe)

    def _probe(self) -> None:
        if not self._disk.migrated:
            raise WrongSchema("no such table: journal; run luochui migrate")

    async def close(self) -> None:
        """Let go."""

    async def acquire(self, house: str, holder: str, at: int) -> Lease:
        """Become the writer of `house`."""
        self._may_write()
        return await self._ask("acquire", lambda: self._disk.acquire(house, holder, at, self._who))

    async def renew(self, lease: Lease, at: int) -> None:
        """A sign of life; Fenced when the lease is no longer ours."""
        self._may_write()
        await self._ask("renew", lambda: self._disk.renew(lease, at, self._lease_us))

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Write all rows in one commit, or nothing."""
        self._may_write()
        if rows:
            batch.check(lease, rows)
            await self._ask("append", lambda: self._disk.append(lease, rows))

    def read(self, house: str, after: int = 0) -> AsyncIterator[Row]:
        """Rows with seq > `after`, in order, a page at a time."""
        return _Reading(lambda seq: self._ask("read", lambda: self._page(house, seq)), after)

    def _page(self, house: str, after: int) -> list[Row]:
        return self._disk.rows.get(house, [])[after : after + 2000]

    async def hashes(self, house: str, after: int, until: int) -> list[bytes]:
        """The hashes of the rows with seq > `after` and <= `until`."""
        return await self._ask(
            "hashes", lambda: [row.hash for row in self._disk.rows.get(house, [])[after:until]]
        )

    async def find(self, house: str, command_id: str) -> list[Row]:
        """The rows of one command."""
        return await self._ask("find", lambda: self._disk.of_command(house, command_id))

    async def stream(self, house: str, stream: str, after: int = 0) -> list[Row]:
        """The rows of one stream with stream_seq > `after`."""
        return await self._ask("stream", lambda: self._disk.of_stream(house, stream, after))

    async def houses(self) -> list[str]:
        """The houses that have rows."""
        return await self._ask("houses", lambda: sorted(house for house in self._disk.rows))

    async def standing(self, house: str) -> Standing | None:
        """What the lease of a house says."""
        return await self._ask("standing", lambda: self._standing(house))

    def _standing(self, house: str) -> Standing | None:
        held = self._disk.leases.get(house)
        if held is None:
            return None
        left = held.expires_at - self._disk.now()
        return Standing(house, held.epoch, held.holder, held.alive_at, left, held.address)

    async def sit(self, house: str) -> bool:
        """Take the seat if nobody has it."""
        return await self._ask("sit", lambda: self._disk.sit(house, self._who))

    async def queue(self, house: str) -> None:
        """Wait for the seat."""
        await (await self._ask("queue", lambda: self._disk.queue(house, self._who)))

    async def fence(self, standing: Standing) -> bool:
        """End a lease that is over."""
        return await self._ask("fence", lambda: self._disk.fence(standing, self._lease_us))

    async def leave(self, house: str) -> None:
        """Give the seat back."""
        await self._ask("leave", lambda: self._disk.leave(house, self._who))

    async def register(self, lease: Lease, address: str) -> None:
        """Enter where the holder takes commands."""
        await self._ask("register", lambda: setattr(self._disk.held(lease), "address", address))

    async def _ask(self, what: str, job: Callable[[], T]) -> T:
        return await self._link.ask(what, job)

    def _may_write(self) -> None:
        if not self._writable:
            raise Broken("a journal opened for reading was asked to write")


class _Reading:
    """An iteration over pages. No generator: one that a killed process leaves behind would be cleaned up later."""

    def __init__(self, page: Callable[[int], Any], after: int) -> None:
        self._page = page
        self._after = after
        self._rows: list[Row] = []

    def __aiter__(self) -> "_Reading":
        return self

    async def __anext__(self) -> Row:
        if not self._rows:
            self._rows = await self._page(self._after)
            self._rows = self._rows[::-1]
            if not self._rows:
                raise StopAsyncIteration
        row = self._rows.pop()
        self._after = row.seq
        return row
