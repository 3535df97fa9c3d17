"""End to end over a real socket: a server process, two people, one lot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.exchange.house.running import sqlite_url
from tests.process.market import OPENING, STEP, Server, prepare, serving
from tests.process.talker import Talker


@pytest.fixture(params=["sqlite", "postgresql"])
async def server(request: pytest.FixtureRequest, sqlite_path: Path) -> AsyncIterator[Server]:
    """A server process over a market with one open lot, on each kind of database."""
    url = sqlite_url(sqlite_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    await prepare(url)
    async with serving(url) as server:
        yield server


async def test_a_bid_is_acknowledged_and_seen_by_the_other(server: Server) -> None:
    """The bid's answer carries seq and receipt; the other bidder hears the event, contiguous, without asking."""
    jia, yi = Talker(server.address, "jia"), Talker(server.address, "yi")
    await jia.connect()
    await yi.connect()
    snap = await yi.hear("snap")
    ack = await jia.bid("over-a-socket-0001", OPENING)
    assert ack["t"] == "ack"
    assert ack["receipt"]
    event = await yi.hear("ev")
    assert event["seq"] == ack["seq"]
    assert event["from"] == snap["seq"] + 1
    low = await yi.bid("over-a-socket-0002", OPENING + 1)
    assert (low["t"], low["code"], low["minimum_fen"]) == ("rej", "BID_BELOW_INCREMENT", OPENING + STEP)
    assert (await yi.bid("over-a-socket-0003", OPENING + STEP))["t"] == "ack"
    await jia.close()
    await yi.close()


async def test_the_same_id_gets_the_same_answer(server: Server) -> None:
    """A repeated bid is not a second bid; the id with another amount is refused."""
    jia = Talker(server.address, "jia")
    await jia.connect()
    first = await jia.bid("over-a-socket-0004", OPENING)
    again = await jia.bid("over-a-socket-0004", OPENING)
    assert (again["t"], again["seq"], again["receipt"]) == ("ack", first["seq"], first["receipt"])
    other = await jia.bid("over-a-socket-0004", OPENING + STEP)
    assert (other["t"], other["code"]) == ("rej", "IDEMPOTENCY_MISMATCH")
    await jia.close()
