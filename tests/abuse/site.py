"""The product as its server runs it, for attacks: real connections, the server's own settings, a clock moved by hand."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from matching_engine.terms import SECOND
from tests.web.running import Web
from tests.web.served import whole_web
from web.server import Server, configured


@dataclass(slots=True)
class Site(Web):
    """The product on a port. Its clients speak real HTTP; whoever signed in stays so."""

    _signed_in: dict[str, httpx2.AsyncClient] = field(default_factory=dict)
    _clients: list[httpx2.AsyncClient] = field(default_factory=list)

    def client(self, address: str = "127.0.0.1", **headers: str) -> httpx2.AsyncClient:
        """Somebody's browser or program on this machine, with cookies of its own."""
        base = self.exchange.settings.public_url
        made = httpx2.AsyncClient(base_url=base, headers={"origin": base, **headers}, trust_env=False)
        self._clients.append(made)
        return made

    async def member(self, login: str) -> httpx2.AsyncClient:
        """The browser in which somebody signed in before."""
        if login not in self._signed_in:
            self._signed_in[login] = await self.signed_in(login)
        return self._signed_in[login]

    def breathe(self) -> None:
        """Time enough for everybody's throttle to be full again."""
        self.clock.advance(2 * SECOND)

    async def leave(self) -> None:
        """Close every connection."""
        for client in self._clients:
            await client.aclose()


@asynccontextmanager
async def serving(database_url: str, **settings: Any) -> AsyncIterator[Site]:
    """The application on a free port of this machine, configured as `luochui serve` configures it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
        async with whole_web(database_url, port=port, **settings) as web:
            config = configured(web.app)
            config.timeout_graceful_shutdown = 1
            server = Server(config)
            running = asyncio.create_task(server.serve([listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            site = Site(web.exchange, web.app, web.clock)
            try:
                yield site
            finally:
                await site.leave()
                server.should_exit = True
                await running
                gateway = getattr(web.app.state, "gateway", None)
                if gateway is not None:
                    await gateway.hub.stop()
