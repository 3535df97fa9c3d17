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
"""Events that are told together: bids wait for no larger write."""
EVERY = 2.0
PAUSE = 1.0
"""Seconds between two looks while much happens: what bids leave to be told in between is told once."""
SLICE = 256
"""Events that are looked at without a break: bids wait for no more."""
CLOCK_EVERY = 5_000_000
DAILY_EVERY = 60_000_000
DAY = 24 * 3600 * 1_000_000
KNOWN_MAX = 20_000
ROWS = {**TABLE, **TRADES}

Due = tuple[str, int, Told, str]
"""What names it, when (µs), what, and whose own doing it was."""


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
        self._looked = {"clock": 0, "daily": 0}
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
                more = await self.step()
        except Unavailable as error:
            log.warning("nothing told", house=self._house.name, error=str(error))
        except Exception:  # whatever is wrong with notices, bids go on
            log.exception("nothing told", house=self._house.name)
            await asyncio.sleep(15 * every)

    async def step(self) -> bool:
        """Tell what is next; whether there may be more to read. A house that never told anything begins with what comes."""
        name = self._house.name
        place = await self._registers.notices.place(name)
        if place is None:
            await self._registers.notices.keep(name, None, Place(self._house.view.seq, {}), [])
            return False
        book = msgspec.convert(place.book, pace.Book)
        heard = self._heard.take(place.seq)
        events = await self._events(place.seq) if heard is None else heard
        timely = await self._by_the_clock(book)
        due = [*await self._told(events, book), *timely]
        if not events and not due:
            return False
        seq = events[-1].seq if events else place.seq
        await self._tell(place, Place(seq, msgspec.to_builtins(book)), due)
        self._remember(timely)
        return heard is None and len(events) > 0

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

    async def _told(self, events: Sequence[Recorded], book: pace.Book) -> list[Due]:
        """What the events have to be told of. A lot opens and closes by itself, whosever step was on time for it."""
        state, due = self._house.view, []
        batch = pace.Batch(book, state)
        for number, one in enumerate(events, 1):
            if number % SLICE == 0:
                await asyncio.sleep(0)
            try:
                batch.take(one)
                actor = "" if isinstance(one.event, Event) else one.principal
                due += [(str(one.seq), one.at, each, actor) for each in told(state, one, ROWS)]
            except Exception:  # one event that cannot be told keeps no other from being told
                log.exception("event not told", seq=one.seq, event=type(one.event).__name__)
        actors = {one.seq: one.principal for one in events}
        for key, at, each in batch.told():
            due.append((key, at, each, actors.get(int(key.partition(":")[0]), "")))
        return due

    async def _by_the_clock(self, book: pace.Book) -> list[Due]:
        now, state = self._house.clock.now(), self._house.view
        found: list[pace.Keyed] = list(pace.digests(book, state, now))
        if self._is_time("clock", now, CLOCK_EVERY):
            found += pace.by_the_clock(state, now)
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
