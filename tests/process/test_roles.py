"""House and web as processes apart, over PostgreSQL and Redis: the same room."""

from collections.abc import AsyncIterator

import pytest

from tests.process.market import OPENING, STEP, Server, prepare, serving
from tests.process.talker import Talker


@pytest.fixture
async def web(postgres_url: str, redis_url: str) -> AsyncIterator[Server]:
    """A house process and a web process; the web's address."""
    await prepare(postgres_url)
    bus = ("--redis", redis_url, "--role")
    async with serving(postgres_url, *bus, "house"), serving(postgres_url, *bus, "web") as web:
        yield web


async def test_a_bid_through_a_web_process(web: Server) -> None:
    """Bid, refusal with its minimum, repeated id and live event are what one process alone would give."""
    jia, yi = Talker(web.address, "jia"), Talker(web.address, "yi")
    await jia.connect()
    await yi.connect()
    ack = await jia.bid("through-the-web-0001", OPENING)
    assert ack["t"] == "ack", ack
    event = await yi.hear("ev")
    assert (event["seq"], event["amount_fen"]) == (ack["seq"], OPENING)
    again = await jia.bid("through-the-web-0001", OPENING)
    assert (again["seq"], again["receipt"]) == (ack["seq"], ack["receipt"])
    low = await yi.bid("through-the-web-0002", OPENING)
    assert (low["code"], low["minimum_fen"]) == ("BID_BELOW_INCREMENT", OPENING + STEP)
    await jia.close()
    await yi.close()
