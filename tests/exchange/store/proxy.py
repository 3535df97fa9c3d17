"""A network that fails: a relay to a server whose client side can be cut while the server notices nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit


class Proxy:
    """Relays to the server of `url`; `self.url` is the same address through the relay."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._clients: list[asyncio.StreamWriter] = []
        self._servers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port."""
        self._listener = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        port = self._listener.sockets[0].getsockname()[1]
        self.url = urlunsplit(self._target._replace(netloc=f"{self._target.username}@127.0.0.1:{port}"))

    def cut(self) -> None:
        """Drop every client; the server keeps its side and finishes what it was sent. New clients get through."""
        for task in self._tasks:
            task.cancel()
        for client in self._clients:
            client.transport.abort()
        self._clients.clear()

    async def stop(self) -> None:
        """Close everything."""
        self._listener.close()
        self.cut()
        for server in self._servers:
            server.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._clients.append(writer)
        self._servers.append(downstream)
        for source, target in ((reader, downstream), (upstream, writer)):
            self._tasks.append(asyncio.create_task(_pump(source, target)))


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.write_eof()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    """A running relay to `url`."""
    proxy = Proxy(url)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
