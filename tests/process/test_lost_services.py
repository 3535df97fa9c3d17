"""Redis, PostgreSQL or a web process goes away under bidding: bids go on or are told to wait, and none is lost."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from tests.process.afterwards import check
from tests.process.market import OPENING, STEP, prepare, serving
from tests.process.talker import Talker
from tests.services.postgres import OwnPostgres, fresh_database, own_postgres
from tests.services.redis import OwnRedis, own_redis

SECRET = "quiet cranes over the river"


@pytest.fixture
def own_bus() -> Iterator[OwnRedis]:
    """A Redis that the test may crash."""
    server = own_redis()
    yield server
    server.stop()


@pytest.fixture
def own_database() -> Iterator[tuple[OwnPostgres, str]]:
    """A PostgreSQL that the test may crash, and a database in it."""
    server = own_postgres()
    with fresh_database(server) as url:
        yield server, url
    server.stop()


class Bidding:
    """Two bidders in turn, each bid repeated under its id until it is answered."""

    def __init__(self, *addresses: str) -> None:
        logins = ("jia", "yi")
        self._talkers = [Talker(addresses[n % len(addresses)], logins[n]) for n in range(2)]
        self._amount = OPENING
        self.acknowledged: dict[str, dict[str, Any]] = {}

    async def go_on(self, count: int) -> None:
        """So many bids more, each accepted."""
        for _ in range(count):
            id_ = f"lost-{self._amount}"
            talker = self._talkers[len(self.acknowledged) % 2]
            answer = await talker.bid_until_answered(id_, self._amount)
            assert answer["t"] == "ack", answer
            self.acknowledged[id_] = answer
            self._amount += STEP

    async def close(self) -> None:
        """Hang up."""
        for talker in self._talkers:
            await talker.close()


def newest(url: str, stream: str) -> str:
    """The id of the last entry of a stream of Redis; empty when there is none."""
    with redis.Redis.from_url(url) as client:
        found: Any = client.xrevrange(f"luochui:hub:{stream}", count=1)
    return found[0][0].decode() if found else ""


async def test_bidding_goes_on_without_redis(
    postgres_url: str, own_bus: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis is killed under bidding and comes back empty: bids go over the line meanwhile and over Redis again
    afterwards, its stream of wake-ups begins with the journal's last seq, and every bid is there once."""
    monkeypatch.setenv("LUOCHUI_HOUSE_SECRET", SECRET)
    await prepare(postgres_url)
    bus = ("--redis", own_bus.url, "--role")
    async with serving(postgres_url, *bus, "house"), serving(postgres_url, *bus, "web") as web:
        bidding = Bidding(web.address)
        await bidding.go_on(4)
        own_bus.crash()
        await bidding.go_on(6)
        own_bus.restart()
        while not newest(own_bus.url, "commands"):
            await bidding.go_on(1)
        await bidding.go_on(2)
        rows = await check(postgres_url, bidding.acknowledged)
        async with asyncio.timeout(10):
            while newest(own_bus.url, "wakes") != f"{rows[-1].seq}-{rows[-1].epoch}":
                await asyncio.sleep(0.05)
        await bidding.close()


async def test_a_house_starts_without_redis(
    postgres_url: str, own_bus: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """House and web process start while Redis is down, and bids go through."""
    monkeypatch.setenv("LUOCHUI_HOUSE_SECRET", SECRET)
    await prepare(postgres_url)
    own_bus.crash()
    bus = ("--redis", own_bus.url, "--role")
    async with serving(postgres_url, *bus, "house"), serving(postgres_url, *bus, "web") as web:
        bidding = Bidding(web.address)
        await bidding.go_on(2)
        await bidding.close()
    await check(postgres_url, bidding.acknowledged)


async def test_postgresql_stops_in_mid_auction(own_database: tuple[OwnPostgres, str]) -> None:
    """While the journal is gone a bid is told to come back, at once; when it is there again the same id is decided."""
    server, url = own_database
    await prepare(url)
    async with serving(url) as house:
        jia = Talker(house.address, "jia")
        await jia.connect()
        first = await jia.bid("stopped-0001", OPENING)
        server.crash()
        refused = [await jia.bid(f"stopped-{n:04d}", OPENING + 9 * STEP) for n in (2, 2, 3)]
        assert [(answer["t"], answer["retry"]) for answer in refused] == [("rej", True)] * 3
        server.restart()
        yi = Talker(house.address, "yi")
        second = await yi.bid_until_answered("stopped-0004", OPENING + STEP)
        await check(url, {"stopped-0001": first, "stopped-0004": second})
        await jia.close()
        await yi.close()


async def test_a_client_goes_on_at_another_web_process(postgres_url: str, redis_url: str) -> None:
    """A web process is killed: at another one, `since` gives exactly the events that were missed."""
    await prepare(postgres_url)
    bus = ("--redis", redis_url, "--role")
    async with (
        serving(postgres_url, *bus, "house"),
        serving(postgres_url, *bus, "web") as first,
        serving(postgres_url, *bus, "web") as second,
    ):
        jia, yi = Talker(first.address, "jia"), Talker(second.address, "yi")
        await jia.connect()
        snap = await jia.hear("snap")
        seen = await jia.bid("other-web-0001", OPENING)
        first.kill()
        acks = [await yi.bid_until_answered("other-web-0002", OPENING + STEP)]
        moved = Talker(second.address, "jia")
        await moved.connect(since=(snap["epoch"], seen["seq"]))
        delta = await moved.hear("delta", "snap")
        assert delta["t"] == "delta"
        assert [event["seq"] for event in delta["events"]] == [ack["seq"] for ack in acks]
        assert (await moved.bid("other-web-0003", OPENING + 2 * STEP))["t"] == "ack"
        for talker in (jia, yi, moved):
            await talker.close()
        await first.start()
