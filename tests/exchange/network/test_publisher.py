"""Publishing: each change once, in order, signed; nothing secret; nothing twice after a crash."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from exchange.market.unconverted import Secrecy
from exchange.network import facts as f
from exchange.network.feed import GENESIS, check_page
from exchange.network.publisher import HELD, Publisher
from exchange.registers import Achievement
from exchange.store.journal import open_journal
from matching_engine.terms import HOUR
from tests.exchange.house.running import LOT, bid, open_lot
from tests.exchange.network.nodes import TestNode, Wires, node
from web.network import feed_page

CANARY = "绝密金丝雀"


@pytest.fixture
async def alpha(sqlite_path: Path, tmp_path: Path) -> AsyncIterator[TestNode]:
    """A node with one open lot, not yet published."""
    async with node(f"sqlite:///{sqlite_path}", "alpha", tmp_path / "var", Wires()) as made:
        await open_lot(made.exchange.own_house, made.clock)
        yield made


async def whole_feed(one: TestNode) -> list[f.Body | None]:
    """Every page of the feed, checked as a reader would; gives the bodies."""
    seq, link, bodies, more = 0, GENESIS, [], True
    while more:
        page = await feed_page(one.exchange, seq)
        links = check_page(page, one.name, one.key.public, seq, link)
        bodies += [fact.body for fact in page.facts]
        seq, link, more = page.last, links[-1] if links else link, page.more
    return bodies


async def facts_of(one: TestNode, kind: str) -> list[tuple[str, f.Body | None]]:
    """Subject and body of every fact of a kind."""
    page = await feed_page(one.exchange, 0)
    return [(fact.subject, fact.body) for fact in page.facts if fact.kind == kind]


async def test_the_market_and_the_catalogue_are_published(alpha: TestNode) -> None:
    """Listing, lot, session, figures and every public achievement are in a feed that a reader believes."""
    await alpha.publish()
    await whole_feed(alpha)
    page = await feed_page(alpha.exchange, 0)
    kinds = {fact.kind for fact in page.facts}
    assert kinds == {f.LISTING, f.LOT, f.SESSION, f.ACHIEVEMENT, f.FIGURES}
    assert [fact.seq for fact in page.facts] == list(range(1, len(page.facts) + 1))
    (_, lot), *_ = reversed(await facts_of(alpha, f.LOT))
    assert lot is not None
    assert lot["state"] == "open"


async def test_nothing_new_says_nothing(alpha: TestNode) -> None:
    """A second look adds no fact; a bid adds one with the new price."""
    await alpha.publish()
    before = (await feed_page(alpha.exchange, 0)).last
    await alpha.publish()
    assert (await feed_page(alpha.exchange, 0)).last == before
    await bid(alpha.exchange.own_house, "jia", 160_000_000)
    await alpha.publish()
    page = await feed_page(alpha.exchange, before)
    assert [(fact.kind, fact.subject) for fact in page.facts] == [(f.LOT, LOT)]
    assert page.facts[0].body is not None
    assert page.facts[0].body["price_fen"] == 160_000_000


async def test_prices_are_held_while_bids_come_and_anything_else_is_not(alpha: TestNode) -> None:
    """A price is published at once after a pause, then held; a hammer waits for nothing, and takes the price along."""
    await alpha.publish()
    house, before = alpha.exchange.own_house, (await feed_page(alpha.exchange, 0)).last

    async def prices() -> list[object]:
        await alpha.publisher.step(at_once=False)
        page = await feed_page(alpha.exchange, before)
        return [fact.body["price_fen"] for fact in page.facts if fact.kind == f.LOT and fact.body]

    alpha.clock.advance(HELD)
    await bid(house, "jia", 160_000_000)
    assert await prices() == [160_000_000]
    await bid(house, "yi", 180_000_000)
    assert await prices() == [160_000_000]
    alpha.clock.advance(2 * HOUR)
    await house.gavel.strike()
    assert (await prices())[-1] == 180_000_000


async def test_another_process_goes_on_where_the_first_stopped(alpha: TestNode) -> None:
    """A publisher that is started anew tells nothing twice and leaves nothing out."""
    assert await alpha.publisher.step()
    exchange = alpha.exchange
    journal = open_journal(exchange.settings.database_url, writable=False)
    await journal.open()
    again = Publisher(exchange.own_house, journal, exchange.registers, alpha.key, rehearsals=True)
    while await again.step():
        pass
    await journal.close()
    await alpha.publish()
    bodies = await whole_feed(alpha)
    assert len({msgspec.json.encode(body) for body in bodies}) == len(bodies)


async def test_a_secret_achievement_is_in_no_fact(alpha: TestNode) -> None:
    """Neither its entry nor a listing nor a lot of it ever goes out, however it is written."""
    secret = Achievement(
        "R-secret", CANARY, abstract=CANARY, holder_name=CANARY, secrecy=Secrecy.STATE_SECRET
    )
    unreviewed = Achievement("R-unknown", CANARY)
    await alpha.exchange.registers.achievements.add_all([secret, unreviewed], "test", alpha.clock.now())
    await alpha.publish()
    page = msgspec.json.encode(await feed_page(alpha.exchange, 0)).decode()
    assert CANARY not in page
    assert "R-secret" not in page
    assert "R-unknown" not in page


async def test_what_becomes_secret_is_taken_back_everywhere(alpha: TestNode) -> None:
    """Its entry, listing and lot are withdrawn, and their earlier bodies are served no more; the chain still holds."""
    await alpha.publish()
    registers = alpha.exchange.registers
    known = await registers.achievements.get("demo-1")
    listing = alpha.exchange.house.view.market.listings["A1"]
    known = await registers.achievements.get(listing.achievement)
    assert known is not None
    assert known.title in msgspec.json.encode(await feed_page(alpha.exchange, 0)).decode()
    hidden = msgspec.structs.replace(
        known, secrecy=Secrecy.STATE_SECRET, secrecy_reviewed_on=date(2026, 2, 1)
    )
    await registers.achievements.change(hidden, "test", alpha.clock.now())
    await alpha.publish()
    await whole_feed(alpha)
    assert known.title not in msgspec.json.encode(await feed_page(alpha.exchange, 0)).decode()
    kinds = [(f.ACHIEVEMENT, known.id), (f.LISTING, "A1"), (f.LOT, LOT)]
    assert await registers.feeds.standing("alpha", "alpha", kinds) == {}
    await registers.achievements.change(known, "test", alpha.clock.now())
    await alpha.publish()
    assert set(await registers.feeds.standing("alpha", "alpha", kinds)) == set(kinds)


async def test_figures_are_told_by_the_day(alpha: TestNode) -> None:
    """Events of two days become figures of two instants, each within its own day."""
    await bid(alpha.exchange.own_house, "jia", 160_000_000)
    alpha.clock.advance(2 * HOUR)
    await alpha.exchange.own_house.gavel.strike()
    await alpha.publish()
    told = await alpha.exchange.registers.feeds.last_told("alpha", f.FIGURES, alpha.clock.now())
    assert len(told) == 1
    _, _, body = told[0]
    assert (body["listings"], body["lots"], body["sales"], body["sales_fen"]) == (1, 1, 1, 160_000_000)
    page = await feed_page(alpha.exchange, 0)
    instants = [(fact.at, fact.body) for fact in page.facts if fact.kind == f.FIGURES]
    assert [body["sales"] for _, body in instants if body] == [0, 0, 1][-len(instants) :]


async def test_rehearsals_count_in_a_demo_only(sqlite_path: Path, tmp_path: Path) -> None:
    """The lot of the tests is in a rehearsal: elsewhere than in a demo only its listing, offered in earnest, counts."""
    async with node(f"sqlite:///{sqlite_path}", "alpha", tmp_path / "var", Wires(), rehearsals=False) as one:
        await open_lot(one.exchange.own_house, one.clock)
        await one.publish()
        ((_, _, body),) = await one.exchange.registers.feeds.last_told("alpha", f.FIGURES, one.clock.now())
        assert (body["listings"], body["lots"], body["sales"]) == (1, 0, 0)


async def test_pages_end_where_the_node_signed(alpha: TestNode) -> None:
    """A long feed is read in pages, each of which is signed, without a hole between them."""
    rows = [
        Achievement(
            f"R{n:04d}",
            f"成果{n}",
            secrecy=Secrecy.PUBLIC,
            secrecy_reviewer="审",
            secrecy_reviewed_on=date(2026, 1, 5),
        )
        for n in range(950)
    ]
    await alpha.exchange.registers.achievements.add_all(rows, "test", alpha.clock.now())
    await alpha.publish()
    first = await feed_page(alpha.exchange, 0)
    assert first.more
    bodies = await whole_feed(alpha)
    assert sum(1 for body in bodies if body and str(body.get("title", "")).startswith("成果")) == 950
