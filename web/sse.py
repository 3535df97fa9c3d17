"""Server-sent events: a lot's public events as they happen, for those who only look.

The id of an event is `epoch:seq`. A browser that comes back with Last-Event-ID gets exactly what it missed,
or, where that cannot be told, a `snapshot` to start again from; never a part.
"""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import msgspec
from starlette.responses import Response, StreamingResponse

from exchange.bootstrap import Exchange
from exchange.house.command import Recorded
from web.errors import failure
from web.routes import Ask
from web.views import Json, event_view, iso, lot_view

HEARTBEAT = 15.0
"""Seconds of silence after which a comment keeps the connection open."""
BACKLOG_MAX = 256
"""Events held back for a reader; who is slower is let go, and comes back with Last-Event-ID."""
REPLAY_MAX = 2_000
"""Missed events that are told one by one; who missed more starts from a snapshot."""

STREAMS_MAX = 5_000
"""Streams of one process; beyond them readers are asked to come back, so that bidders keep the process."""
STREAMS_OF_ONE = 64
"""Streams of one address, which may be a whole office behind one gateway."""

_ID = re.compile(r"(\d{1,18}):(\d{1,18})", re.ASCII)
_encoder = msgspec.json.Encoder()


class Reader:
    """One stream's share of what happens."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Recorded | None] = asyncio.Queue(BACKLOG_MAX + 1)

    def put(self, recorded: Recorded) -> bool:
        """Hold an event back for the reader; False, and the end of the stream, when too many wait."""
        if self.queue.qsize() >= BACKLOG_MAX:
            self.queue.put_nowait(None)
            return False
        self.queue.put_nowait(recorded)
        return True


class Feed:
    """Hears the house once and tells each reader of a lot."""

    def __init__(self, exchange: Exchange) -> None:
        self._readers: dict[str, set[Reader]] = defaultdict(set)
        self.open: Counter[str] = Counter()
        """Streams by address."""
        exchange.house.watch(self._note)

    def _note(self, batch: Sequence[Recorded]) -> None:
        if not self._readers:
            return
        for recorded in batch:
            for reader in tuple(self._readers.get(recorded.stream, ())):
                if not reader.put(recorded):
                    self.leave(recorded.stream, reader)

    def join(self, stream: str) -> Reader:
        """A new reader of a stream."""
        reader = Reader()
        self._readers[stream].add(reader)
        return reader

    def leave(self, stream: str, reader: Reader) -> None:
        """The reader is gone."""
        self._readers[stream].discard(reader)
        if not self._readers[stream]:
            del self._readers[stream]


async def stream(ask: Ask, lot: str) -> Response:
    """The answer that goes on until the reader leaves or falls behind."""
    state = ask.request.app.state
    if not hasattr(state, "feed"):
        state.feed = Feed(ask.exchange)
    feed, address = state.feed, ask.request.client.host if ask.request.client else ""
    if feed.open[address] >= STREAMS_OF_ONE or feed.open.total() >= STREAMS_MAX:
        headers = {"retry-after": "30"}
        raise failure(429, "RATE_LIMITED", "too many streams are open", retry=True, headers=headers)
    since = _ID.fullmatch(ask.request.headers.get("last-event-id", ""))
    place = (int(since[1]), int(since[2])) if since else None
    told = _counted(feed, address, _tell(ask.exchange, feed, lot, place))
    return StreamingResponse(told, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _counted(feed: Feed, address: str, told: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """The same, counted as long as somebody reads."""
    feed.open[address] += 1
    try:
        async for frame in told:
            yield frame
    finally:
        feed.open[address] -= 1
        if not feed.open[address]:
            del feed.open[address]
        await told.aclose()


async def _tell(
    exchange: Exchange, feed: Feed, lot: str, since: tuple[int, int] | None
) -> AsyncGenerator[bytes, None]:
    """First what was missed, or a snapshot; then every event as it happens. Nothing twice, nothing left out."""
    name = f"lot/{lot}"
    reader = feed.join(name)
    try:
        seq = -1
        for frame, seq in await _beginning(exchange, lot, since):  # noqa: B007  (the last one counts)
            yield frame
        async for recorded in _going_on(reader):
            view = event_view(recorded, iso) if recorded is not None else {}
            if view == {}:
                yield b": still here\n\n"
            elif view is not None and view["seq"] > seq:
                seq = view["seq"]
                yield _frame(view)
    finally:
        feed.leave(name, reader)


async def _going_on(reader: Reader) -> AsyncIterator[Recorded | None]:
    """Events of the reader; None after a silence; the end when it fell behind."""
    while True:
        try:
            recorded = await asyncio.wait_for(reader.queue.get(), HEARTBEAT)
        except TimeoutError:
            yield None
            continue
        if recorded is None:
            return
        yield recorded


async def _beginning(exchange: Exchange, lot: str, since: tuple[int, int] | None) -> list[tuple[bytes, int]]:
    """The frames that bring a reader up to date, each with its seq."""
    house = exchange.house
    if since is not None:
        missed = await _missed(exchange, lot, since)
        if missed is not None:
            return [(b"retry: 2000\n\n", since[1]), *((_frame(view), int(view["seq"])) for view in missed)]
    view = lot_view(house.view, lot, house.epoch, iso)
    data = _encoder.encode(view).decode()
    frame = f"retry: 2000\nid: {view['epoch']}:{view['seq']}\nevent: snapshot\ndata: {data}\n\n"
    return [(frame.encode(), int(view["seq"]))]


async def _missed(exchange: Exchange, lot: str, since: tuple[int, int]) -> list[Json] | None:
    """The events after `since`; None when the journal does not hold that place, or they are too many."""
    epoch, seq = since
    house = exchange.house
    now = house.view.streams.get(f"lot/{lot}", 0)
    if seq > now or now - seq > REPLAY_MAX or epoch > house.epoch:
        return None
    rows = await house.history(f"lot/{lot}", max(0, seq - 1))
    views = [view for row in rows if (view := event_view(row, iso)) is not None]
    if seq > 0 and (not views or views[0]["seq"] != seq or views[0]["epoch"] > epoch):
        return None  # That event was written by a later writer than the reader ever heard of.
    return [view for view in views if view["seq"] > seq]


def _frame(view: Json) -> bytes:
    data = _encoder.encode(view).decode()
    return f"id: {view['epoch']}:{view['seq']}\nevent: {view['kind']}\ndata: {data}\n\n".encode()
