"""The hub: who follows which lot, and at what pace each hears of it.

An event is encoded once for each pace and shared. A bidder of the lot hears every event at once; the crowd that merely
looks hears the first at once and then at most every 50 ms, several events in one frame, a few dozen sockets at a time,
and less often when telling it takes more than its share of the loop. Who reads too slowly gets the newest state instead
of the events in between, marked so, and so does a crowd that would have to hear more of them than a state brings along;
who does not read at all is let go.
Answers to a bid (`ack`, `rej`) pass by all this: they are written to the socket and never dropped.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import get_args

import structlog

from exchange.house.command import HouseEvent, Recorded
from exchange.house.house import House
from exchange.market.events import EntryApplied
from matching_engine import events as le
from matching_engine.lot import Lot
from web import messages as m
from web.audience import Apart, Audience, Pour, Sub, Told, Watcher
from web.pouring import Pourer
from web.protocol import CloseCode
from web.rooms import AnyHouse, Room, is_public
from web.transport import Frame, frame_of

log = structlog.get_logger()

CONFLATE_ABOVE = 64 * 1024
"""Octets held back for a socket above which it gets states instead of events."""
CLOSE_ABOVE = 256 * 1024
"""Octets held back above which a socket is closed."""
BEHIND_MAX = 10_000_000
"""µs that a socket may stay behind."""
PACE = 0.05
"""Seconds between two frames for a mere watcher, at least."""
SHARE, SHARE_APART = 0.2, 0.75
"""The part of the loop's time that telling crowds may take: where the house decides bids, and in a process without it."""
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
    """All rooms of a house that anybody watches; while `heard` says that frames wait to be taken, crowds wait."""

    def __init__(self, house: AnyHouse, heard: Callable[[], bool] = lambda: False) -> None:
        self.house = house
        self.watchers: dict[Watcher, None] = {}
        self.bids_per_second = 0
        """Bidders' steps of the last second, accepted or refused."""
        self.told = Told()
        self._steps = 0
        self._rooms: dict[str, Audience] = {}
        self._behind: set[Sub] = set()
        if isinstance(house, House):
            self._pourer = Pourer(self._write, SHARE, lambda: heard() or house.deciding)
        else:
            self._pourer = Pourer(self._write, SHARE_APART)
        self._loop = asyncio.get_running_loop()
        self._unwatch = house.watch(self.note)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Let go of everybody; they may come back to another process at once."""
        self._unwatch()
        self._pourer.stop()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        for watcher in list(self.watchers):
            watcher.close(CloseCode.RESTART, "RESTART", 500)

    def join(self, watcher: Watcher) -> None:
        """A socket is open."""
        self.watchers[watcher] = None

    def leave(self, watcher: Watcher) -> None:
        """A socket is gone."""
        self.watchers.pop(watcher, None)
        for lot in list(watcher.subs):
            self.unfollow(watcher, lot)

    def watching(self, lot: str) -> int:
        """How many sockets of this process follow a lot."""
        audience = self._rooms.get(lot)
        return 0 if audience is None else len(audience)

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
        if watcher not in self.watchers:
            return
        code = self.house.view.market.code_of(lot, watcher.party)
        self.unfollow(watcher, lot)
        sub = watcher.subs[lot] = Sub(watcher, code is not None)
        audience.add(sub)
        audience.level(sub)
        answer = room.snap(request, len(audience)) if missed is None else room.delta(request, missed)
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
            empty = [lot for lot, audience in self._rooms.items() if not (len(audience) or audience.joining)]
            for lot in empty[: len(empty) // 2 + 1]:
                del self._rooms[lot]

    def unfollow(self, watcher: Watcher, lot: str) -> None:
        """Tell a socket no more of a lot."""
        sub = watcher.subs.pop(lot, None)
        audience = self._rooms.get(lot)
        if sub is not None and audience is not None:
            audience.drop(sub)
            self._behind.discard(sub)

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
            self._deliver(audience, news)
        if len(audience):
            for recorded in events:
                if type(recorded.event) in OWN:
                    self._hear_privately(audience, recorded)

    def _deliver(self, audience: Audience, news: list[Recorded]) -> None:
        """Bidders at once; the crowd at once after a pause, else together when the pace allows."""
        if audience.bidders:
            self.told.frames += 1
            self._write(audience.room.ev(news), news[0].stream_seq, list(audience.bidders.values()))
        if audience.crowd:
            if audience.first is None:
                audience.first = news[0].stream_seq
            self._pace(audience)

    def _pace(self, audience: Audience) -> None:
        """Let the crowd hear what it has not heard yet, as soon as it has the last frame and the pace allows."""
        if audience.first is not None and audience.pouring is None and audience.due is None:
            at = max(self._loop.time(), audience.paced + PACE)
            audience.due = self._loop.call_at(at, self._tell_crowd, audience)

    def _tell_crowd(self, audience: Audience) -> None:
        """Begin to tell the crowd."""
        first, audience.first, audience.due = audience.first, None, None
        if first is None:
            return
        audience.paced = self._loop.time()
        in_step = [sub for sub in audience.crowd.values() if sub.apart is None]
        audience.pouring = Pour(self._newest(audience, first), first, in_step)
        self._bring_level(audience)
        self._pourer.add(audience.pouring, partial(self._poured, audience))

    def _poured(self, audience: Audience) -> None:
        audience.pouring = None
        self._pace(audience)

    def _newest(self, audience: Audience, first: int) -> Frame:
        self.told.frames += 1
        return audience.room.newest(first, len(audience))

    def _bring_level(self, audience: Audience) -> None:
        """Who knows a part of the crowd's new frame already hears the rest of it, and is in step again."""
        ahead, audience.ahead = audience.ahead, []
        levels: defaultdict[int, list[Sub]] = defaultdict(list)
        for sub in ahead:
            if sub.apart is Apart.AHEAD:
                sub.apart = None
                levels[sub.next].append(sub)
        for first, subs in levels.items():
            if first <= audience.room.seq:
                self._write(self._newest(audience, first), first, subs)

    def _write(self, frame: Frame, first: int | None, subs: Iterable[Sub]) -> int:
        """Write a frame to those in step; gives the µs of the processor that it took."""
        began, copies = time.thread_time_ns(), 0
        for sub in subs:
            if sub.apart is None:
                if sub.pipe.offer(frame, CONFLATE_ABOVE):
                    copies += 1
                elif first is not None:
                    self._fall_behind(sub, first)
        took = (time.thread_time_ns() - began) // 1000
        self.told.copies += copies
        self.told.us += took
        return took

    def _hear_privately(self, audience: Audience, recorded: Recorded) -> None:
        """What concerns one bidder only: its entry, its own maximum, its envelope."""
        code = _concerned(recorded.event)
        if code is None:
            return
        lot = audience.room.lot
        entry = self.house.view.market.entry(lot, code)
        if entry is None:
            return
        own = [sub for sub in audience.bidders.values() if sub.watcher.party == entry.party]
        if type(recorded.event) not in STEPS:  # who takes a step was a bidder before
            new = [sub for sub in audience.crowd.values() if sub.watcher.party == entry.party]
            own += [self._raise(audience, sub) for sub in new]
        for sub in own:
            self._tell_you(sub, lot, code)

    def _raise(self, audience: Audience, old: Sub) -> Sub:
        """One of the crowd has become a bidder: it hears at once from now on, and now what it has not heard yet."""
        sub = old.watcher.subs[audience.room.lot] = Sub(old.watcher, True)
        first = audience.missing(old)
        behind = old.apart is Apart.BEHIND
        audience.drop(old)
        audience.add(sub)
        if behind:
            self._behind.discard(old)
            self._fall_behind(sub, first)
            sub.behind = old.behind
        elif first <= audience.room.seq:
            self._write(self._newest(audience, first), first, [sub])
        return sub

    def _tell_you(self, sub: Sub, lot: str, code: str) -> None:
        one = self.house.view.lots[lot]
        maximum = one.maxima.get(code) if one.leader == code else None
        sub.watcher.send(m.You(lot, code, _entry(one, code), maximum))

    # Slow readers

    def _fall_behind(self, sub: Sub, first: int) -> None:
        sub.apart, sub.behind, sub.next = Apart.BEHIND, self.house.clock.now(), first
        self._behind.add(sub)

    def _catch_up(self, now: int) -> None:
        """Give those who read again the newest state; let go those who were behind for too long."""
        for sub in list(self._behind):
            if now - sub.behind >= BEHIND_MAX:
                sub.watcher.close(CloseCode.SLOW, "SLOW", 500)
            elif sub.pipe.buffered <= CONFLATE_ABOVE // 2:
                self._tell_newest(sub)

    def _tell_newest(self, sub: Sub) -> None:
        lot = next(lot for lot, own in sub.watcher.subs.items() if own is sub)
        audience = self._rooms[lot]
        sub.pipe.write(audience.room.conflated(sub.next, len(audience)))
        self._behind.discard(sub)
        audience.level(sub)

    async def _run(self) -> None:
        """Four times a second the slow ones and a quarter of all sockets, every five seconds the presence."""
        beat = 0
        while True:
            await asyncio.sleep(0.25)
            beat += 1
            now = self.house.clock.now()
            self._catch_up(now)
            self._check(list(self.watchers)[beat % 4 :: 4], now)
            if beat % 4 == 0:
                self.bids_per_second, self._steps = self._steps, 0
            if beat % (4 * PRESENCE_EVERY) == 0:
                self._tell_presence()

    def _check(self, watchers: Iterable[Watcher], now: int) -> None:
        for watcher in watchers:
            if watcher.pipe.buffered > CLOSE_ABOVE:
                watcher.close(CloseCode.SLOW, "SLOW", 500)
            elif watcher.check is not None:
                watcher.check(now)

    def _tell_presence(self) -> None:
        for lot, audience in self._rooms.items():
            count = len(audience)
            if count != audience.told and count:
                audience.told = count
                frame = frame_of(m.encode(m.Presence(lot, count)))
                self._write(frame, None, list(audience.bidders.values()))
                self._pourer.add(Pour(frame, None, list(audience.crowd.values())))
