"""Server-sent events of a lot: a reader that comes back to its place by itself."""

import asyncio
import random
from collections.abc import AsyncIterator

import httpx2
import msgspec

from web.client import errors
from web.client.room import Happened

SILENCE = 45.0
"""Seconds without a word, heartbeats of 15 s included, after which a connection counts as cut."""
WAIT_LEAST, WAIT_MOST = 0.5, 30.0


class Frame:
    """Lines → one event after the other, by the rules of the format (WHATWG HTML, 9.2)."""

    def __init__(self) -> None:
        self._event, self._data, self._id = "", "", ""

    def line(self, text: str) -> tuple[str, str, str] | None:
        """Event, data and id, when the line ends a frame that holds data."""
        if not text:
            event, data, id_ = self._event, self._data, self._id
            self._event = self._data = ""
            return (event, data, id_) if data else None
        name, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._event = value
        elif name == "data":
            self._data += ("\n" if self._data else "") + value
        elif name == "id":
            self._id = value
        return None


async def stream(
    http: httpx2.AsyncClient, lot: str, since: tuple[int, int] | None = None
) -> AsyncIterator[Happened]:
    """Events of a lot for ever; after a cut from the last one on. NotFound when there is no such lot."""
    place, tries = since, 0
    chance = random.Random()  # noqa: S311  (pauses, no secrets)
    while True:
        try:
            async for happened in _once(http, lot, place):
                place, tries = (happened.epoch, happened.seq), 0
                yield happened
        except (httpx2.TransportError, errors.Unavailable, errors.TooFast, errors.ServerFault):
            tries += 1
        most = min(WAIT_MOST, WAIT_LEAST * 2 ** min(tries, 6))
        await asyncio.sleep(WAIT_LEAST + chance.random() * most)


async def _once(http: httpx2.AsyncClient, lot: str, place: tuple[int, int] | None) -> AsyncIterator[Happened]:
    headers = {"accept": "text/event-stream"}
    if place is not None:
        headers["last-event-id"] = f"{place[0]}:{place[1]}"
    timeout = httpx2.Timeout(10.0, read=SILENCE)
    path = f"/api/v1/lots/{lot}/events"
    async with http.stream("GET", path, headers=headers, timeout=timeout) as answer:
        if answer.status_code != 200:
            raise errors.of_answer(answer.status_code, await answer.aread())
        frame = Frame()
        async for text in answer.aiter_lines():
            ended = frame.line(text)
            if ended is not None:
                yield _happened(*ended)


def _happened(event: str, data: str, id_: str) -> Happened:
    facts = msgspec.json.decode(data)
    epoch, _, seq = id_.partition(":")
    at = None if event == "snapshot" else facts.pop("at", None)
    if event != "snapshot":
        for name in ("kind", "epoch", "seq"):
            facts.pop(name, None)
    return Happened(event, int(epoch), int(seq), at, facts)
