"""The whole product on a port: a real exchange, the real application, the real server, in the test's own loop."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from exchange.bootstrap import open_exchange
from exchange.demo.bank import DemoBank
from exchange.settings import Settings
from exchange.store.clock import ManualClock
from tests.exchange.house.running import BEGIN
from tests.services import databases
from tests.web.running import Web
from web.app import create_app
from web.transport import Wire

PROTOCOL = Subprotocol("luochui.v1")
PATIENCE = 10.0
"""Seconds that a test waits for what must come."""


class TickingClock(ManualClock):
    """Moves with the machine's time and can be moved on by hand."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self._began = time.monotonic_ns()

    def now(self) -> int:
        """The instant now."""
        return super().now() + (time.monotonic_ns() - self._began) // 1000


@asynccontextmanager
async def whole_web(
    database_url: str, clock: ManualClock | None = None, **settings: Any
) -> AsyncIterator[Web]:
    """The product's own application, pages and socket included, over an exchange of its own."""
    await databases.with_people(database_url)
    clock = clock or ManualClock(BEGIN)
    chosen = Settings(database_url=database_url, **settings)
    async with open_exchange(chosen, clock, DemoBank(clock)) as exchange:
        yield Web(exchange, create_app(exchange), clock)


@asynccontextmanager
async def served(
    database_url: str, clock: ManualClock | None = None, wire: bool = True
) -> AsyncIterator[Web]:
    """The product on a free port of this machine; `wire` False takes uvicorn's own socket, as any other server would."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
        async with whole_web(database_url, clock, port=port) as web:
            config = uvicorn.Config(
                web.app,
                ws=Wire if wire else "websockets-sansio",
                ws_max_size=4096,
                ws_per_message_deflate=False,
                lifespan="off",
                log_level="warning",
                timeout_graceful_shutdown=1,
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve([listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            try:
                yield web
            finally:
                server.should_exit = True
                await serving
                await _leave(web)


async def _leave(web: Web) -> None:
    gateway = getattr(web.app.state, "gateway", None)
    if gateway is not None:
        await gateway.hub.stop()


class Talk:
    """One socket to the product, message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._requests = 0

    async def send(self, t: str, **fields: Any) -> None:
        """Send a message; a request id is added where it needs one."""
        if t not in ("hello", "pong"):
            self._requests += 1
            fields.setdefault("i", self._requests)
        await self.connection.send(json.dumps({"t": t, **fields}))

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = json.loads(await self.connection.recv())
            return message

    async def until(self, *kinds: str, **fields: Any) -> dict[str, Any]:
        """The next message of a kind with these fields; others are passed over."""
        while True:
            message = await self.hear()
            if message["t"] in kinds and all(message.get(name) == value for name, value in fields.items()):
                return message

    async def ask(self, t: str, **fields: Any) -> dict[str, Any]:
        """Send a message and wait for its ack or rej."""
        await self.send(t, **fields)
        return await self.until("ack", "rej")

    async def closed(self) -> int:
        """The code with which the socket closes."""
        async with asyncio.timeout(PATIENCE):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code


@asynccontextmanager
async def talking(
    web: Web, login: str | None = None, hello: bool = True, **headers: str
) -> AsyncIterator[Talk]:
    """A socket, signed in as a browser is (cookie and ticket) unless nobody is named."""
    origin = web.exchange.settings.public_url
    extra, ticket = {"Origin": origin, **headers}, None
    if login is not None:
        cookie, ticket = await credentials(web, login)
        extra["Cookie"] = cookie
    url = origin.replace("http", "ws") + "/ws"
    async with connect(
        url, subprotocols=[PROTOCOL], additional_headers=extra, compression=None, proxy=None
    ) as connection:
        talk = Talk(connection)
        if hello:
            await talk.send("hello", v=1, **({"ticket": ticket} if ticket else {}))
            await talk.until("welcome")
        yield talk


async def credentials(web: Web, login: str) -> tuple[str, str]:
    """The cookie of a new sign-in, and a ticket for its socket."""
    client = await web.signed_in(login)
    ticket = (await client.post("/api/v1/tickets")).json()["ticket"]
    name = web.app.state.sessions.cookie_name
    return f"{name}={client.cookies[name]}", ticket


async def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is true; TimeoutError when it never is."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)
