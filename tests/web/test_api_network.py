"""The network over REST."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from exchange.network.feed import GENESIS, check_page, read_page
from exchange.network.publisher import Publisher
from exchange.network.running import enrol
from exchange.registers import Node
from exchange.registers.nodes import NodeKind
from exchange.store.journal import open_journal
from exchange.store.node_key import node_key
from tests.web.running import Web

SECRET_FEN = 999_999_937


async def publish(web: Web, var: Path) -> str:
    """Publish the house of a web; gives its public key."""
    exchange = web.exchange
    key = node_key(var, exchange.house.name)
    await enrol(exchange.registers, exchange.settings, key, web.clock.now())
    journal = open_journal(exchange.settings.database_url, writable=False)
    await journal.open()
    publisher = Publisher(exchange.own_house, journal, exchange.registers, key, rehearsals=True)
    while await publisher.step():
        pass
    await journal.close()
    return key.public


async def test_this_node_tells_who_it_is(web: Web, tmp_path: Path) -> None:
    """Before it is enrolled there is no node; then its names, its address and its key."""
    client = web.client()
    assert (await client.get("/api/v1/node")).status_code == 404
    key = await publish(web, tmp_path)
    node = (await client.get("/api/v1/node")).json()
    assert (node["id"], node["kind"], node["public_key"]) == ("hub", "hub", key)
    assert node["base_url"] == web.exchange.settings.public_url
    assert [one["freshness"] for one in (await client.get("/api/v1/nodes")).json()["items"]] == ["own"]


async def test_the_feed_can_be_checked_by_anybody(anywhere: Web, tmp_path: Path) -> None:
    """Signed pages from any place of the feed; from beyond its end nothing."""
    await anywhere.open_lot()
    key = await publish(anywhere, tmp_path)
    client = anywhere.client()
    answer = await client.get("/api/v1/node/feed")
    assert answer.status_code == 200
    page = read_page(answer.content)
    links = check_page(page, "hub", key, 0, GENESIS)
    assert page.last == len(links) > 5
    at_head = read_page((await client.get("/api/v1/node/feed", params={"after": page.last})).content)
    assert check_page(at_head, "hub", key, page.last, page.link) == []
    beyond = read_page((await client.get("/api/v1/node/feed", params={"after": page.last + 9})).content)
    assert (beyond.facts, beyond.last) == ([], page.last)


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "99999999999999999999"])
async def test_a_place_that_is_none_is_refused(web: Web, after: str) -> None:
    """The place is a count."""
    assert (await web.client().get("/api/v1/node/feed", params={"after": after})).status_code == 422


async def test_what_a_bidder_keeps_to_itself_is_in_no_page(web: Web, tmp_path: Path) -> None:
    """A maximum, a refused amount and the name of the leader are nowhere in the feed."""
    lot = await web.open_lot()
    jia = await web.signed_in("jia")
    body = {"amount_fen": 160_000_000, "max_fen": SECRET_FEN, "confirm": True}
    made = await jia.post(
        f"/api/v1/lots/{lot}/bids", json=body, headers={"idempotency-key": "network-test-1"}
    )
    assert made.status_code == 201, made.text
    await publish(web, tmp_path)
    text = (await web.client().get("/api/v1/node/feed")).text
    assert "160000000" in text
    assert str(SECRET_FEN) not in text
    assert web.exchange.house.view.market.parties["jia"].name not in text


async def test_figures_at_a_date(web: Web, tmp_path: Path) -> None:
    """Today's lines and sums with a digest; a day before anything happened has none; a day to come is refused."""
    await web.open_lot()
    await publish(web, tmp_path)
    client = web.client()
    today = (await client.get("/api/v1/network")).json()
    assert today["total"]["lots"] == 1
    assert today["by_node"]["hub"] == today["total"]
    assert [line["node"] for line in today["lines"]] == ["hub"]
    assert (await client.get("/api/v1/network", params={"on": today["on"]})).json() == today
    early = (await client.get("/api/v1/network", params={"on": "2020-01-01"})).json()
    assert (early["lines"], early["total"]["lots"]) == ([], 0)
    for wrong in ("2099-01-01", "1900-01-01", "2026-02-30", "yesterday"):
        assert (await client.get("/api/v1/network", params={"on": wrong})).status_code == 422


async def test_a_lot_that_nobody_knows(web: Web, tmp_path: Path) -> None:
    """A bid on a lot of another node that is not known is answered 404, without a sign-in."""
    await publish(web, tmp_path)
    answer = await web.client().post("/api/v1/lots/sub/L9/bids", json={"amount_fen": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "LOT_UNKNOWN")


async def test_offers_are_paged(web: Web) -> None:
    """Without other nodes there is nothing to offer; every kind answers in the same form."""
    node = Node(
        "sub", "分中心", "Sub", NodeKind.SUB_CENTRE, base_url="https://sub.example", since=date(2026, 1, 1)
    )
    await web.exchange.registers.nodes.enter(node, "test", web.clock.now())
    client = web.client()
    for kind in ("listings", "lots", "achievements"):
        answer = await client.get(f"/api/v1/network/{kind}", params={"q": "激光", "limit": 2})
        assert answer.json() == {"items": [], "next": None}
    assert (
        msgspec.json.decode((await client.get("/api/v1/nodes")).content)["items"][0]["freshness"] == "never"
    )
