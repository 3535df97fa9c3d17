"""The room of one lot: the newest events in a ring, and the frames that tell them.

A room is filled from the journal when its first watcher comes, so that the ring always holds the last events
without a gap. Everything here is public: it is made with the same views as the REST interface.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import msgspec

from exchange.house.command import Recorded
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from matching_engine import events as le
from matching_engine.lot import Lot
from web import messages as m
from web.transport import Frame, frame_of
from web.views import event_view, lot_view, ms, standing

AnyHouse = House | RemoteHouse

RING_MAX = 512
"""Public events that a room keeps at hand."""
RECENT = 50
"""Price steps that a snapshot brings along."""
DELTA_MAX = 2_000
"""Events that one recovery may hold; who missed more gets a snapshot."""

PRICE_STEPS = (le.BidAccepted, le.ProxyRaised, le.BidMatched, le.CompetitionOpened, le.LicenceAccepted)
"""Events in which a price was named."""
TOLD = (*PRICE_STEPS, le.SealsOpened)
"""Events that a list of bids shows."""

_encoder = msgspec.json.Encoder()


def is_public(recorded: Recorded) -> bool:
    """Whether everybody may see the event."""
    event = recorded.event
    return isinstance(event, le.Event) and le.public(event) is not None


def clocks(lot: Lot) -> dict[str, int | str | None]:
    """What a countdown and a descending price need beside the close; instants in ms, null where there is none."""
    return {
        "phase": lot.phase.value if lot.phase else None,
        "clock_from": ms(lot.clock_from) if lot.terms.dutch else None,
        "suspended_at": None if lot.suspended_at is None else ms(lot.suspended_at),
        "window_until": None if lot.window_until is None else ms(lot.window_until),
    }


class Room:
    """One lot's newest events and what is told of them."""

    __slots__ = ("_ring", "_snap", "house", "lot", "seq", "stream")

    def __init__(self, house: AnyHouse, lot: str) -> None:
        self.house = house
        self.lot = lot
        self.stream = f"lot/{lot}"
        self.seq = house.view.streams.get(self.stream, 0)
        self._ring: deque[Recorded] = deque(maxlen=RING_MAX)
        self._snap: tuple[tuple[int, str | None], m.Snap] | None = None

    async def load(self) -> None:
        """Fill the ring from the journal, with what came meanwhile behind it."""
        rows = await self.house.history(self.stream, max(0, self.seq - RING_MAX))
        early = list(self._ring)
        last = early[0].stream_seq if early else self.seq + 1
        self._ring.clear()
        self._ring.extend(row for row in rows if is_public(row) and row.stream_seq < last)
        self._ring.extend(early)

    def take(self, recorded: Sequence[Recorded]) -> None:
        """Let new public events in."""
        self._ring.extend(recorded)
        self.seq = recorded[-1].stream_seq

    def since(self, epoch: int, seq: int) -> list[Recorded] | None:
        """The events after `seq` as a client of `epoch` saw it; None when the ring cannot tell for certain."""
        if not self._ring or not self._ring[0].stream_seq <= seq <= self.seq:
            return None
        start = seq - self._ring[0].stream_seq
        if self._ring[start].epoch > epoch:
            return None
        return list(islice(self._ring, start + 1, None))

    async def recover(self, epoch: int, seq: int) -> list[Recorded] | None:
        """The events after `seq` from ring or journal; None when the client's past is not ours or too long ago."""
        if seq > self.seq or epoch > self.house.epoch or self.seq - seq > DELTA_MAX:
            return None
        known = self.since(epoch, seq)
        if known is not None:
            return known
        return self._whole(await self.house.history(self.stream, max(0, seq - 1)), epoch, seq)

    def _whole(self, history: list[Recorded], epoch: int, seq: int) -> list[Recorded] | None:
        """The events after `seq`, from the journal's rows of `seq` and later with the ring behind them."""
        rows = [row for row in history if is_public(row) and row.stream_seq <= self.seq]
        if seq > 0:
            if not rows or rows[0].stream_seq != seq or rows[0].epoch > epoch:
                return None
            rows = rows[1:]
        last = rows[-1].stream_seq if rows else seq
        whole = rows + [row for row in self._ring if row.stream_seq > last]
        return whole if [row.stream_seq for row in whole] == list(range(seq + 1, self.seq + 1)) else None

    @property
    def seal_key(self) -> str | None:
        """The key to which bids on this lot are sealed; None where they are not."""
        return self.house.view.market.seal_keys.get(self.lot)

    def recent(self) -> list[dict[str, Any]]:
        """The newest price steps, oldest first."""
        steps = [row for row in self._ring if isinstance(row.event, TOLD)]
        return [view for row in steps[-RECENT:] if (view := event_view(row)) is not None]

    def state(self, watchers: int) -> dict[str, Any]:
        """Everything public about the lot now."""
        view = lot_view(self.house.view, self.lot, self.house.epoch)
        return {
            **view,
            **clocks(self.house.view.lots[self.lot]),
            "seal_key": self.seal_key,
            "recent": self.recent(),
            "watchers": watchers,
        }

    def snap(self, request: int | str | None, watchers: int) -> m.Snap:
        """The whole state; made once for a seq, whoever asks."""
        key = (self.seq, self.seal_key)
        if self._snap is None or self._snap[0] != key:
            raw = msgspec.Raw(_encoder.encode(self.state(watchers)))
            self._snap = (key, m.Snap(None, self.lot, self.house.epoch, self.seq, raw))
        return msgspec.structs.replace(self._snap[1], i=request)

    def delta(self, request: int | str, events: Iterable[Recorded]) -> m.Delta:
        """Exactly these events, and how the lot stands after them."""
        raw = [msgspec.Raw(_encoder.encode(event_view(row))) for row in events]
        return m.Delta(request, self.lot, self.house.epoch, self.seq, raw, True, self.now())

    def now(self) -> dict[str, Any]:
        """How the lot stands after its newest event: price, leader, least next bid, close."""
        lot = self.house.view.lots[self.lot]
        return {**standing(lot, ms), **clocks(lot)}

    def ev(self, events: Sequence[Recorded]) -> Frame:
        """The frame for new events; several travel together as `many`, each whole."""
        views = [view for row in events if (view := event_view(row)) is not None]
        body = views[0] if len(views) == 1 else {"kind": "many", "events": views}
        return self._frame(events[0].stream_seq, {**body, "now": self.now()})

    def newest(self, first: int, watchers: int) -> Frame:
        """The frame for the events from `first` on, or for the state where they are more than it brings along."""
        count = self.seq - first + 1
        if count > min(RECENT, len(self._ring)):
            return self.conflated(first, watchers)
        return self.ev(list(islice(self._ring, len(self._ring) - count, None)))

    def conflated(self, first: int, watchers: int) -> Frame:
        """The newest state in place of the events from `first` on, for whom they would be too many."""
        return self._frame(first, {"kind": "state", "conflated": True, "state": self.state(watchers)})

    def _frame(self, first: int, body: dict[str, Any]) -> Frame:
        head = {"t": "ev", "lot": self.lot, "epoch": self.house.epoch, "from": first, "seq": self.seq}
        return frame_of(_encoder.encode({**body, **head}))
