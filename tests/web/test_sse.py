"""Server-sent events over a real server: everything once, in order, and again from where a reader was."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.exchange.house.running import bid
from tests.web.running import Web
from tests.web.served import served
from web import sse

OPENING, STEP = 160_000_000, 8_000_000


class Stream:
    """One reader of a lot's events."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.aiter_lines()

    async def frame(self) -> dict[str, Any]:
        """The next frame: id, event and data; comments are told as such."""
        frame: dict[str, Any] = {}
        async with asyncio.timeout(10):
            async for line in self._lines:
                if not line and frame.keys() - {"retry"}:
                    return frame
                name, _, value = line.partition(": ")
                if line:
                    frame[name or "comment"] = json.loads(value) if name == "data" else value
        raise EOFError("the stream ended")


@asynccontextmanager
async def reading(web: Web, lot: str = "L1", last: str | None = None) -> AsyncIterator[Stream]:
    """A reader, as a browser's EventSource is one."""
    headers = {"accept": "text/event-stream"} | ({"last-event-id": last} if last else {})
    async with (
        httpx2.AsyncClient(base_url=web.exchange.settings.public_url, headers=headers) as client,
        client.stream("GET", f"/api/v1/lots/{lot}/events") as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


@pytest.fixture
async def live(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product on a port, with one open lot."""
    async with served(f"sqlite:///{sqlite_path}") as web:
        await web.open_lot()
        yield web


async def test_a_new_reader_gets_a_snapshot_and_then_every_event(live: Web) -> None:
    """The snapshot is the lot as it stands, with ISO instants; each event after it comes once, in order."""
    house = live.exchange.house
    await bid(house, "jia", OPENING)
    async with reading(live) as stream:
        first = await stream.frame()
        assert (first["event"], first["id"], first["data"]["lead_fen"]) == ("snapshot", "1:3", OPENING)
        assert first["data"]["closes_at"] == "2026-03-09T11:00:00+08:00"
        await bid(house, "yi", OPENING + STEP, max_fen=OPENING + 9 * STEP)
        await bid(house, "jia", OPENING + 2 * STEP)
        frames = [await stream.frame() for _ in range(3)]
    assert [frame["event"] for frame in frames] == ["BidAccepted", "BidAccepted", "ProxyRaised"]
    assert [frame["id"] for frame in frames] == ["1:4", "1:5", "1:6"]
    assert "max_fen" not in json.dumps(frames)


async def test_who_comes_back_gets_exactly_what_was_missed(live: Web) -> None:
    """Last-Event-ID: the events after it, no snapshot, nothing twice, and then what happens."""
    house = live.exchange.house
    for n in range(4):
        await bid(house, ("jia", "yi")[n % 2], OPENING + n * STEP)
    async with reading(live, last="1:4") as stream:
        missed = [await stream.frame() for _ in range(2)]
        await bid(house, "jia", OPENING + 4 * STEP)
        after = await stream.frame()
    assert [frame["id"] for frame in (*missed, after)] == ["1:5", "1:6", "1:7"]


async def test_nothing_is_lost_between_the_past_and_the_present(live: Web) -> None:
    """Readers who join in the middle of a storm of bids each see an unbroken sequence."""
    house = live.exchange.house

    async def storm() -> None:
        for n in range(60):
            await bid(house, ("jia", "yi")[n % 2], OPENING + n * STEP)
            await asyncio.sleep(0)

    async def follow(last: str | None) -> list[int]:
        async with reading(live, last=last) as stream:
            seqs: list[int] = []
            while not seqs or seqs[-1] < 62:
                seqs.append(int((await stream.frame())["id"].partition(":")[2]))
            return seqs

    told = await asyncio.gather(storm(), *(follow("1:2" if n % 2 else None) for n in range(6)))
    for seqs in told[1:]:
        assert seqs is not None
        assert seqs == list(range(seqs[0], 63))


@pytest.mark.parametrize("last", ["1:99", "9:3", "x", "1:3:5", "-1:3", "1:" + "9" * 30])
async def test_a_place_that_is_unknown_means_a_snapshot(live: Web, last: str) -> None:
    """Beyond the end, under a later writer, or no place at all: start again, never a part."""
    await bid(live.exchange.house, "jia", OPENING)
    async with reading(live, last=last) as stream:
        assert (await stream.frame())["event"] == "snapshot"


async def test_a_silent_lot_says_that_it_is_still_there(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment keeps the connection open; no event is made up."""
    monkeypatch.setattr(sse, "HEARTBEAT", 0.05)
    async with reading(live) as stream:
        await stream.frame()
        assert await stream.frame() == {"comment": "still here"}


async def test_a_reader_who_falls_behind_is_let_go_and_loses_nothing(live: Web) -> None:
    """A full backlog ends the stream; the rest of the readers go on, and the slow one may come back."""
    feed = sse.Feed(live.exchange)
    slow = feed.join("lot/L1")
    for n in range(sse.BACKLOG_MAX + 5):
        await bid(live.exchange.house, ("jia", "yi")[n % 2], OPENING + n * STEP)
    held = [slow.queue.get_nowait() for _ in range(slow.queue.qsize())]
    assert len(held) == sse.BACKLOG_MAX + 1
    assert held[-1] is None
    assert [one.stream_seq for one in held[:-1] if one] == list(range(3, sse.BACKLOG_MAX + 3))


async def test_a_reader_who_left_is_forgotten(live: Web) -> None:
    """After the connection is gone nothing is held back for it."""
    async with reading(live) as stream:
        await stream.frame()
        assert live.app.state.feed._readers.keys() == {"lot/L1"}
    async with asyncio.timeout(10):
        while live.app.state.feed._readers:
            await bid(live.exchange.house, "jia", OPENING)
            await asyncio.sleep(0.02)


async def test_other_lots_and_unknown_lots(live: Web) -> None:
    """An unknown lot has no stream."""
    async with httpx2.AsyncClient(base_url=live.exchange.settings.public_url) as client:
        answer = await client.get("/api/v1/lots/none/events", headers={"accept": "text/event-stream"})
    assert (answer.status_code, answer.json()["code"]) == (404, "LOT_UNKNOWN")


async def test_streams_are_counted_and_limited(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many from an address is asked to come back; when a reader leaves there is room again."""
    monkeypatch.setattr(sse, "STREAMS_OF_ONE", 1)
    path, headers = "/api/v1/lots/L1/events", {"accept": "text/event-stream"}
    async with reading(live) as stream:
        await stream.frame()
        async with httpx2.AsyncClient(base_url=live.exchange.settings.public_url) as client:
            refused = await client.get(path, headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
        assert refused.json()["code"] == "RATE_LIMITED"
    async with asyncio.timeout(10):
        while live.app.state.feed.open:
            await bid(live.exchange.house, "jia", OPENING)
            await asyncio.sleep(0.02)
    async with reading(live) as stream:
        assert (await stream.frame())["event"] == "snapshot"
