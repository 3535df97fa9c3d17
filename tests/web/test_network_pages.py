"""What pages show of other nodes, and staff that belongs to one of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.demo import people
from exchange.house.command import Command, Denied
from exchange.network import facts as f
from matching_engine.commands import Suspend
from tests.exchange.house.running import LOT, bid, open_lot
from tests.exchange.network.nodes import TestNode, Wires, know, node
from tests.web.running import HASH, Web
from web.app import create_app

Pair = tuple[TestNode, Web]


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    """A node with an open lot, and the web of another that has read it."""
    wires = Wires()
    async with (
        node(f"sqlite:///{tmp_path / 'a.db'}", "alpha", tmp_path / "a", wires) as alpha,
        node(f"sqlite:///{tmp_path / 'b.db'}", "beta", tmp_path / "b", wires, filled=False) as beta,
    ):
        await know(beta, alpha)
        await open_lot(alpha.exchange.own_house, alpha.clock)
        await bid(alpha.exchange.own_house, "jia", 160_000_000)
        await alpha.publish()
        beta.clock.advance(alpha.clock.now() - beta.clock.now())
        await beta.puller.round()
        yield alpha, Web(beta.exchange, create_app(beta.exchange), beta.clock)


async def test_the_market_shows_the_lots_of_others(pair: Pair) -> None:
    """Title, price and the address of its own node; in both languages."""
    alpha, web = pair
    title = alpha.exchange.house.view.market.listings["A1"].subject.title
    for lang, heading in (("zh", "其他节点的项目"), ("en", "At other nodes")):
        text = (await web.client(accept="text/html").get("/", params={"lang": lang})).text
        assert heading in text
        assert title in text
        assert f"http://alpha.example/lots/{LOT}" in text
        assert "¥1,600,000.00" in text
    text = (await web.client(accept="text/html").get("/", params={"q": "没有这样的标的"})).text
    assert "alpha.example" not in text
    assert (
        "alpha.example" not in (await web.client(accept="text/html").get("/", params={"state": "ended"})).text
    )


async def test_the_catalogue_s_search_finds_entries_of_others(pair: Pair) -> None:
    """An achievement of another node is named with the address of its page there."""
    alpha, web = pair
    listing = alpha.exchange.house.view.market.listings["A1"]
    text = (
        await web.client(accept="text/html").get("/achievements", params={"q": listing.subject.title[:6]})
    ).text
    assert f"http://alpha.example/achievements/{listing.achievement}" in text


async def test_the_network_page(pair: Pair) -> None:
    """Nodes with how well each is known, figures by node and region, the day; a wrong day is refused."""
    _, web = pair
    client = web.client(accept="text/html")
    text = (await client.get("/network", params={"lang": "en"})).text
    assert "up to date" in text
    assert "this node" in text
    assert "SHA-256" in text
    assert "Technology value" in text
    assert (await client.get("/network", params={"on": "1999-01-01"})).status_code == 422


async def test_a_name_with_markup_is_text(pair: Pair) -> None:
    """What another node tells is escaped like anything that people write."""
    alpha, web = pair
    listing = alpha.exchange.house.view.market.listings["A1"]
    items = await web.exchange.registers.feeds.standing("beta", "alpha", [(f.LOT, LOT)])
    assert items[f.LOT, LOT].body["title"] == listing.subject.title
    from sqlalchemy import update

    from exchange.registers.node_models import NodeItemRow

    body = {**items[f.LOT, LOT].body, "title": "<script>alert(1)</script>"}
    async with web.exchange.registers.database.writing() as session:
        await session.execute(update(NodeItemRow).where(NodeItemRow.kind == f.LOT).values(body=body))
    text = (await web.client(accept="text/html").get("/")).text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


async def test_staff_of_another_node_cannot_sign_in(web: Web) -> None:
    """An operator bound to another node is told where to sign in; bound to this one it works."""
    accounts = web.exchange.registers.accounts
    await accounts.add("far", HASH, "远方", ["operator"], web.clock.now(), node="suzhou")
    await accounts.add("near", HASH, "本地", ["operator"], web.clock.now(), node="hub")
    client = web.client()
    far = await client.post("/api/v1/session", json={"account": "far", "password": people.PASSWORD})
    assert (far.status_code, far.json()["code"]) == (403, "OTHER_NODE")
    near = await web.signed_in("near")
    assert (await near.get("/api/v1/session")).status_code == 200
    await accounts.bind("near", "suzhou")
    assert (await near.get("/api/v1/session")).status_code == 401


async def test_a_house_refuses_the_staff_of_another(web: Web) -> None:
    """Even past the door, a command of another node's operator changes nothing."""
    lot = await web.open_lot()
    account = await web.exchange.registers.accounts.add(
        "far", HASH, "远方", ["operator"], web.clock.now(), node="suzhou"
    )
    with pytest.raises(Denied) as denied:
        await web.exchange.house.submit(Command("far-away-01", account.principal, Suspend(lot, "no reason")))
    assert denied.value.code == "OTHER_NODE"
    assert not web.exchange.house.view.lots[lot].suspended
