"""Publishing: what the journal and the catalogue changed becomes facts of the house's own feed, signed.

Between two looks a subject is told once, as it stands then; figures are told by the day of Shanghai, so that what
stood at the end of a day can be told for ever. The feed remembers how far the journal was published: after a crash it
goes on there, and nothing is told twice.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec
import structlog

from exchange.house import codec
from exchange.house.command import Recorded
from exchange.house.heard import Heard
from exchange.house.house import House
from exchange.house.state import State
from exchange.network import facts as f
from exchange.network.changed import Changed, Subject
from exchange.network.feed import WITHDRAWN, Fact, digest_of, links_of, signed_text
from exchange.network.figures import Figures, change_of, needs_past
from exchange.ports import Journal, Unavailable
from exchange.registers import Registers
from exchange.registers.feeds import Cursor, Kept, Moved
from exchange.store.node_key import NodeKey
from settlement.dates import end_of_day, shanghai_date

log = structlog.get_logger()

EVENTS_MAX = 2_000
"""Events of the journal that are looked at together."""
CHANGES_MAX = 200
"""Changes of the catalogue that are published together: bids wait for no larger write."""
EVERY = 1.0
"""Seconds between two looks."""
HELD = 5_000_000
"""µs for which the prices that bids change wait after the last ones were published: one write for all."""
SLICE = 64
"""Events that are looked at without a break: bids wait for no more."""
BODIES = 20
"""Facts that are put together without a break."""

Told = tuple[str, str, f.Body | None]


def _of_one_day(events: Sequence[Recorded]) -> Sequence[Recorded]:
    """The first of them, up to the end of its day: what was added on a day is published as that day's."""
    if not events or shanghai_date(events[-1].at) == shanghai_date(events[0].at):
        return events
    until = end_of_day(shanghai_date(events[0].at))
    return events[: bisect_right(events, until, key=lambda one: one.at)]


class Publisher:
    """Publishes one house."""

    def __init__(
        self, house: House, journal: Journal, registers: Registers, key: NodeKey, rehearsals: bool = False
    ) -> None:
        self._house = house
        self._journal = journal
        self._registers = registers
        self._key = key
        self._rehearsals = rehearsals
        self._heard = Heard()
        self._cursor: Cursor | None = None
        """What the registers say; None when they must be asked. What was seen since then stands in memory only."""
        self._seen = 0
        self._changed = Changed()
        self._published_at = 0
        self._entered = False

    async def run(self, every: float = EVERY) -> None:
        """Publish for ever; what cannot be written now is written at the next look."""
        stop = self._house.watch(self._heard.note)
        try:
            while True:
                await self._look(every)
                await asyncio.sleep(every)
        finally:
            stop()

    async def _look(self, every: float) -> None:
        try:
            more = True
            while more:
                more = await self.step(at_once=False)
        except Unavailable as error:
            log.warning("feed not published", house=self._house.name, error=str(error))
        except Exception:  # whatever is wrong with the feed, bids go on
            log.exception("feed not published", house=self._house.name)
            await asyncio.sleep(30 * every)

    async def step(self, at_once: bool = True) -> bool:
        """Publish what is next; whether there may be more to read. Unless it is `at_once`, prices are held for a while."""
        try:
            return await self._step(at_once)
        except Moved:
            self._cursor = None  # somebody else published meanwhile: go on from there
            if not at_once:
                raise
            return True
        except BaseException:
            self._cursor = None  # what was seen and not published is read again
            raise

    async def _step(self, at_once: bool) -> bool:
        name = self._house.name
        if self._cursor is None:
            self._cursor = await self._registers.feeds.cursor(name, name) or Cursor()
            self._seen, self._changed = self._cursor.journal_seq, Changed()
        heard = self._heard.take(self._seen)
        events = _of_one_day(await self._events(self._seen) if heard is None else heard)
        if events and shanghai_date(events[0].at) != shanghai_date(self._changed.at or events[0].at):
            await self._publish_events(self._cursor)
        await self._take(events)
        if self._seen > self._cursor.journal_seq and (at_once or self._changed.urgent or self._held_long()):
            await self._publish_events(self._cursor)
        if events and heard is None:
            return True
        return await self._publish_catalogue(self._cursor)

    def _held_long(self) -> bool:
        return not 0 <= self._house.clock.now() - self._published_at < HELD

    async def _take(self, events: Sequence[Recorded]) -> None:
        """Look at what happened, a little at a time."""
        for start in range(0, len(events), SLICE):
            some = events[start : start + SLICE]
            for one in self._changed.take(some):
                await self._count(one)
            self._seen, self._changed.at = some[-1].seq, some[-1].at
            await asyncio.sleep(0)

    async def _count(self, one: Recorded) -> None:
        """What an event adds to the figures of its region."""
        before = await self._before(one) if needs_past(one.event) else ()
        change = change_of(one, self._house.view, before, self._rehearsals)
        if change is not None:
            figures = self._changed.figures
            figures[change[0]] = figures.get(change[0], Figures()) + change[1]

    async def _publish_catalogue(self, cursor: Cursor) -> bool:
        """What changed in the catalogue, where this house is the one that publishes it; whether there may be more."""
        name, feeds = self._house.name, self._registers.feeds
        changes = await feeds.changes(CHANGES_MAX)
        if changes or not self._entered:
            keepers = await feeds.publishers()
            self._entered = name in keepers
            if changes and keepers[:1] in ([], [name]):
                await self._publish_changes(cursor, changes)
                return True
            if not self._entered:
                await self._keep(cursor, cursor.journal_seq, self._house.clock.now(), [])
        return False

    async def _events(self, after: int) -> list[Recorded]:
        """Events that the view shows and the feed does not, of one day."""
        last = min(self._house.view.seq, after + EVENTS_MAX)
        found: list[Recorded] = []
        if last > after:
            async for row in self._journal.read(self._house.name, after):
                if row.seq > last:
                    break
                found.append(codec.recorded(row))
        return found

    async def _publish_events(self, cursor: Cursor) -> None:
        """Everything that was noted, as it stands now."""
        changed, self._changed = self._changed, Changed()
        figures = await self._figures(changed.figures)
        told = await self._market(changed.subjects)
        await self._keep(cursor, self._seen, changed.at, [*told, *figures])
        self._published_at = self._house.clock.now()

    async def _market(self, subjects: Sequence[Subject]) -> list[Told]:
        """Sessions, listings and lots as they stand; none of an achievement that is not public (any more)."""
        state = self._house.view
        achievements = {_achievement(state, *subject) for subject in subjects} - {None, ""}
        rows = await self._registers.achievements.get_many(sorted(filter(None, achievements)))
        public = {id_ for id_, row in rows.items() if row.public}
        told: list[Told] = []
        for number, (kind, id_) in enumerate(subjects, 1):
            shown = kind == f.SESSION or _of_public(state, kind, id_, public)
            told.append((kind, id_, _body(state, kind, id_) if shown else None))
            if number % BODIES == 0:
                await asyncio.sleep(0)
        return told

    async def _figures(self, added: Mapping[str, Figures]) -> list[Told]:
        """Cumulative figures of the regions in which something was added."""
        name = self._house.name
        known = await self._registers.feeds.standing(name, name, [(f.FIGURES, region) for region in added])
        told: list[Told] = []
        for region, more in added.items():
            item = known.get((f.FIGURES, region))
            now = (msgspec.convert(item.body, Figures) if item else Figures()) + more
            told.append((f.FIGURES, region, msgspec.structs.asdict(now)))
        return told

    async def _before(self, one: Recorded) -> list[Recorded]:
        rows = await self._journal.stream(self._house.name, one.stream)
        return [codec.recorded(row) for row in rows if row.seq < one.seq]

    async def _publish_changes(self, cursor: Cursor, changes: Sequence[tuple[int, str]]) -> None:
        """Entries of the catalogue as they stand, and what is offered of those that changed."""
        ids = list(dict.fromkeys(id_ for _, id_ in changes))
        rows = await self._registers.achievements.get_many(ids)
        entries: list[Told] = [
            (f.ACHIEVEMENT, id_, f.achievement_body(rows[id_]) if id_ in rows else None) for id_ in ids
        ]
        market = await self._market(_offers(self._house.view, frozenset(ids)))
        at = self._house.clock.now()
        await self._keep(cursor, cursor.journal_seq, at, [*entries, *market], [n for n, _ in changes])

    async def _keep(
        self, cursor: Cursor, journal_seq: int, at: int, told: Sequence[Told], changes: Sequence[int] = ()
    ) -> None:
        """Write what is new of it, signed."""
        name, feeds = self._house.name, self._registers.feeds
        standing = await feeds.standing(name, name, [(kind, subject) for kind, subject, _ in told])
        facts: list[Fact] = []
        for number, (kind, subject, body) in enumerate(told, 1):
            if number % BODIES == 0:
                await asyncio.sleep(0)
            item, digest = standing.get((kind, subject)), digest_of(body) if body is not None else WITHDRAWN
            if digest != (item.digest if item else WITHDRAWN):
                facts.append(Fact(cursor.seq + len(facts) + 1, at, kind, subject, digest, body))
        kept = self._signed(cursor.link, facts)
        after = Cursor(
            cursor.seq + len(kept),
            kept[-1].link if kept else cursor.link,
            journal_seq,
            cursor.began_at or at,
            at,
            at,
        )
        await feeds.keep(name, name, cursor, after, kept, changes)
        self._cursor = after

    def _signed(self, before: str, facts: Sequence[Fact]) -> list[Kept]:
        """The facts with their links; the last one of every hundred, and the last of all, with a signature."""
        links = links_of(before, self._house.name, facts)
        return [
            Kept(fact, link, self._sign(fact.seq, link) if n % 100 == 0 or n == len(facts) else "")
            for n, (fact, link) in enumerate(zip(facts, links, strict=True), 1)
        ]

    def _sign(self, seq: int, link: str) -> str:
        return self._key.sign(signed_text(self._house.name, seq, link))


def _body(state: State, kind: str, id_: str) -> f.Body | None:
    builders = {f.SESSION: f.session_body, f.LISTING: f.listing_body, f.LOT: f.lot_body}
    return builders[kind](state, id_)


def _achievement(state: State, kind: str, id_: str) -> str | None:
    """The achievement that a listing or a lot is about."""
    if kind == f.LOT:
        placed = state.market.lot_plans.get(id_)
        id_ = placed.listing if placed else ""
    listing = state.market.listings.get(id_) if kind != f.SESSION else None
    return listing.achievement if listing else None


def _of_public(state: State, kind: str, id_: str, public: set[str]) -> bool:
    return _achievement(state, kind, id_) in public


def _offers(state: State, achievements: frozenset[str]) -> list[Subject]:
    """The listings of these achievements, and their lots."""
    listings = [one.id for one in state.market.listings.values() if one.achievement in achievements]
    lots = [one.lot for one in state.market.lot_plans.values() if one.listing in listings]
    return [*((f.LISTING, id_) for id_ in listings), *((f.LOT, id_) for id_ in lots)]


async def ended(task: "asyncio.Task[None]") -> None:
    """End a task and wait for its end."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
