"""House and web as processes apart, over PostgreSQL and Redis: the same room."""

import json
from collections.abc import AsyncIterator

import pytest

from exchange.proof.receipt import check_receipt, read_signed
from tests.process.market import OPENING, STEP, Server, prepare, serving, sign_in
from tests.process.talker import Talker


@pytest.fixture
async def web(postgres_url: str, redis_url: str) -> AsyncIterator[Server]:
    """A house process and a web process; the web's address."""
    await prepare(postgres_url)
    bus = ("--redis", redis_url, "--role")
    async with serving(postgres_url, *bus, "house"), serving(postgres_url, *bus, "web") as web:
        yield web


async def test_a_bid_through_a_web_process(web: Server) -> None:
    """Bid, refusal with its minimum and its receipt, repeated id and live event are what one process alone would give."""
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
    browser = await sign_in(web.address, "yi")
    proved = read_signed((await browser.get("/api/v1/commands/through-the-web-0002/receipt")).content)
    await browser.aclose()
    assert (proved.code, {one.wrong for one in check_receipt(proved)}) == ("BID_BELOW_INCREMENT", {None})


async def test_one_command_is_followed_through_all_processes(
    postgres_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the log of decisions the web process, the house and the web process again name one command and one seq."""
    monkeypatch.setenv("LUOCHUI_LOG_DECISIONS", "true")
    monkeypatch.setenv("LUOCHUI_LOG_JSON", "true")
    await prepare(postgres_url)
    bus = ("--redis", redis_url, "--role")
    async with serving(postgres_url, *bus, "house") as house, serving(postgres_url, *bus, "web") as web:
        jia = Talker(web.address, "jia")
        await jia.connect()
        assert (await jia.bid("followed-through-0001", OPENING))["t"] == "ack"
        await jia.close()
        told = [
            [
                line
                for line in map(json.loads, _lines(server))
                if line.get("command") == "followed-through-0001"
            ]
            for server in (house, web)
        ]
    decided, seen = told
    assert [line["event"] for line in decided if line["event"] == "asked"] == ["asked"]
    assert [line["event"] for line in seen if line["event"] == "asked"] == ["asked"]
    places = [
        [(one["house"], one["epoch"], one["seq"]) for one in lines if one["event"] == "committed"]
        for lines in told
    ]
    assert places[0] == places[1] != []


def _lines(server: Server) -> list[str]:
    """What a process logged as JSON."""
    return [line for line in server.log().splitlines() if line.startswith("{")]
