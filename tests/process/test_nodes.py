"""Two real servers with databases of their own: one market, each lot traded in its own house."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from exchange.demo.data import load
from exchange.store import migrate
from tests.exchange.house.running import LOT
from tests.process.market import OPENING, STEP, Server, prepare
from tests.process.talker import Talker
from tests.services.process import free_port

PATIENCE = 30.0


async def until(what: str, look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` finds as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = await look()
        if found:
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(f"did not happen: {what}")


@pytest.fixture
def urls(tmp_path: Path) -> tuple[str, str]:
    """The databases of the two nodes."""
    return f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}"


@asynccontextmanager
async def started(url: str, port: int, house: str, var: Path) -> AsyncIterator[Server]:
    """A node as a process."""
    server = Server(url, port, "--house", house, "--var", str(var))
    try:
        await server.start()
        yield server
    finally:
        server.close()


def house_command(url: str, *arguments: str) -> None:
    """`luochui house …` on a database."""
    command = [sys.executable, "-m", "web", "house", *arguments, "--database", url]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


async def lots_at(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    """The lots of other nodes."""
    items: list[dict[str, Any]] = (await client.get("/api/v1/network/lots")).json()["items"]
    return items


async def enter(address: str, url: str, port: int) -> None:
    """Enter the node at an address in the register of the database `url`, as at the port."""
    async with httpx2.AsyncClient(base_url=address) as client:
        node = (await client.get("/api/v1/node")).json()
    key = ("--key", node["public_key"])
    await asyncio.to_thread(
        house_command, url, "add", node["id"], "--base-url", f"http://127.0.0.1:{port}", *key
    )


async def test_two_nodes_make_one_market(urls: tuple[str, str], tmp_path: Path) -> None:
    """A lot of A appears at B, is refused there with a pointer to A, follows A's bids; A killed and back: B catches up
    without a gap and without a repetition."""
    await prepare(urls[0])
    await migrate.upgrade(urls[1])
    port = free_port()
    async with (
        started(urls[0], port, "hub", tmp_path / "a"),
        started(urls[1], free_port(), "sub", tmp_path / "b") as b,
    ):
        await enter(f"http://127.0.0.1:{port}", urls[1], port)
        async with httpx2.AsyncClient(base_url=b.address) as client:
            (lot,) = await until("the lot appears at B", lambda: lots_at(client))
            assert (lot["id"], lot["fact"]["title"]) == (f"hub/{LOT}", load()[0].title)
            assert lot["address"] == f"http://127.0.0.1:{port}/lots/{LOT}"
            page = (await client.get("/", headers={"accept": "text/html"})).text
            assert lot["address"] in page
            await _refused_with_a_pointer(client, lot["address"])
            await _bid(port, "network-bid-0001", OPENING)
            await until("B shows the bid", lambda: _price(client, OPENING))
    await _back_again(urls, port, tmp_path)


async def _refused_with_a_pointer(client: httpx2.AsyncClient, address: str) -> None:
    own = {"origin": str(client.base_url).rstrip("/")}
    answer = await client.post(f"/api/v1/lots/hub/{LOT}/bids", json={"amount_fen": OPENING}, headers=own)
    assert (answer.status_code, answer.json()["code"]) == (409, "TRADED_ELSEWHERE"), answer.text
    assert address in answer.headers["link"]
    assert address in answer.json()["detail"]


async def _bid(port: int, id_: str, amount_fen: int) -> None:
    talker = Talker(f"http://127.0.0.1:{port}", "jia" if id_.endswith("1") else "yi")
    await talker.connect()
    answer = await talker.bid(id_, amount_fen)
    assert answer["t"] == "ack", answer
    await talker.close()


async def _price(client: httpx2.AsyncClient, price_fen: int) -> bool:
    return any(one["fact"]["price_fen"] == price_fen for one in await lots_at(client))


async def _back_again(urls: tuple[str, str], port: int, tmp_path: Path) -> None:
    """B runs; A is there, is killed, comes back and goes on."""
    async with (
        started(urls[1], free_port(), "sub", tmp_path / "b") as b,
        httpx2.AsyncClient(base_url=b.address) as client,
    ):
        async with started(urls[0], port, "hub", tmp_path / "a") as a:
            await until("B reads A", lambda: _freshness(client, "fresh"))
            a.kill()
        await until("B knows that A is away", lambda: _freshness(client, "stale"))
        assert len(await lots_at(client)) == 1
        async with started(urls[0], port, "hub", tmp_path / "a"):
            await _bid(port, "network-bid-0002", OPENING + STEP)
            await until("B catches up", lambda: _price(client, OPENING + STEP))
            await until("B is where A is", lambda: _level(client, port))
    await _the_same_facts(urls)


async def _freshness(client: httpx2.AsyncClient, wanted: str) -> bool:
    nodes = (await client.get("/api/v1/nodes")).json()["items"]
    return any(node["id"] == "hub" and node["freshness"] == wanted for node in nodes)


async def _level(client: httpx2.AsyncClient, port: int) -> bool:
    nodes = {node["id"]: node["seq"] for node in (await client.get("/api/v1/nodes")).json()["items"]}
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as other:
        return bool(nodes["hub"] == (await other.get("/api/v1/node")).json()["seq"])


async def _the_same_facts(urls: tuple[str, str]) -> None:
    """What B has of A is what A has: each fact once, in order, under the same links."""
    from sqlalchemy import select

    from exchange.registers import Registers
    from exchange.registers.node_models import NodeFactRow

    found = []
    for url in urls:
        registers = Registers(url)
        await registers.open()
        query = select(NodeFactRow.seq, NodeFactRow.digest, NodeFactRow.link).where(NodeFactRow.node == "hub")
        async with registers.database.reading() as session:
            found.append(
                [tuple(row) for row in (await session.execute(query.order_by(NodeFactRow.seq))).all()]
            )
        await registers.close()
    assert found[0] == found[1]
    assert [row[0] for row in found[0]] == list(range(1, len(found[0]) + 1))


class _Impostor(BaseHTTPRequestHandler):
    """Tells what it likes in the name of a node."""

    page: bytes = b""

    def do_GET(self) -> None:
        """The page, whatever is asked."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name of the base class)
        """Nothing."""


async def test_a_forged_feed_is_refused(urls: tuple[str, str], tmp_path: Path) -> None:
    """Somebody at the address of A who does not have its key puts nothing into B's market."""
    await prepare(urls[0])
    await migrate.upgrade(urls[1])
    impostor = ThreadingHTTPServer(("127.0.0.1", 0), _Impostor)
    Thread(target=impostor.serve_forever, daemon=True).start()
    try:
        async with started(urls[0], free_port(), "hub", tmp_path / "a") as a:
            async with httpx2.AsyncClient(base_url=a.address) as client:
                await until("A publishes", lambda: _has_lot(client))
                _Impostor.page = _forged((await client.get("/api/v1/node/feed")).json())
            await enter(a.address, urls[1], impostor.server_address[1])
        async with started(urls[1], free_port(), "sub", tmp_path / "b") as b:
            await until("B tried to read", lambda: _tried(urls[1]))
            async with httpx2.AsyncClient(base_url=b.address) as client:
                assert await lots_at(client) == []
    finally:
        impostor.shutdown()
        impostor.server_close()


async def _has_lot(client: httpx2.AsyncClient) -> bool:
    facts = (await client.get("/api/v1/node/feed")).json()["facts"]
    return any(fact["kind"] == "lot" for fact in facts)


def _forged(page: dict[str, Any]) -> bytes:
    """The page with another price, its digests and links made anew, under the signature as it was."""
    from exchange.network.feed import GENESIS, Fact, digest_of, links_of

    facts = []
    for fact in page["facts"]:
        if fact["kind"] == "lot":
            fact["body"]["price_fen"] = 100
            fact["digest"] = digest_of(fact["body"])
        facts.append(Fact(**fact))
    link = links_of(GENESIS, page["node"], facts)[-1]
    return json.dumps({**page, "link": link}).encode()


async def _tried(url: str) -> bool:
    from exchange.registers import Registers

    registers = Registers(url)
    await registers.open()
    cursor = await registers.feeds.cursor("sub", "hub")
    await registers.close()
    return cursor is not None and cursor.error.startswith("FEED_FORGED")
