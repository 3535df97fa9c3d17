"""A holder that dies or hangs is replaced by its standby: nothing acknowledged is lost, and the old one is done for."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest

from exchange.store.journal import open_journal
from tests.process.market import OPENING, STEP, Server, prepare, serving
from tests.process.talker import Talker
from tests.services.process import free_port


@dataclass
class Pair:
    """A house with its standby, and a web process in front of them."""

    url: str
    holder: Server
    standby: Server
    web: Server


@asynccontextmanager
async def alone(url: str, *options: str, says: str = '"ready"') -> AsyncIterator[Server]:
    """A server that may come to any end."""
    server = Server(url, free_port(), *options)
    try:
        await server.start(says)
        yield server
    finally:
        server.close()


@pytest.fixture
async def pair(postgres_url: str, redis_url: str) -> AsyncIterator[Pair]:
    """Three processes over a market with one open lot."""
    await prepare(postgres_url)
    bus = ("--redis", redis_url, "--role")
    async with AsyncExitStack() as stack:
        holder = await stack.enter_async_context(alone(postgres_url, *bus, "house"))
        standby = await stack.enter_async_context(
            alone(postgres_url, *bus, "house", "--standby", says="is held by")
        )
        web = await stack.enter_async_context(serving(postgres_url, *bus, "web"))
        yield Pair(postgres_url, holder, standby, web)


async def epochs(url: str) -> list[int]:
    """The epochs of the journal, each once."""
    journal = open_journal(url, writable=False)
    await journal.open()
    rows = [row async for row in journal.read("hub")]
    await journal.close()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    ids = [(row.command_id, row.part) for row in rows]
    assert len(ids) == len(set(ids))
    return sorted({row.epoch for row in rows})


async def test_a_standby_takes_over_when_the_holder_dies(pair: Pair) -> None:
    """kill −9: the same socket at the same web process has the next bid acknowledged by the next epoch, the old id
    has its old answer, no lot was moved, and the figures tell who is what."""
    jia = Talker(pair.web.address, "jia")
    await jia.connect()
    first = await jia.bid("failover-0001", OPENING)
    pair.holder.kill()
    second = await jia.bid("failover-0002", OPENING + 9 * STEP, confirm=True)
    assert first["t"] == "ack"
    assert (second["t"], second.get("code")) in (("ack", None), ("rej", "BID_ALREADY_LEADING"))
    assert (await jia.bid("failover-0001", OPENING))["receipt"] == first["receipt"]
    await pair.standby.until()
    async with httpx2.AsyncClient(base_url=pair.standby.address) as client:
        figures = (await client.get("/metrics")).text
    assert 'luochui_role{house="hub",role="holder"} 1.0' in figures
    assert 'luochui_takeovers_total{house="hub"} 1.0' in figures
    assert len(await epochs(pair.url)) > 1
    await jia.close()


async def test_a_holder_that_hangs_is_fenced(pair: Pair) -> None:
    """SIGSTOP: after the lease the standby answers; awake again, the old holder acknowledges nothing and exits 70."""
    jia = Talker(pair.web.address, "jia")
    await jia.connect()
    assert (await jia.bid("failover-0001", OPENING))["t"] == "ack"
    pair.holder.signal(signal.SIGSTOP)
    await pair.standby.until()
    answer = await jia.bid_until_answered("failover-0002", OPENING + STEP)
    assert answer["t"] == "rej"
    assert answer["code"] == "BID_ALREADY_LEADING"
    pair.holder.signal(signal.SIGCONT)
    assert await pair.holder.ended() == 70
    assert "another process has the seat" in pair.holder.log() or "is over" in pair.holder.log()
    await jia.close()


async def test_a_standby_says_what_it_is(pair: Pair) -> None:
    """Alive, not ready, and why; its figures name its role; whatever else is asked is 503; SIGTERM ends it with 0."""
    async with httpx2.AsyncClient(base_url=pair.standby.address) as client:
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["code"], ready.json()["retry"]) == (503, "STANDBY", True)
        assert "standby: house hub is held by" in ready.json()["detail"]
        assert "epoch 2" in ready.json()["detail"]
        figures = (await client.get("/metrics")).text
        assert 'luochui_role{house="hub",role="standby"} 1.0' in figures
        assert 'luochui_lease_epoch{house="hub"} 2.0' in figures
        assert 'luochui_takeovers_total{house="hub"} 0.0' in figures
        assert (await client.post("/api/v1/session")).status_code == 503
    async with httpx2.AsyncClient(base_url=pair.web.address) as client:
        assert 'luochui_role{house="hub",role="follower"} 1.0' in (await client.get("/metrics")).text
    assert await asyncio.to_thread(pair.standby.stop) == 0


async def test_a_holder_that_stops_hands_over(pair: Pair) -> None:
    """SIGTERM: the holder exits 0 and the standby goes on; no closing time was moved."""
    jia = Talker(pair.web.address, "jia")
    await jia.connect()
    ends = (await jia.hear("snap"))["state"]["closes_at"]
    assert (await jia.bid("failover-0001", OPENING))["t"] == "ack"
    assert await asyncio.to_thread(pair.holder.stop) == 0
    await pair.standby.until()
    assert (await jia.bid_until_answered("failover-0002", OPENING + STEP))["code"] == "BID_ALREADY_LEADING"
    yi = Talker(pair.web.address, "yi")
    await yi.connect()
    assert (await yi.hear("snap"))["state"]["closes_at"] == ends
    await yi.close()
    await jia.close()
