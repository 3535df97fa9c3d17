"""Reading the others: everything once, nothing forged, patient with those that are down."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from exchange.market.unconverted import Secrecy
from exchange.network import facts as f
from exchange.network.feed import BadPage
from exchange.network.running import enrol
from exchange.ports import Unavailable
from exchange.registers import Node
from exchange.registers.feeds import Moved
from exchange.store.node_key import node_key
from matching_engine.terms import SECOND
from settlement.dates import shanghai_date
from tests.exchange.house.running import LOT, bid, open_lot
from tests.exchange.network.nodes import TestNode, Wires, know, node
from web import network
from web.network import feed_page

Pair = tuple[TestNode, TestNode, Wires]


@pytest.fixture(params=["two", "one"])
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two nodes that know each other: in databases of their own, and in one PostgreSQL database that they share."""
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("alpha", "beta")]
    shared = request.param == "one"
    if shared:
        urls = [request.getfixturevalue("postgres_url")] * 2
    async with AsyncExitStack() as stack:
        wires = Wires()
        alpha = await stack.enter_async_context(node(urls[0], "alpha", tmp_path / "a", wires))
        beta = await stack.enter_async_context(
            node(urls[1], "beta", tmp_path / "b", wires, filled=not shared)
        )
        if not shared:
            await know(alpha, beta)
            await know(beta, alpha)
        await open_lot(alpha.exchange.own_house, alpha.clock)
        beta.clock.advance(alpha.clock.now() - beta.clock.now())
        await alpha.publish()
        yield alpha, beta, wires


async def entry(beta: TestNode) -> Node:
    """What beta's register says of alpha."""
    found = await beta.exchange.registers.nodes.get("alpha")
    assert found is not None
    return found


async def test_what_one_offers_the_other_shows(pair: Pair) -> None:
    """Listing and lot appear under their global ids, with the address at which they are traded; prices follow."""
    alpha, beta, _ = pair
    await beta.puller.round()
    (lot,) = await network.offers(beta.exchange, f.LOT)
    assert (lot.id, lot.address) == (f"alpha/{LOT}", f"http://alpha.example/lots/{LOT}")
    assert (lot.fact.state, lot.peer.freshness) == ("open", "fresh")
    await bid(alpha.exchange.own_house, "jia", 160_000_000)
    await alpha.publish()
    await beta.puller.round()
    (lot,) = await network.offers(beta.exchange, f.LOT)
    assert (lot.fact.price_as, lot.fact.price_fen) == ("lead", 160_000_000)
    assert LOT not in beta.exchange.house.view.lots


async def test_a_node_shows_nothing_of_its_own_as_another_s(pair: Pair) -> None:
    """What a house published itself is not among what the others offer."""
    alpha, _, _ = pair
    await alpha.puller.round()
    assert await network.offers(alpha.exchange, f.LOT) == []


async def test_a_search_finds_what_holds_every_word(pair: Pair) -> None:
    """Words are looked for in titles, fields and names; a wildcard of the database is a letter like any other."""
    _, beta, _ = pair
    await beta.puller.round()
    (listed,) = await network.offers(beta.exchange, f.LOT)
    assert await network.offers(beta.exchange, f.LOT, q=listed.fact.title[:6])
    assert await network.offers(beta.exchange, f.LOT, q=f"{listed.fact.title[:6]} 没有这个词") == []
    assert await network.offers(beta.exchange, f.LOT, q="%") == []


async def test_figures_of_the_network_are_the_same_everywhere(pair: Pair) -> None:
    """Two nodes with the same feeds have the same lines, sums and digest; before the first fact there is nothing."""
    alpha, beta, _ = pair
    await beta.publish()
    await beta.puller.round()
    await alpha.puller.round()
    day = shanghai_date(alpha.clock.now())
    ours, theirs = await network.figures(alpha.exchange, day), await network.figures(beta.exchange, day)
    assert ours.digest == theirs.digest
    assert ours.rollup == theirs.rollup
    assert ours.rollup.by_node["alpha"].lots == 1
    early = await network.figures(beta.exchange, day.replace(year=2020))
    assert early.rollup.lines == []


async def test_a_node_that_is_down_is_stale_and_tried_less_often(pair: Pair) -> None:
    """What was read stays, marked with its last time; after each failure the next attempt waits longer."""
    _, beta, wires = pair
    await beta.puller.round()
    wires.cut.append("http://alpha.example")
    tries = []
    for _ in range(40):
        before = len(wires.asked)
        await beta.puller.round()
        tries.append(len(wires.asked) > before)
        beta.clock.advance(3 * SECOND)
    assert tries[:3] == [True, False, True]
    assert sum(tries) <= 6
    (lot,) = await network.offers(beta.exchange, f.LOT)
    assert lot.peer.freshness == "stale"
    assert lot.peer.read_at is not None
    assert "connection refused" in lot.peer.error
    wires.cut.clear()
    beta.clock.advance(130 * SECOND)
    await beta.puller.round()
    (lot,) = await network.offers(beta.exchange, f.LOT)
    assert (lot.peer.freshness, lot.peer.error) == ("fresh", "")


async def test_a_forged_page_is_refused_and_changes_nothing(pair: Pair) -> None:
    """A page whose price was changed, however consistently, is not believed; the node counts as stale."""
    alpha, beta, wires = pair
    page = await feed_page(alpha.exchange, 0)
    facts = [
        msgspec.structs.replace(fact, body={**fact.body, "price_fen": 1})
        if fact.kind == f.LOT and fact.body
        else fact
        for fact in page.facts
    ]
    wires.forge["http://alpha.example"] = msgspec.json.encode(msgspec.structs.replace(page, facts=facts))
    with pytest.raises(BadPage) as refusal:
        await beta.puller.read(await entry(beta))
    assert refusal.value.code == "FEED_ALTERED"
    await beta.puller.round()
    assert await network.offers(beta.exchange, f.LOT) == []
    cursor = await beta.exchange.registers.feeds.cursor("beta", "alpha")
    assert cursor is not None
    assert (cursor.seq, cursor.failures) == (0, 1)
    assert cursor.error.startswith("FEED_ALTERED")


async def test_the_same_page_counts_once(pair: Pair) -> None:
    """Two readers of one house at the same time take a page in once; reading again adds nothing."""
    _, beta, _ = pair
    node_ = await entry(beta)
    assert await beta.puller.read(node_) > 0
    assert await beta.puller.read(node_) == 0
    feeds = beta.exchange.registers.feeds
    cursor = await feeds.cursor("beta", "alpha")
    assert cursor is not None
    with pytest.raises(Moved):
        await feeds.keep("beta", "alpha", msgspec.structs.replace(cursor, seq=cursor.seq - 1), cursor, [])


async def test_what_is_withdrawn_is_gone_here_too(pair: Pair) -> None:
    """An achievement that became secret leaves no word behind at the readers."""
    alpha, beta, _ = pair
    await beta.puller.round()
    listing = alpha.exchange.house.view.market.listings["A1"]
    registers = alpha.exchange.registers
    known = await registers.achievements.get(listing.achievement)
    assert known is not None
    hidden = msgspec.structs.replace(known, secrecy=Secrecy.STATE_SECRET)
    await registers.achievements.change(hidden, "test", alpha.clock.now())
    await alpha.publish()
    await beta.puller.round()
    assert await network.offers(beta.exchange, f.LOT) == []
    bodies = await beta.exchange.registers.feeds.last_told("beta", f.LOT, 2**53)
    assert all(body == {} for _, _, body in bodies)


async def test_a_retired_node_is_read_and_shown_no_more(pair: Pair) -> None:
    """From its last day on nothing of it is offered, and nobody asks it."""
    _, beta, wires = pair
    await beta.puller.round()
    ended = msgspec.structs.replace(await entry(beta), until=shanghai_date(beta.clock.now()))
    await beta.exchange.registers.nodes.enter(ended, "test", beta.clock.now())
    asked = len(wires.asked)
    await beta.puller.round()
    assert len(wires.asked) == asked
    assert await network.offers(beta.exchange, f.LOT) == []


async def test_a_node_with_another_key_is_read_once_its_key_is_entered(pair: Pair, tmp_path: Path) -> None:
    """Its whole feed is signed anew; until its readers have the new key they believe nothing."""
    alpha, beta, _ = pair
    settings, registers = alpha.exchange.settings, alpha.exchange.registers
    known = await entry(beta)
    await beta.puller.read(known)
    await enrol(registers, settings, node_key(tmp_path / "new", "alpha"), alpha.clock.now())
    with pytest.raises(BadPage, match="FEED_FORGED"):
        await beta.puller.read(known)
    renewed = await registers.nodes.get("alpha")
    assert renewed is not None
    assert renewed.public_key != known.public_key
    assert await beta.puller.read(renewed) == 0
    await beta.exchange.registers.feeds.forget("beta", "alpha")
    assert await beta.puller.read(renewed) > 5


async def test_a_node_out_of_reach_is_unavailable(pair: Pair) -> None:
    """Reading one node says why it cannot be read."""
    _, beta, wires = pair
    wires.cut.append("http://alpha.example")
    with pytest.raises(Unavailable):
        await beta.puller.read(await entry(beta))
