"""An exchange over REST: reading, and commands that bind and may be said again without harm."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar, overload

import httpx2
import msgspec

from web import resources as r
from web.client import errors
from web.client.line import Line
from web.client.room import Happened
from web.client.stream import stream
from web.client.wire import command_id
from web.errors import Problem

V1 = "/api/v1"
T = TypeVar("T")
PATIENCE = 30.0
"""Seconds in which a command is said again until it is decided."""
PAUSE_LEAST, PAUSE_MOST = 0.3, 2.0


class Exchange:
    """One exchange as one account, or as nobody in particular. `key` is an API key (`ek_…`)."""

    def __init__(
        self,
        url: str,
        key: str | None = None,
        patience: float = PATIENCE,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.patience = patience
        self.session: r.SessionResource | None = None
        self._key = key
        self._chance = random.Random()  # noqa: S311  (pauses, no secrets)
        headers = {"origin": self.url} | ({"authorization": f"Bearer {key}"} if key else {})
        self.http = httpx2.AsyncClient(
            base_url=self.url, headers=headers, timeout=httpx2.Timeout(10.0), transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    # Signing in

    async def sign_in(self, account: str, password: str) -> r.SessionResource:
        """Begin a session; NotSignedIn when login or password are wrong."""
        body = r.SignInBody(account, password)
        self.session = await self.send("POST", "session", body, returns=r.SessionResource)
        self.http.headers["x-csrf-token"] = self.session.csrf or ""
        return self.session

    async def sign_out(self) -> None:
        """End the session here and on its sockets."""
        await self.send("DELETE", "session")
        self.session = None
        self.http.headers.pop("x-csrf-token", None)

    async def step_up(self, code: str) -> None:
        """Prove the second factor with a code, after NotAllowed with STEP_UP_REQUIRED."""
        await self.send("POST", "session/step-up", {"code": code})

    async def handshake(self) -> tuple[dict[str, str], str | None]:
        """Headers and ticket with which a socket is opened in the name of this account."""
        headers = {"origin": self.url}
        if self._key is not None:
            return {**headers, "authorization": f"Bearer {self._key}"}, None
        if self.session is None:
            return headers, None
        ticket = await self.send("POST", "tickets", returns=r.TicketResource)
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.http.cookies.jar)
        return {**headers, "cookie": cookies}, ticket.ticket

    # Requests of any kind: what the OpenAPI document lists

    @overload
    async def send(
        self, method: str, path: str, body: object = None, *, returns: type[T], **query: object
    ) -> T: ...

    @overload
    async def send(self, method: str, path: str, body: object = None, **query: object) -> Any: ...

    async def send(
        self, method: str, path: str, body: object = None, *, returns: Any = None, **query: object
    ) -> Any:
        """One request below /api/v1; its answer as `returns`, or plain data. Errors as in web.client.errors."""
        answer = await self._request(method, path, body, query)
        if answer.status_code >= 300 or answer.status_code == 202:
            raise errors.of_answer(answer.status_code, answer.content)
        if answer.status_code == 204:
            return None
        return msgspec.json.decode(answer.content, type=returns or Any)

    @overload
    async def get(self, path: str, returns: type[T], **query: object) -> T: ...

    @overload
    async def get(self, path: str, **query: object) -> Any: ...

    async def get(self, path: str, returns: Any = None, **query: object) -> Any:
        """Read something."""
        return await self.send("GET", path, returns=returns, **query)

    async def _request(
        self, method: str, path: str, body: object, query: dict[str, object], key: str | None = None
    ) -> httpx2.Response:
        headers = {"idempotency-key": key} if key else {}
        if body is not None:
            headers["content-type"] = "application/json"
        content = msgspec.json.encode(body) if body is not None else None
        asked = {name: str(value) for name, value in query.items() if value is not None}
        return await self.http.request(
            method, f"{V1}/{path}", content=content, headers=headers, params=asked or None
        )

    async def bind(
        self, path: str, body: object = None, id_: str | None = None, method: str = "POST", **query: object
    ) -> r.Decision:
        """A command that binds, decided exactly once however often it has to be said; Refused when the house says no.

        OutcomeUnknown, with the id, when no answer came within the patience: ask `command`, or bind again with it.
        """
        id_ = id_ or command_id()
        end = time.monotonic() + self.patience
        while True:
            answer = await self._try(method, path, body, query, id_)
            if answer is not None:
                return answer
            if time.monotonic() >= end:
                raise errors.OutcomeUnknown(id_)
            await asyncio.sleep(self._chance.uniform(PAUSE_LEAST, PAUSE_MOST))
            known = await self.find_command(id_)
            if known is not None:
                return known

    async def _try(
        self, method: str, path: str, body: object, query: dict[str, object], id_: str
    ) -> r.Decision | None:
        """One attempt; None when the command may be decided or not, or was not and may be said again."""
        try:
            answer = await self._request(method, path, body, query, id_)
        except httpx2.TransportError:
            return None
        if answer.status_code in (202, 429, 502, 503, 504):
            return None
        if answer.status_code >= 300:
            raise errors.of_answer(answer.status_code, answer.content)
        return msgspec.json.decode(answer.content, type=r.Decision)

    async def command(self, id_: str) -> r.Decision:
        """The one true answer to a command of one's own; NotFound when the house never heard of it."""
        return await self.get(f"commands/{id_}", r.Decision)

    async def find_command(self, id_: str) -> r.Decision | None:
        """The answer to a command; None when there is none yet, or nobody to ask. Refused when it was a no."""
        try:
            decided = await self.command(id_)
        except (
            errors.NotFound,
            errors.TooFast,
            errors.Unavailable,
            errors.ServerFault,
            httpx2.TransportError,
        ):
            return None
        return accepted(decided)

    # Lots

    async def lots(self, **filters: object) -> AsyncIterator[r.LotResource]:
        """Lots, page by page: `state`, `mechanism`, `house`, `q`."""
        cursor: int | None = 0
        while cursor is not None:
            page = await self.get("lots", r.LotPage, cursor=cursor, **filters)
            for one in page.lots:
                yield one
            cursor = page.next

    async def lot(self, lot: str) -> r.LotResource:
        """One lot, with ISO instants."""
        return await self.get(f"lots/{lot}", r.LotResource)

    async def enter(self, lot: str, client: str | None = None, id_: str | None = None) -> r.Decision:
        """Apply for admission; a broker names the `client` that it has a mandate of. The answer says what to pay."""
        return await self.bind(f"lots/{lot}/entries", id_=id_, client=client)

    async def bid(
        self,
        lot: str,
        amount_fen: int,
        max_fen: int | None = None,
        confirm: bool = False,
        id_: str | None = None,
    ) -> r.Decision:
        """Bid; with `max_fen` the exchange goes on bidding up to it. Binding: a bid cannot be taken back."""
        return await self.bind(f"lots/{lot}/bids", r.BidBody(amount_fen, max_fen, confirm), id_)

    async def proxy(self, lot: str, amount_fen: int, max_fen: int, id_: str | None = None) -> r.Decision:
        """Bid, and leave a maximum with the exchange."""
        return await self.bid(lot, amount_fen, max_fen, id_=id_)

    async def match(self, lot: str, id_: str | None = None) -> r.Decision:
        """Exercise a right of first refusal at the lead."""
        return await self.bind(f"lots/{lot}/matches", id_=id_)

    async def accept(self, lot: str, amount_fen: int | None = None, id_: str | None = None) -> r.Decision:
        """Take the clock price, the asking price or an open licence; `amount_fen` is the price that was seen."""
        return await self.bind(f"lots/{lot}/acceptances", r.AcceptBody(amount_fen), id_)

    async def seal_keys(self, lot: str) -> tuple[str, ...]:
        """The keys that bids on a lot are sealed to, from the outside in; NotFound while they are not published."""
        published = await self.get(f"lots/{lot}/seal-key")
        return tuple(one["key"] for one in published["keys"])

    # Living connections

    def watch(self, lot: str, since: tuple[int, int] | None = None) -> AsyncIterator[Happened]:
        """What happens on a lot, by server-sent events, for those who only look: a snapshot (or exactly what came after
        `since`), then every event once, over however many connections that takes. Ends for NotFound only."""
        return stream(self.http, lot, since)

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """The socket, open under this account until the block ends."""
        line = Line(self)
        await line.start()
        try:
            yield line
        finally:
            await line.stop()


def accepted(decided: r.Decision) -> r.Decision:
    """The decision itself, unless it was a no: then Refused."""
    no = decided.refusal
    if no is None:
        return decided
    raise errors.Refused(
        Problem(no.code, 409, "Refused", no.detail, minimum_fen=no.minimum_fen, command=decided.command)
    )
