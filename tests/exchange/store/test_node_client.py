"""Reading a page over HTTP: bounded, and every failure is Unavailable."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from exchange.ports import Unavailable
from exchange.store import node_client
from exchange.store.node_client import NodeClient
from tests.services.process import free_port


class Answering(BaseHTTPRequestHandler):
    """Answers by the place that is asked for."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        """0: a page; 1: elsewhere; 2: an error; 3: without end."""
        place = self.path.rpartition("=")[2]
        self.asked.append((self.path, self.headers.get("cookie")))
        self.send_response({"1": 302, "2": 500}.get(place, 200))
        self.send_header("location", "/api/v1/node/feed?after=0")
        self.end_headers()
        self.wfile.write(b"x" * 5_000 if place == "3" else b"page")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name of the base class)
        """Nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A node that answers so."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def test_a_page_is_read(address: str) -> None:
    """The feed is asked from the place that is wanted, without anything of ours."""
    client = NodeClient()
    assert await client.fetch(address, 0) == b"page"
    assert Answering.asked[-1] == ("/api/v1/node/feed?after=0", None)
    await client.close()


@pytest.mark.parametrize("place", [1, 2, 3])
async def test_anything_else_is_unavailable(
    address: str, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect, an error, more bytes than a page has."""
    monkeypatch.setattr(node_client, "BYTES_MAX", 1_000)
    client = NodeClient()
    with pytest.raises(Unavailable):
        await client.fetch(address, place)
    await client.close()


async def test_nobody_there_is_unavailable() -> None:
    """A refused connection says which address."""
    client, address = NodeClient(), f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable, match=address):
        await client.fetch(address, 0)
    await client.close()
