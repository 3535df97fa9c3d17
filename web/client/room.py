"""A lot or a negotiation table that is followed: its newest state, and every event once, in order. No I/O here."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from web import messages as m
from web.resources import RungResource, WinnerResource

BACKLOG_MAX = 10_000
"""Events held back for one reader of `Room.events`; who is slower than that is told to begin again."""
_HEAD = frozenset({"t", "lot", "table", "epoch", "from", "seq", "now", "kind", "at"})

News = m.Snap | m.Delta | m.Ev | m.TableSnap | m.TableDelta | m.TableEv


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What moves while a lot is open. Money in fen, instants in ms since the epoch."""

    state: str
    phase: str | None = None
    lead_fen: int | None = None
    leader: str | None = None
    minimum_fen: int | None = None
    step_fen: int | None = None
    bids: int | None = None
    extensions: int = 0
    opens_at: int
    free_until: int | None = None
    closes_at: int | None = None
    window_until: int | None = None
    clock_from: int | None = None
    suspended_at: int | None = None
    closed_at: int | None = None
    reason: str | None = None
    winners: list[WinnerResource] = []


class DutchClock(msgspec.Struct, frozen=True):
    """The descending clock."""

    step_fen: int
    every_ms: int
    floor_fen: int


class LotState(Standing, frozen=True, kw_only=True):
    """A lot as the socket tells it: its rule, and how it stands."""

    lot: str
    title: str
    mechanism: str
    direction: str
    opening_price_fen: int
    deposit_fen: int = 0
    ladder: list[RungResource] = []
    increment_rule: str = "at_least"
    min_bidders: int = 1
    quantity: int = 1
    dutch: DutchClock | None = None

    def asking_fen(self, now: int) -> int | None:
        """The clock's price at the house's instant `now` (ms); None for a lot without a descending clock."""
        if self.dutch is None or self.clock_from is None:
            return None
        steps = max(0, (self.suspended_at or now) - self.clock_from) // self.dutch.every_ms
        return max(self.dutch.floor_fen, self.opening_price_fen - steps * self.dutch.step_fen)


class Happened(msgspec.Struct, frozen=True):
    """An event: its kind, its place, when (ms), and its other fields. `snapshot`: the state as it is, after a loss."""

    kind: str
    epoch: int
    seq: int
    at: int | None
    facts: dict[str, Any]


class Room:
    """One thing that is followed. `place` is (epoch, seq); None until the first snapshot."""

    def __init__(self, id_: str, is_table: bool = False) -> None:
        self.id = id_
        self.is_table = is_table
        self.place: tuple[int, int] | None = None
        self.state: dict[str, Any] = {}
        """The whole state as the house tells it."""
        self.you: m.You | None = None
        """Own code, entry and maximum on a lot; None for who is not entered."""
        self.watchers: int | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._readers: list[asyncio.Queue[Happened | None]] = []
        self._changed = asyncio.Event()

    @property
    def lot(self) -> LotState:
        """The lot as it stands."""
        return msgspec.convert(self.state, LotState)

    def events(self) -> AsyncIterator[Happened]:
        """What happens from this call on; ends when the room is left, or the reader fell behind."""
        queue: asyncio.Queue[Happened | None] = asyncio.Queue()
        self._readers.append(queue)
        return self._read(queue)

    async def _read(self, queue: "asyncio.Queue[Happened | None]") -> AsyncIterator[Happened]:
        try:
            while (one := await queue.get()) is not None:
                yield one
        finally:
            if queue in self._readers:
                self._readers.remove(queue)

    async def until(self, true: Callable[["Room"], bool]) -> None:
        """Wait until something is true of the room; looked at again whenever it has changed."""
        while not true(self):
            await self._changed.wait()

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def tell_you(self, you: m.You) -> None:
        """What the lot holds for this account alone."""
        self.you = you
        self._note_change()

    def hear(self, news: News) -> bool:
        """Take a frame in; False when something before it is missing: then the place must be asked for again."""
        if isinstance(news, m.Snap | m.TableSnap):
            state = msgspec.json.decode(news.state) if isinstance(news, m.Snap) else news.state
            self._begin(news.epoch, news.seq, state)
            return True
        if isinstance(news, m.Delta | m.TableDelta):
            told = msgspec.json.decode(msgspec.json.encode(news.events))
            self._go_on(news.epoch, news.seq, told, news.now)
            return True
        return self._hear_live(news)

    def _hear_live(self, news: m.Ev | m.TableEv) -> bool:
        if self.place is None or news.seq <= self.place[1]:
            return True
        if news.first > self.place[1] + 1:
            return False
        if isinstance(news, m.Ev) and news.state is not None:
            self._begin(news.epoch, news.seq, news.state)
        else:
            self._go_on(news.epoch, news.seq, news.events, news.now or {})
        return True

    def _begin(self, epoch: int, seq: int, state: dict[str, Any]) -> None:
        self.state, self.place = state, (epoch, seq)
        self._tell(Happened("snapshot", epoch, seq, None, state))
        self._note_change()
        if not self.ready.done():
            self.ready.set_result(None)

    def _go_on(self, epoch: int, seq: int, told: list[dict[str, Any]], now: dict[str, Any]) -> None:
        last = self.place[1] if self.place else 0
        self.state = {**self.state, **now, "seq": seq, "epoch": epoch}
        self.place = (epoch, seq)
        self._note_change()
        for one in told:
            if one["seq"] > last:
                facts = {name: value for name, value in one.items() if name not in _HEAD}
                self._tell(Happened(one["kind"], one.get("epoch", epoch), one["seq"], one.get("at"), facts))

    def _tell(self, one: Happened) -> None:
        for queue in tuple(self._readers):
            if queue.qsize() >= BACKLOG_MAX:
                self._readers.remove(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(one)

    def leave(self) -> None:
        """Nothing more comes: every reader ends."""
        for queue in self._readers:
            queue.put_nowait(None)
        self._readers.clear()
