"""Telling: a house's journal becomes notices, in order, each once for each account.

The cursor of the journal, the book of bids, the notices, and the mail and messages that come of them change in one
transaction. So a process that is killed goes on where it was, and of two that run at once one is told to look again.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
import structlog

from exchange.house import codec
from exchange.house.command import Recorded
from exchange.house.heard import Heard
from exchange.house.house import House
from exchange.notices import pace
from exchange.notices.daily import daily
from exchange.notices.pace import Due
from exchange.notices.payload import body_of, message_id
from exchange.notices.recipients import Recipients
from exchange.notices.table import TABLE, told
from exchange.notices.told import Kind, Told
from exchange.notices.trade_table import TRADES
from exchange.ports import Journal, Unavailable
from exchange.registers import Account, Registers
from exchange.registers.contacts import Contact
from exchange.registers.notices import New, NewDelivery, Place
from exchange.registers.webhooks import Webhook
from exchange.settings import Settings
from matching_engine.events import Event

log = structlog.get_logger()

EVENTS_MAX = 500
"""Events of the journal that are looked at together."""
EVERY = 2.0
PAUSE = 1.0
"""Seconds between two looks while much happens."""
HELD = 5_000_000
"""µs for which what bids leave to be told waits after the last time that they were told of: one write for all."""
SLICE = 64
"""Events that are looked at without a break: bids wait for no more."""
CLOCK_EVERY = 5_000_000
DAILY_EVERY = 60_000_000
DAY = 24 * 3600 * 1_000_000
KNOWN_MAX = 20_000
ROWS = {**TABLE, **TRADES}


class Teller:
    """Tells what happens in one house."""

    def __init__(self, house: House, journal: Journal, registers: Registers, settings: Settings) -> None:
        self._house = house
        self._journal = journal
        self._registers = registers
        self._settings = settings
        self._recipients = Recipients(house, registers)
        self._wake = asyncio.Event()
        self._heard = Heard()
        self._looked = {"clock": 0, "daily": 0, "bids": 0}
        self._place: Place | None = None
        """What the registers say; None when they must be asked. What was seen since then stands in memory only."""
        self._seen = 0
        self._book = pace.Book()
        self._batch = pace.Batch(self._book, house.view)
        self._due: list[Due] = []
        self._known: dict[str, None] = {}
        """Keys of what the clock made due and was told, so that it is not looked up again."""
        self.listeners: list[Callable[[], None]] = []
        """Called when there is mail or a message to send."""

    async def run(self, every: float = EVERY) -> None:
        """Tell for ever; what cannot be told now is told at the next look."""
        stop = self._house.watch(self._note)
        try:
            while True:
                await self._look(every)
                await asyncio.sleep(PAUSE)
                with suppress(TimeoutError):
                    async with asyncio.timeout(every):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            stop()

    def _note(self, batch: Sequence[Recorded]) -> None:
        self._heard.note(batch)
        self._wake.set()

    async def _look(self, every: float) -> None:
        try:
            more = True
            while more:
                more = await self.step(at_once=False)
        except Unavailable as error:
            log.warning("nothing told", house=self._house.name, error=str(error))
        except Exception:  # whatever is wrong with notices, bids go on
            log.exception("nothing told", house=self._house.name)
            await asyncio.sleep(15 * every)

    async def step(self, at_once: bool = True) -> bool:
        """Tell what is next; whether there may be more to read. A house that never told anything begins with what comes.

        Unless it is `at_once`, what bids alone leave to be told is held for a while.
        """
        try:
            return await self._step(at_once)
        except BaseException:
            self._place = None  # what was seen and not written is read again
            raise

    async def _step(self, at_once: bool) -> bool:
        if self._place is None and not await self._begin():
            return False
        heard = self._heard.take(self._seen)
        events = await self._events(self._seen) if heard is None else heard
        await self._take(events)
        timely = await self._by_the_clock()
        if at_once or timely or self._due or self._held_long():
            await self._write(timely)
        return heard is None and len(events) > 0

    async def _begin(self) -> bool:
        """Go on where the registers say; False when they know nothing yet."""
        name = self._house.name
        place = await self._registers.notices.place(name)
        if place is None:
            await self._registers.notices.keep(name, None, Place(self._house.view.seq, {}), [])
            return False
        self._place, self._seen, self._due = place, place.seq, []
        self._book = msgspec.convert(place.book, pace.Book)
        self._batch = pace.Batch(self._book, self._house.view)
        return True

    def _held_long(self) -> bool:
        assert self._place is not None
        return self._seen > self._place.seq and self._is_time("bids", self._house.clock.now(), HELD)

    async def _write(self, timely: Sequence[Due]) -> None:
        """Tell what is due, and keep how far that is."""
        assert self._place is not None
        due = [*self._due, *self._batch.told(), *timely]
        if due or self._seen > self._place.seq:
            after = Place(self._seen, msgspec.to_builtins(self._book))
            await self._tell(self._place, after, due)
            self._place, self._due = after, []
            self._remember(timely)

    async def _events(self, after: int) -> list[Recorded]:
        """The next events that the view shows; of a command all or none."""
        found: list[Recorded] = []
        last = self._house.view.seq
        if last > after:
            async for row in self._journal.read(self._house.name, after):
                if row.seq > last or len(found) == EVENTS_MAX:
                    break
                found.append(codec.recorded(row))
        whole = found
        while len(found) == EVENTS_MAX and whole and whole[-1].command_id == found[-1].command_id:
            whole = whole[:-1]
        return whole or found

    async def _take(self, events: Sequence[Recorded]) -> None:
        """Look at what happened, a little at a time. A lot opens and closes by itself, whosever step was on time for it."""
        state = self._house.view
        for start in range(0, len(events), SLICE):
            some = events[start : start + SLICE]
            for one in self._batch.take(some):
                try:
                    actor = "" if isinstance(one.event, Event) else one.principal
                    self._due += [(str(one.seq), one.at, each, actor) for each in told(state, one, ROWS)]
                except Exception:  # one event that cannot be told keeps no other from being told
                    log.exception("event not told", seq=one.seq, event=type(one.event).__name__)
            self._seen = some[-1].seq
            await asyncio.sleep(0)

    async def _by_the_clock(self) -> list[Due]:
        now, state = self._house.clock.now(), self._house.view
        found: list[pace.Keyed] = list(pace.digests(self._book, state, now))
        if self._is_time("clock", now, CLOCK_EVERY):
            lots = list(state.lots)
            for start in range(0, len(lots), SLICE):
                found += pace.by_the_clock(state, lots[start : start + SLICE], now)
                await asyncio.sleep(0)
        if self._is_time("daily", now, DAILY_EVERY):
            found += await daily(self._registers, now)
        return [(key, at, each, "") for key, at, each in found if key not in self._known]

    def _remember(self, timely: Sequence[Due]) -> None:
        """Only what was written counts as told."""
        self._known.update({key: None for key, _, _, _ in timely})
        while len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]

    def _is_time(self, name: str, now: int, every: int) -> bool:
        if 0 <= now - self._looked[name] < every:
            return False
        self._looked[name] = now
        return True

    async def _tell(self, before: Place, after: Place, due: Sequence[Due]) -> None:
        """Write it; told by somebody else meanwhile, it is looked at again."""
        people = await self._recipients.of([to for _, _, each, _ in due for to in each.to])
        accounts = {one.id: one for found in people.values() for one in found}
        notices: list[New] = []
        contacts = await self._registers.contacts.some(list(accounts)) if accounts else {}
        for key, at, each, actor in due:
            ids = dict.fromkeys(one.id for to in each.to for one in people[to] if one.id != actor)
            notices += [self._new(id_, key, at, each, contacts.get(id_)) for id_ in ids]
        deliveries = await self._deliveries(notices, accounts, due)
        await self._registers.notices.keep(self._house.name, before, after, notices, deliveries)
        if deliveries or any(one.address for one in notices):
            for listener in self.listeners:
                listener()

    def _new(self, account: str, key: str, at: int, each: Told, contact: Contact | None) -> New:
        mailed = contact is not None and self._settings.smtp_host and each.kind not in contact.muted
        address = contact.address if mailed and contact else ""
        return New(account, key, each.word, each.path, each.facts, at, address)

    async def _deliveries(
        self, notices: Sequence[New], accounts: dict[str, Account], due: Sequence[Due]
    ) -> list[NewDelivery]:
        """What the webhooks of the organisations get whose people are told, each once for each key."""
        parties = sorted({accounts[one.account].organisation or "" for one in notices} - {""})
        hooks: dict[str, list[Webhook]] = {}
        for hook in await self._registers.webhooks.of(parties, enabled=True) if parties else []:
            hooks.setdefault(hook.organisation, []).append(hook)
        words: dict[tuple[str, str], tuple[Told, int]] = {
            (key, each.word): (each, at) for key, at, each, _ in due
        }
        made: dict[str, NewDelivery] = {}
        for one in notices if hooks else ():
            each, at = words[one.key, one.word]
            for hook in hooks.get(accounts[one.account].organisation or "", ()):
                if each.kind in hook.kinds and each.kind != Kind.WEBHOOK:
                    delivery = self._delivery(hook, one.key, each, at)
                    made.setdefault(delivery.id, delivery)
        return list(made.values())

    def _delivery(self, hook: Webhook, key: str, each: Told, at: int) -> NewDelivery:
        house, settings = self._house.name, self._settings
        body = body_of(house, hook.organisation, settings.public_url, each, at)
        until = self._house.clock.now() + DAY
        return NewDelivery(message_id(house, key, hook.id), hook.id, each.word, body, at, until)
