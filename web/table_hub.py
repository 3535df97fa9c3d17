"""Who follows which negotiation table, and what it is told: every event, in order, each seq once.

A table has few events and two parties, so they are kept whole while anybody listens; what a party missed is told
exactly, or the whole state when it missed too much. Nobody but the two parties ever hears that a table exists.
"""

import asyncio
from collections.abc import Callable, Sequence

from exchange.house.command import Principal, Recorded
from exchange.market.negotiation_events import TableEvent
from web import messages as m
from web.audience import Watcher
from web.rooms import AnyHouse
from web.table_views import move_view, sight, table_view
from web.transport import frame_of

RECENT = 40
"""Events that a snapshot brings along, and the most that a recovery tells one by one."""


class TableRoom:
    """One table's events with the sockets that follow it."""

    def __init__(self, house: AnyHouse, table: str) -> None:
        self.house = house
        self.table = table
        self.stream = f"table/{table}"
        self.rows: list[Recorded] = []
        self.subs: dict[Watcher, None] = {}
        self.joining = 0
        self.loaded = asyncio.ensure_future(self._load())

    async def _load(self) -> None:
        """The table's events from the journal, with what came meanwhile behind them."""
        rows = await self.house.history(self.stream)
        early = self.rows[0].stream_seq if self.rows else None
        self.rows = [row for row in rows if early is None or row.stream_seq < early] + self.rows

    @property
    def seq(self) -> int:
        """The newest event's place."""
        return self.rows[-1].stream_seq if self.rows else 0

    def take(self, news: Sequence[Recorded]) -> list[Recorded]:
        """Let in what is new; gives it back."""
        fresh = [row for row in news if not self.rows or row.stream_seq > self.seq]
        self.rows += fresh
        return fresh

    def since(self, epoch: int, seq: int) -> list[Recorded] | None:
        """Exactly the events after `seq` as a client of `epoch` saw it; None when that past is not ours, or too long ago."""
        if not 1 <= seq <= self.seq or self.seq - seq > RECENT or self.rows[seq - 1].epoch > epoch:
            return None
        return self.rows[seq:]

    def now(self) -> dict[str, object]:
        """How the table stands."""
        state = self.house.view
        view = table_view(state, state.market.negotiation.tables[self.table], "whole", self.house.epoch)
        return {**view, "seq": self.seq}

    def answer(self, request: int | str, since: tuple[int, int] | None) -> m.Outbound:
        """What a new follower is told."""
        missed = self.since(*since) if since is not None else None
        if missed is not None:
            return m.TableDelta(
                request, self.table, self.house.epoch, self.seq, _views(missed), True, self.now()
            )
        state = {**self.now(), "recent": _views(self.rows[-RECENT:])}
        return m.TableSnap(request, self.table, self.house.epoch, self.seq, state)


def _views(rows: Sequence[Recorded]) -> list[dict[str, object]]:
    return [view for row in rows if (view := move_view(row)) is not None]


class TableHub:
    """All tables of a house that a party follows."""

    def __init__(self, house: AnyHouse) -> None:
        self.house = house
        self._rooms: dict[str, TableRoom] = {}
        self._unwatch: Callable[[], None] = house.watch(self.note)

    def stop(self) -> None:
        """Hear no more."""
        self._unwatch()

    async def follow(
        self,
        watcher: Watcher,
        principal: Principal | None,
        table: str,
        request: int | str,
        since: tuple[int, int] | None,
    ) -> bool:
        """Subscribe a party's socket; False when there is no such table for it."""
        known = self.house.view.market.negotiation.tables.get(table)
        party = principal.party if principal else None
        if known is None or party not in known.parties or sight(principal, known) != "whole":
            return False
        room = self._room(table)
        room.joining += 1
        try:
            await asyncio.shield(room.loaded)
        finally:
            room.joining -= 1
        room.subs[watcher] = None
        watcher.send(room.answer(request, since))
        return True

    def _room(self, table: str) -> TableRoom:
        room = self._rooms.get(table)
        if room is None or (room.loaded.done() and room.loaded.exception() is not None):
            room = self._rooms[table] = TableRoom(self.house, table)
        return room

    def unfollow(self, watcher: Watcher, table: str) -> None:
        """Tell a socket no more of a table; a table that nobody follows is forgotten."""
        room = self._rooms.get(table)
        if room is not None:
            room.subs.pop(watcher, None)
            if not room.subs and not room.joining:
                del self._rooms[table]

    def leave(self, watcher: Watcher) -> None:
        """A socket is gone."""
        for table in list(self._rooms):
            self.unfollow(watcher, table)

    def note(self, batch: Sequence[Recorded]) -> None:
        """What was committed: each table's new events travel together."""
        if not self._rooms:
            return
        touched: dict[str, list[Recorded]] = {}
        for recorded in batch:
            event = recorded.event
            if isinstance(event, TableEvent) and event.table in self._rooms:
                touched.setdefault(event.table, []).append(recorded)
        for table, news in touched.items():
            self._tell(self._rooms[table], news)

    def _tell(self, room: TableRoom, news: list[Recorded]) -> None:
        fresh = room.take(news)
        if not fresh or not room.subs:
            return
        first = fresh[0].stream_seq
        ev = m.TableEv(room.table, self.house.epoch, first, room.seq, _views(fresh), room.now())
        frame = frame_of(m.encode(ev))
        for watcher in list(room.subs):
            watcher.pipe.write(frame)
