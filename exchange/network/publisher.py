"""Publishing: what the journal and the catalogue changed becomes facts of the house's own feed, signed.

Between two looks a subject is told once, as it stands then; figures are told by the day of Shanghai, so that what
stood at the end of a day can be told for ever. The feed remembers how far the journal was published: after a crash it
goes on there, and nothing is told twice.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any

import msgspec
import structlog

from exchange.house import codec
from exchange.house.command import Recorded
from exchange.house.heard import Heard
from exchange.house.house import House
from exchange.house.state import State
from exchange.network import facts as f
from exchange.network.feed import WITHDRAWN, Fact, digest_of, links_of, signed_text
from exchange.network.figures import Figures, change_of, counts, needs_past
from exchange.ports import Journal, Unavailable
from exchange.registers import Registers
from exchange.registers.feeds import Cursor, Kept
from exchange.store.node_key import NodeKey
from settlement.dates import end_of_day, shanghai_date

log = structlog.get_logger()

EVENTS_MAX = 2_000
"""Events of the journal that are looked at together."""
CHANGES_MAX = 200
"""Changes of the catalogue that are published together: bids wait for no larger write."""
EVERY = 1.0
"""Seconds between two looks."""

Subject = tuple[str, str]
Told = tuple[str, str, f.Body | None]


def _of_one_day(events: Sequence[Recorded]) -> list[Recorded]:
    """The first of them, up to the end of its day: what was added on a day is published as that day's."""
    if not events:
        return []
    until = end_of_day(shanghai_date(events[0].at))
    return list(takewhile(lambda one: one.at <= until, events))


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
                more = await self.step()
        except Unavailable as error:
            log.warning("feed not published", house=self._house.name, error=str(error))
        except Exception:  # whatever is wrong with the feed, bids go on
            log.exception("feed not published", house=self._house.name)
            await asyncio.sleep(30 * every)

    async def step(self) -> bool:
        """Publish what is next; whether there may be more to read."""
        name = self._house.name
        cursor = await self._registers.feeds.cursor(name, name) or Cursor()
        heard = self._heard.take(cursor.journal_seq)
        events = await self._events(cursor.journal_seq) if heard is None else _of_one_day(heard)
        if events:
            await self._publish_events(cursor, events)
            return heard is None
        keepers = await self._registers.feeds.publishers()
        changes = await self._registers.feeds.changes(CHANGES_MAX) if keepers[:1] in ([], [name]) else []
        if changes:
            await self._publish_changes(cursor, changes)
        elif not keepers or name not in keepers:
            await self._keep(cursor, cursor.journal_seq, self._house.clock.now(), [])
        return bool(changes)

    async def _events(self, after: int) -> list[Recorded]:
        """Events that the view shows and the feed does not, of one day."""
        last = min(self._house.view.seq, after + EVENTS_MAX)
        found: list[Recorded] = []
        if last > after:
            async for row in self._journal.read(self._house.name, after):
                if row.seq > last:
                    break
                found.append(codec.recorded(row))
        return _of_one_day(found)

    async def _publish_events(self, cursor: Cursor, events: Sequence[Recorded]) -> None:
        figures = await self._figures(events)
        told = await self._market(subjects_of(events))
        await self._keep(cursor, events[-1].seq, events[-1].at, [*told, *figures])

    async def _market(self, subjects: Sequence[Subject]) -> list[Told]:
        """Sessions, listings and lots as they stand; none of an achievement that is not public (any more)."""
        state = self._house.view
        achievements = {_achievement(state, *subject) for subject in subjects} - {None, ""}
        rows = await self._registers.achievements.get_many(sorted(filter(None, achievements)))
        public = {id_ for id_, row in rows.items() if row.public}
        return [
            (
                kind,
                id_,
                _body(state, kind, id_)
                if kind == f.SESSION or _of_public(state, kind, id_, public)
                else None,
            )
            for kind, id_ in subjects
        ]

    async def _figures(self, events: Sequence[Recorded]) -> list[Told]:
        """Cumulative figures of the regions in which something was added."""
        added: dict[str, Figures] = {}
        for one in events:
            if not counts(one.event):
                continue
            before = await self._before(one) if needs_past(one.event) else ()
            change = change_of(one, self._house.view, before, self._rehearsals)
            if change is not None:
                added[change[0]] = added.get(change[0], Figures()) + change[1]
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
        for kind, subject, body in told:
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

    def _signed(self, before: str, facts: Sequence[Fact]) -> list[Kept]:
        """The facts with their links; the last one of every hundred, and the last of all, with a signature."""
        links = links_of(before, self._house.name, facts)
        return [
            Kept(fact, link, self._sign(fact.seq, link) if n % 100 == 0 or n == len(facts) else "")
            for n, (fact, link) in enumerate(zip(facts, links, strict=True), 1)
        ]

    def _sign(self, seq: int, link: str) -> str:
        return self._key.sign(signed_text(self._house.name, seq, link))


def subjects_of(events: Sequence[Recorded]) -> list[Subject]:
    """What the events were about: sessions before listings before lots, each once."""
    found: dict[Subject, None] = {}
    for one in events:
        event: Any = one.event
        named = (
            (f.SESSION, (getattr(event, "session", None),)),
            (f.LISTING, (getattr(event, "listing", None), *getattr(event, "listings", ()))),
            (f.LOT, (getattr(event, "lot", None), *getattr(event, "lots", ()))),
        )
        found.update(
            {(kind, id_): None for kind, ids in named for id_ in ids if isinstance(id_, str) and id_}
        )
    order = (f.SESSION, f.LISTING, f.LOT)
    return sorted(found, key=lambda subject: order.index(subject[0]))


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
