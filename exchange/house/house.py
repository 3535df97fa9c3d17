"""A house at work: authority, dispatcher, gavel, outbox and lease, started from the journal and stopped cleanly."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from exchange.house import codec, decision_log
from exchange.house.bid_authority import BidAuthority
from exchange.house.command import HOUSE, Command, Outcome, Recorded
from exchange.house.dispatcher import Dispatcher, Listener, Stats
from exchange.house.gavel import Gavel
from exchange.house.job import Hearer
from exchange.house.opener import Opener
from exchange.house.outbox import Outbox
from exchange.house.recovery import postponements
from exchange.house.standby import Warm, warmed
from exchange.house.state import State
from exchange.ports import Bank, Clock, Journal, Lease, OutcomeUnknown, Row, Snapshots, Unavailable, Vault
from matching_engine.commands import Suspend
from matching_engine.errors import LuochuiError, Malformed
from settlement.rulebook import Rulebook

log = structlog.get_logger()

HEARTBEAT = 0.6
"""Seconds between two signs of life in the lease, at most a third of its length."""
GRACE = 60_000_000
"""µs that a lot gets on top of an outage, so that its bidders can return."""
OUTAGE_MIN = 2_000_000
"""µs from which a gap in service counts as an outage."""
DRIFT_MAX = 500_000
"""µs by which the wall clock may leave the monotonic clock."""

_COMMAND_ID = re.compile(r"[0-9A-Za-z_-]{8,64}", re.ASCII)


class House:
    """One node of the network: one journal, one writer."""

    view: State
    """The committed state, from the start on: look, do not touch."""

    def __init__(
        self,
        name: str,
        journal: Journal,
        clock: Clock,
        rulebook: Rulebook,
        bank: Bank | None = None,
        vault: Vault | None = None,
        heartbeat: float = HEARTBEAT,
        snapshots: Snapshots | None = None,
    ) -> None:
        self.name = name
        self.clock = clock
        self.log_asked = False
        self._journal = journal
        self._rulebook = rulebook
        self._bank = bank
        self._vault = vault
        self._heartbeat = heartbeat
        self._snapshots = snapshots
        self._opener: Opener | None = None
        self.role = "holder"
        self.alive = False
        """Whether the house takes commands."""
        self.takeovers = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._failure: asyncio.Future[None] | None = None

    async def start(self, holder: str, grace: int = GRACE, warm: Warm | None = None) -> None:
        """Own the house, rebuild its state, give outages back, and take commands; what is `warm` is only read on."""
        self._lease = await self._journal.acquire(self.name, holder, self.clock.now())
        self.takeovers = int(warm is not None and self._lease.alive_at is not None)
        self._held_at = self.clock.now()
        started = asyncio.Event()
        holding = asyncio.ensure_future(self._hold_lease(started))
        try:
            warm = warm or await warmed(self._journal, self.name, self._rulebook, self._snapshots)
            await warm.follower.catch_up()
        finally:
            started.set()
            await holding
        view = self.view = warm.view
        self._authority = BidAuthority(self.name, view)
        self._dispatcher = Dispatcher(self._journal, self.clock, view, self._lease, warm.decided, warm.work)
        self._dispatcher.after_outage = self._postponements
        self._grace = grace
        self._failure = asyncio.get_running_loop().create_future()
        if self._lease.alive_at is not None:
            self._dispatcher.give_back(self._lease.alive_at)
        self._run(self._dispatcher.run)
        self.gavel = Gavel(view, self.clock, self._dispatcher.submit)
        self.watch(self.gavel.note)
        self._run(self.gavel.run)
        self._run(self._stay_alive)
        if self._bank is not None:
            outbox = Outbox(view, self._bank, self._dispatcher.submit)
            self.watch(outbox.note)
            self._run(outbox.run)
        self._opener = Opener(view, self._vault, self._dispatcher.submit, self.history)
        self.watch(self._opener.note)
        self._run(self._opener.run)
        self.alive = True
        log.info("house started", house=self.name, epoch=self.epoch, seq=view.seq)

    def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(work())
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: "asyncio.Future[None]") -> None:
        """A part that ends by itself ends the house."""
        if self._failure is not None and not self._failure.done() and not task.cancelled():
            error = task.exception()
            if error is not None:
                log.critical("house stops", house=self.name, error=repr(error))
                self.alive = False
                self._failure.set_exception(error)

    async def failed(self) -> None:
        """Wait for the failure that ends the house, and raise it (Fenced, Broken)."""
        if self._failure is not None:
            await asyncio.shield(self._failure)

    async def stop(self) -> None:
        """Stop taking commands, let every part end, and leave a last sign of life: the outage begins now."""
        self.alive = False
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task
        if self._tasks:
            with suppress(LuochuiError):
                await self._journal.renew(self._lease, self._alive_at)
        self._tasks.clear()
        if self._failure is not None and self._failure.done():
            self._failure.exception()

    @property
    def epoch(self) -> int:
        """Which writer of the house this is."""
        return self._lease.epoch

    @property
    def lease(self) -> Lease:
        """The right to write."""
        return self._lease

    @property
    def stats(self) -> Stats:
        """What was counted since the start."""
        return self._dispatcher.stats

    @property
    def queue_depth(self) -> int:
        """How many commands wait."""
        return self._dispatcher.depth

    @property
    def deciding(self) -> bool:
        """Whether anybody waits for an answer: what can wait may do so meanwhile."""
        return self._dispatcher.deciding

    def watch(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each commit with its events; the answer ends it."""
        return self._dispatcher.listen(listener)

    async def submit(self, command: Command) -> Outcome:
        """Ask the house; Denied, Conflict, Malformed, Unavailable; a refusal is in the outcome."""
        self._admit(command, self.clock.now())
        return await self._dispatcher.submit(command)

    def ask(self, command: Command, hearer: Hearer, at: int) -> None:
        """The same for what came at `at`, without waiting: `hearer` is told the outcome or the error, perhaps before
        this returns."""
        try:
            self._admit(command, at)
        except LuochuiError as error:
            hearer(error)
        else:
            self._dispatcher.ask(command, hearer, at)

    def _admit(self, command: Command, at: int) -> None:
        if self.log_asked:
            decision_log.asked(self.name, command)
        if not self.alive:
            raise Unavailable(f"house {self.name} is not running")
        if not _COMMAND_ID.fullmatch(command.id) and command.principal != HOUSE:
            raise Malformed("id", command.id, "8 to 64 letters, digits, '-' or '_', like a UUID")
        self._authority.refuse(command, at)

    async def answer_of(self, command_id: str) -> Outcome | None:
        """The one true answer to a command id, or None when it was never decided."""
        return await self._dispatcher.answer_of(command_id)

    async def settled(self) -> None:
        """Wait until nothing is left to do: no command or reaction waits, no payment or opening is under way."""
        quiet = asyncio.Event()
        forget = self.watch(lambda batch: quiet.set())
        try:
            while self._busy:
                if not self.alive:
                    raise Unavailable(f"house {self.name} is not running")
                quiet.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await quiet.wait()
        finally:
            forget()

    @property
    def _busy(self) -> bool:
        if self.queue_depth or self.view.pending or (self._opener and self._opener.busy):
            return True
        return bool(self._bank and self.view.settlement.payments_open)

    async def rows_of(self, command_id: str) -> list[Row]:
        """The rows of a command, in order; empty when it was never decided."""
        return await self._journal.find(self.name, command_id)

    async def hashes(self, after: int, until: int) -> list[bytes]:
        """The hashes of the journal's rows with seq > `after` and <= `until`."""
        return await self._journal.hashes(self.name, after, until)

    async def history(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of a stream with stream_seq > `after`."""
        return [codec.recorded(row) for row in await self._journal.stream(self.name, stream, after)]

    async def _stay_alive(self) -> None:
        """Renew the lease; a clock that was set stops the clocks of all lots."""
        good = self.clock.now()
        while True:
            await asyncio.sleep(self._heartbeat)
            try:
                await self._renew()
            except Unavailable:
                self._dispatcher.outage.silent(good)
            else:
                good = self.clock.now()
                self._dispatcher.journal_answers()
            drift = getattr(self.clock, "drift", None)
            if drift is not None and drift() > DRIFT_MAX:
                with suppress(Unavailable, OutcomeUnknown):
                    await self._suspend_all()

    async def _renew(self) -> None:
        asked = self.clock.now()
        await self._journal.renew(self._lease, self._alive_at)
        self._held_at = asked

    async def certain(self) -> None:
        """Make sure that the view is the house's: Fenced when another took over while this process hung.

        What is refused without being journaled is refused from the view alone, so a view may not be an old one.
        """
        if abs(self.clock.now() - self._held_at) > 2_000_000 * self._heartbeat:
            await self._renew()

    @property
    def _alive_at(self) -> int:
        """The last instant up to which nothing is owed to anybody: an outage is not forgotten by a second one."""
        owed = self._dispatcher.outage.owed_since
        return self.clock.now() if owed is None else owed

    async def _hold_lease(self, started: asyncio.Event) -> None:
        """Keep the lease while the journal is read; the outage before it goes on until the lots are moved."""
        before = self._lease.alive_at
        while not started.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._heartbeat):
                    await started.wait()
                    return
            with suppress(LuochuiError):
                await self._journal.renew(self._lease, self.clock.now() if before is None else before)

    async def _suspend_all(self) -> None:
        for lot in list(self.view.lots.values()):
            if lot.closed_at is None and lot.opens_at <= self.clock.now() and not lot.suspended:
                id_ = f"clock:{self.epoch}:{lot.id}:{self.view.seq}"
                await self._dispatcher.submit(Command(id_, HOUSE, Suspend(lot.id, "clock_stepped")))

    def _postponements(self, since: int) -> list[Command]:
        now = self.clock.now()
        if now - since < OUTAGE_MIN:
            return []
        return postponements(self.view, self.epoch, since, now, self._grace)
