"""The hub: who follows which lot, and at what pace each hears of it.

An event is encoded once for each pace and shared. A bidder of the lot hears every event at once; mere watchers hear
the first at once and then at most every 50 ms, several events in one frame, none left out, a few dozen at a time.
Who reads too slowly gets the newest state instead of the events in between, marked so; who does not read at all is let go.
Answers to a bid (`ack`, `rej`) pass by all this: they are written to the socket and never dropped.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import get_args

import structlog

from exchange.house.command import HouseEvent, Recorded
from exchange.market.events import EntryApplied
from matching_engine import events as le
from matching_engine.lot import Lot
from web import messages as m
from web.audience import Audience, Pour, Sub, Told, Watcher
from web.protocol import CloseCode
from web.rooms import AnyHouse, Room, is_public
from web.transport import Frame

log = structlog.get_logger()

CONFLATE_ABOVE = 64 * 1024
"""Octets held back for a socket above which it gets states instead of events."""
CLOSE_ABOVE = 256 * 1024
"""Octets held back above which a socket is closed."""
BEHIND_MAX = 10_000_000
"""µs that a socket may stay behind."""
PACE = 0.05
"""Seconds between two frames for a mere watcher."""
AT_ONCE = 64
"""Mere watchers written to before the loop may do something else: a bid waits for so many, never for thousands."""
PRESENCE_EVERY = 5
"""Seconds between two counts of watchers."""
ROOMS_KEPT = 1_024
"""Empty rooms that are kept with their rings, for those who come back."""

STEPS = frozenset(
    {le.BidAccepted, le.BidMatched, le.BidSealed, le.LicenceAccepted, le.MaximumRaised, le.BidRefused}
)
"""Events that answer a bidder."""
NEWS = frozenset({*get_args(le.LotEvent), EntryApplied})
"""Events that a room hears of."""
OWN = frozenset({EntryApplied, le.EntrySet, le.MaximumRaised, le.BidSealed, le.BidAccepted})
"""Events that may change what a bidder alone may see."""


def _concerned(event: HouseEvent) -> str | None:
    """The bidder for whom an event changes what only that bidder may see."""
    if isinstance(event, EntryApplied):
        return event.code
    if isinstance(event, le.BidAccepted):
        return event.bidder if event.max_fen is not None else None
    return event.bidder if isinstance(event, le.EntrySet | le.MaximumRaised | le.BidSealed) else None


def _entry(lot: Lot, code: str) -> str | None:
    """What a lot holds of a bidder's entry: its status, or that its one bid is in the box."""
    if code in lot.sealed:
        return "sealed"
    status = lot.entries.get(code)
    return status.value if status is not None else None


class Hub:
    """All rooms of a house that anybody watches."""

    def __init__(self, house: AnyHouse) -> None:
        self.house = house
        self.watchers: set[Watcher] = set()
        self.bids_per_second = 0
        """Bidders' steps of the last second, accepted or refused."""
        self.told = Told()
        self._steps = 0
        self._rooms: dict[str, Audience] = {}
        self._behind: set[Sub] = set()
        self._loop = asyncio.get_running_loop()
        self._unwatch = house.watch(self.note)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Let go of everybody; they may come back to another process at once."""
        self._unwatch()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        for watcher in list(self.watchers):
            watcher.close(CloseCode.RESTART, "RESTART", 500)

    def join(self, watcher: Watcher) -> None:
        """A socket is open."""
        self.watchers.add(watcher)

    def leave(self, watcher: Watcher) -> None:
        """A socket is gone."""
        self.watchers.discard(watcher)
        for lot in list(watcher.subs):
            self.unfollow(watcher, lot)

    def watching(self, lot: str) -> int:
        """How many sockets of this process follow a lot."""
        audience = self._rooms.get(lot)
        return len(audience.subs) if audience else 0

    # Following

    async def follow(
        self, watcher: Watcher, lot: str, request: int | str, since: tuple[int, int] | None = None
    ) -> bool:
        """Subscribe a socket, and tell it the state or exactly what it missed; False when there is no such lot."""
        if lot not in self.house.view.lots:
            return False
        audience = self._audience(lot)
        audience.joining += 1
        try:
            await asyncio.shield(audience.loaded)
            missed = await audience.room.recover(*since) if since is not None else None
        finally:
            audience.joining -= 1
        self._let_in(audience, watcher, request, missed)
        return True

    def _let_in(
        self, audience: Audience, watcher: Watcher, request: int | str, missed: list[Recorded] | None
    ) -> None:
        """Answer, and add to the room: nothing waits here, so no event comes between the answer and the first frame."""
        room, lot = audience.room, audience.room.lot
        self._flush(audience)
        if watcher not in self.watchers:
            return
        code = self.house.view.market.code_of(lot, watcher.party)
        if lot in watcher.subs:
            self._forgive(watcher.subs[lot])
        sub = audience.subs[watcher] = watcher.subs[lot] = Sub(watcher, code is not None)
        answer = room.snap(request, len(audience.subs)) if missed is None else room.delta(request, missed)
        watcher.send(answer)
        if code is not None:
            self._tell_you(sub, lot, code)

    def _audience(self, lot: str) -> Audience:
        """The room of a lot; one whose ring could not be filled from the journal is made anew."""
        audience = self._rooms.get(lot)
        if audience is None or (audience.loaded.done() and audience.loaded.exception() is not None):
            self._make_place()
            audience = self._rooms[lot] = Audience(Room(self.house, lot))
        return audience

    def _make_place(self) -> None:
        """Forget empty rooms, the oldest first, when there are many."""
        if len(self._rooms) >= ROOMS_KEPT:
            empty = [lot for lot, audience in self._rooms.items() if not (audience.subs or audience.joining)]
            for lot in empty[: len(empty) // 2 + 1]:
                del self._rooms[lot]

    def unfollow(self, watcher: Watcher, lot: str) -> None:
        """Tell a socket no more of a lot."""
        sub = watcher.subs.pop(lot, None)
        audience = self._rooms.get(lot)
        if sub is not None and audience is not None and audience.subs.get(watcher) is sub:
            del audience.subs[watcher]
            self._behind.discard(sub)
            sub.behind = 0  # a frame that is under way passes it by

    # Telling

    def note(self, batch: Sequence[Recorded]) -> None:
        """What was committed: called after each commit, with its events in order."""
        touched: dict[str, list[Recorded]] = {}
        for recorded in batch:
            kind = type(recorded.event)
            self._steps += kind in STEPS
            if kind in NEWS:
                lot: str = recorded.event.lot  # type: ignore[union-attr]  # all of NEWS have one
                if lot in self._rooms:
                    touched.setdefault(lot, []).append(recorded)
        for lot, events in touched.items():
            self._hear(self._rooms[lot], events)

    def _hear(self, audience: Audience, events: list[Recorded]) -> None:
        news = [recorded for recorded in events if is_public(recorded)]
        if news:
            audience.room.take(news)
            if audience.subs:
                self._deliver(audience, news)
        if audience.subs:
            for recorded in events:
                if type(recorded.event) in OWN:
                    self._hear_privately(audience, recorded)

    def _deliver(self, audience: Audience, news: list[Recorded]) -> None:
        """Bidders at once; mere watchers at once after a pause, else together when the pace allows."""
        bidders = [sub for sub in audience.subs.values() if sub.bids]
        if bidders:
            self.told.frames += 1
            self._write(audience.room.ev(news), news[0].stream_seq, bidders)
        if len(bidders) == len(audience.subs):
            return
        audience.waiting += news
        if audience.due is None:
            now = self._loop.time()
            audience.due = self._loop.call_at(max(now, audience.paced + PACE), self._pace, audience)

    def _pace(self, audience: Audience) -> None:
        """Begin to tell mere watchers what they have not heard yet, a few at a time."""
        self._finish(audience)
        audience.due = None
        if audience.waiting:
            news, audience.waiting = audience.waiting, []
            audience.paced = self._loop.time()
            watchers = [sub for sub in audience.subs.values() if not sub.bids]
            self.told.frames += 1
            audience.pouring = Pour(audience.room.ev(news), news[0].stream_seq, watchers)
            self._pour(audience)

    def _pour(self, audience: Audience) -> None:
        """The next few, and the rest when the loop comes round again."""
        pour = audience.pouring
        if pour is None:
            return
        self._write(pour.frame, pour.first, pour.subs[pour.done : pour.done + AT_ONCE])
        pour.done += AT_ONCE
        if pour.done < len(pour.subs):
            self._loop.call_soon(self._pour, audience)
        else:
            audience.pouring = None

    def _finish(self, audience: Audience) -> None:
        """Let everybody have the frame that is under way, before something newer is told."""
        pour, audience.pouring = audience.pouring, None
        if pour is not None:
            self._write(pour.frame, pour.first, pour.subs[pour.done :])

    def _flush(self, audience: Audience) -> None:
        """Tell mere watchers now what they have not heard yet, all of them."""
        if audience.due is not None:
            audience.due.cancel()
        self._pace(audience)
        self._finish(audience)

    def _write(self, frame: Frame, first: int, subs: Iterable[Sub]) -> None:
        began, copies = time.thread_time_ns(), 0
        for sub in subs:
            if sub.behind is None:
                if sub.watcher.pipe.offer(frame, CONFLATE_ABOVE):
                    copies += 1
                else:
                    self._fall_behind(sub, first)
        self.told.copies += copies
        self.told.us += (time.thread_time_ns() - began) // 1000

    def _hear_privately(self, audience: Audience, recorded: Recorded) -> None:
        """What concerns one bidder only: its entry, its own maximum, its envelope."""
        code = _concerned(recorded.event)
        if code is None:
            return
        lot = audience.room.lot
        entry = self.house.view.market.entry(lot, code)
        for sub in audience.subs.values():
            if entry is not None and sub.watcher.party == entry.party:
                if not sub.bids:
                    self._flush(audience)
                    sub.bids = True
                self._tell_you(sub, lot, code)

    def _tell_you(self, sub: Sub, lot: str, code: str) -> None:
        one = self.house.view.lots[lot]
        maximum = one.maxima.get(code) if one.leader == code else None
        sub.watcher.send(m.You(lot, code, _entry(one, code), maximum))

    # Slow readers

    def _fall_behind(self, sub: Sub, first: int) -> None:
        sub.behind = self.house.clock.now()
        sub.next = first
        self._behind.add(sub)

    def _forgive(self, sub: Sub) -> None:
        sub.behind = None
        self._behind.discard(sub)

    def _catch_up(self, now: int) -> None:
        """Give those who read again the newest state; let go those who were behind for too long."""
        for sub in list(self._behind):
            if sub.behind is not None and now - sub.behind >= BEHIND_MAX:
                sub.watcher.close(CloseCode.SLOW, "SLOW", 500)
            elif sub.watcher.pipe.buffered <= CONFLATE_ABOVE // 2:
                self._tell_newest(sub)

    def _tell_newest(self, sub: Sub) -> None:
        for lot, own in sub.watcher.subs.items():
            if own is sub:
                audience = self._rooms[lot]
                self._flush(audience)
                sub.watcher.pipe.write(audience.room.conflated(sub.next, len(audience.subs)))
        self._forgive(sub)

    async def _run(self) -> None:
        """Four times a second the slow ones, once a second every socket, every five seconds the presence."""
        beat = 0
        while True:
            await asyncio.sleep(0.25)
            beat += 1
            now = self.house.clock.now()
            self._catch_up(now)
            if beat % 4 == 0:
                self.bids_per_second, self._steps = self._steps, 0
                self._check_all(now)
            if beat % (4 * PRESENCE_EVERY) == 0:
                self._tell_presence()

    def _check_all(self, now: int) -> None:
        for watcher in list(self.watchers):
            if watcher.pipe.buffered > CLOSE_ABOVE:
                watcher.close(CloseCode.SLOW, "SLOW", 500)
            elif watcher.check is not None:
                watcher.check(now)

    def _tell_presence(self) -> None:
        for lot, audience in self._rooms.items():
            count = len(audience.subs)
            if count != audience.told and count:
                audience.told = count
                frame = Frame(m.encode(m.Presence(lot, count)))
                for sub in audience.subs.values():
                    if sub.behind is None:
                        sub.watcher.pipe.write(frame)
