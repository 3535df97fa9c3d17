"""Telling a journal: who is told of what, each once, wherever a process is killed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from exchange.market import question_messages as q
from exchange.notices.teller import DAILY_EVERY, HELD, Teller
from exchange.registers import Demand
from exchange.registers.follows import Follow, FollowKind
from exchange.registers.notices import Moved, New, NewDelivery, Notice, Place
from exchange.registers.recommendation_models import RecommendationRow
from exchange.registers.recommendations import Run
from exchange.registers.words import DemandState
from exchange.store.journal import open_journal
from matching_engine.terms import HOUR
from settlement.dates import shanghai_date
from tests.exchange.house.running import LOT, bid, command
from tests.web.running import Web, running_web

FIRST, SECOND, THIRD = 160_000_000, 168_000_000, 176_000_000


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """A market in which nothing was told yet."""
    async with running_web(f"sqlite:///{sqlite_path}", smtp_host="mail.example.org") as made:
        yield made


@pytest.fixture
async def teller(web: Web) -> AsyncIterator[Teller]:
    """A teller that begins now."""
    async with new_teller(web) as one:
        await one.step()
        yield one


@asynccontextmanager
async def new_teller(web: Web) -> AsyncIterator[Teller]:
    """A teller as another process would have it."""
    exchange = web.exchange
    journal = open_journal(exchange.settings.database_url, writable=False)
    await journal.open()
    try:
        yield Teller(exchange.own_house, journal, exchange.registers, exchange.settings)
    finally:
        await journal.close()


async def tell(teller: Teller) -> None:
    """Tell everything there is."""
    while await teller.step():
        pass


async def told(web: Web, account: str) -> list[Notice]:
    """What an account was told, oldest first."""
    return list(reversed(await web.exchange.registers.notices.of(account, limit=200)))


async def words(web: Web, account: str) -> list[str]:
    """The words of it."""
    return [one.word for one in await told(web, account)]


async def follow(web: Web, account: str, kind: FollowKind, subject: str) -> None:
    """Follow something."""
    await web.exchange.registers.follows.add(Follow(account, kind, subject, subject, web.clock.now()))


async def test_bidders_learn_who_leads_and_followers_what_happens(web: Web, teller: Teller) -> None:
    """Called, held, open; outbid at once and only whoever was; prices as a digest; sold: each person the own part."""
    await follow(web, "ding", FollowKind.LISTING, "A1")
    await follow(web, "wu", FollowKind.SESSION, "S1")
    await web.open_lot("jia", "yi")
    await tell(teller)
    assert {"money.called", "money.held", "opening.open"} <= set(await words(web, "jia"))
    house = web.exchange.own_house
    await bid(house, "jia", FIRST)
    await tell(teller)
    await bid(house, "yi", SECOND)
    await tell(teller)
    assert (await words(web, "jia"))[-1] == "outbid.lost"
    assert "outbid.lost" not in await words(web, "yi")
    await bid(house, "jia", THIRD)
    await tell(teller)
    assert (await words(web, "yi"))[-1] == "outbid.lost"
    assert "price.changed" not in await words(web, "ding")
    await web.pass_time(HOUR // 3)
    await tell(teller)
    digest = next(one for one in await told(web, "ding") if one.word == "price.changed")
    assert (digest.facts["count"], digest.facts["amount_fen"], digest.path) == (3, THIRD, f"/lots/{LOT}")
    await web.pass_time(HOUR // 3 + 1000)
    await web.pass_time(HOUR - 2 * (HOUR // 3) - 1000)
    await tell(teller)
    assert "result.sold" in await words(web, "ding")
    assert "result.sold" in await words(web, "wu")
    assert "result.sold" in await words(web, "university")
    assert "contract.draft" in await words(web, "jia")
    assert not any(word.startswith(("contract", "money")) for word in await words(web, "ding"))


async def test_while_bids_come_they_are_told_together(web: Web, teller: Teller) -> None:
    """The first at once; the next are held, are lost by no kill, and wait neither for ever nor with anything else."""
    await web.open_lot("jia", "yi")
    await tell(teller)
    house = web.exchange.own_house

    async def told_after(login: str, amount_fen: int) -> int:
        await bid(house, login, amount_fen)
        await teller.step(at_once=False)
        found = await words(web, "jia") + await words(web, "yi")
        return found.count("outbid.lost")

    web.clock.advance(HELD)
    assert await told_after("jia", FIRST) == 0
    web.clock.advance(HELD)
    assert await told_after("yi", SECOND) == 1
    assert await told_after("jia", THIRD) == 1
    async with new_teller(web) as other:
        await other.step(at_once=False)
        assert (await words(web, "yi"))[-1] == "outbid.lost", "what a killed one held is found in the journal"
    web.clock.advance(HELD)
    with pytest.raises(Moved):
        await told_after("yi", THIRD + 8_000_000)
    web.clock.advance(HELD)
    assert await told_after("jia", THIRD + 16_000_000) == 3, "another told meanwhile: it goes on from there"
    assert await told_after("yi", THIRD + 24_000_000) == 3
    allowed = q.AllowQuestions("A1", True, "补充材料较多", "operator")
    assert (await house.submit(command("operator", allowed))).refusal is None
    ask = q.AskQuestion("Q-1", "A1", "样机在哪里？", "bing", "bing")
    assert (await house.submit(command("bing", ask))).refusal is None
    assert await told_after("jia", THIRD + 32_000_000) == 4, (
        "a question is told at once, and what was held with it"
    )


async def test_a_bid_that_a_maximum_meets_outbids_nobody_who_leads(web: Web, teller: Teller) -> None:
    """The leader's maximum answers within the command: the leader is told nothing, whoever bid knows already."""
    await web.open_lot("jia", "yi")
    house = web.exchange.own_house
    await bid(house, "jia", FIRST, max_fen=THIRD + 80_000_000)
    await bid(house, "yi", SECOND)
    await tell(teller)
    assert "outbid.lost" not in await words(web, "jia")


async def test_the_clock_tells_once(web: Web, teller: Teller) -> None:
    """Ten minutes before the close, an hour before the opening: once, however often it is looked at, and by whom."""
    await follow(web, "ding", FollowKind.LOT, LOT)
    await web.open_lot("jia", "yi")
    await tell(teller)
    await web.pass_time(HOUR - 5 * 60_000_000)
    await tell(teller)
    async with new_teller(web) as other:
        await tell(other)
        web.clock.advance(10_000_000)
        await tell(other)
    assert (await words(web, "ding")).count("opening.closing") == 1


async def test_a_killed_teller_loses_nothing_and_repeats_nothing(web: Web, teller: Teller) -> None:
    """Killed before the transaction everything is told by the next one; after it, nothing twice; of two one wins."""
    await web.open_lot("jia", "yi")
    notices = web.exchange.registers.notices
    keep, lost = notices.keep, RuntimeError("killed")

    async def before(*_: object, **__: object) -> int:
        raise lost

    async def after(
        house: str,
        place: Place | None,
        then: Place,
        new: list[New],
        deliveries: list[NewDelivery],
    ) -> int:
        await keep(house, place, then, new, deliveries)
        raise lost

    for killed in (before, after):
        notices.keep = killed  # type: ignore[method-assign, assignment]
        with pytest.raises(RuntimeError):
            await teller.step()
    notices.keep = keep  # type: ignore[method-assign]
    place = await notices.place("hub")
    async with new_teller(web) as other:
        await tell(other)
    heard = await words(web, "jia")
    assert heard.count("money.called") == heard.count("opening.open") == 1
    assert place is not None
    with pytest.raises(Moved):
        await notices.keep("hub", Place(0, {}), Place(1, {}), [])


async def test_a_question_goes_to_the_seller_and_its_answer_to_all(web: Web, teller: Teller) -> None:
    """The seller hears the question; the asker and followers hear the answer, and nobody hears who asked."""
    await follow(web, "ding", FollowKind.LISTING, "A1")
    await follow(web, "wu", FollowKind.SEARCH, "q=不存在的词")
    await web.open_lot("jia", "yi")
    house = web.exchange.own_house
    ask = q.AskQuestion("Q-1", "A1", "样机在哪里？", "bing", "bing")
    refused = await house.submit(command("bing", ask))
    assert refused.refusal is not None
    assert refused.refusal.code == "QUESTION_CLOSED"
    allowed = q.AllowQuestions("A1", True, "补充材料较多", "operator")
    assert (await house.submit(command("operator", allowed))).refusal is None
    assert (await house.submit(command("bing", ask))).refusal is None
    await tell(teller)
    assert (await words(web, "university"))[-1] == "question.asked"
    answer = q.AnswerQuestion("Q-1", "A1", "university", "在郑州。", "university")
    assert (await house.submit(command("university", answer))).refusal is None
    await tell(teller)
    for account in ("bing", "ding", "jia"):
        last = (await told(web, account))[-1]
        assert (last.word, last.facts["text"]) == ("question.answered", "在郑州。")
        assert "bing" not in str(last.facts)
    assert "listing.fits" not in await words(web, "wu")


async def test_what_no_event_says_is_told_once_a_day(web: Web, teller: Teller) -> None:
    """A followed demand that ends soon, then is closed; the day's matches, for the organisation that has some."""
    registers, now = web.exchange.registers, web.clock.now()
    today = shanghai_date(now)
    demand = Demand("D-1", "求购电池回收工艺", deadline=today + timedelta(days=2), holder="jia")
    await registers.demands.add(demand, "jia", now)
    await follow(web, "ding", FollowKind.DEMAND, "D-1")
    run = Run(today, "s", "l", 1, 1, 1, "00", now)
    await registers.recommendations.keep(run, [])
    async with registers.database.writing() as session:
        row = {"day": today.isoformat(), "side": "need", "subject": "D-1", "rank": 1}
        session.add(RecommendationRow(**row, owner="jia", body={}))
    for _ in range(3):
        web.clock.advance(DAILY_EVERY)
        await tell(teller)
    assert await words(web, "ding") == ["demand.deadline"]
    assert await words(web, "jia") == ["match.day"]
    closed = msgspec.structs.replace(demand, state=DemandState.CLOSED)
    await registers.demands.change(closed, "jia", now)
    web.clock.advance(DAILY_EVERY)
    await tell(teller)
    assert await words(web, "ding") == ["demand.deadline", "demand.closed"]


async def test_a_listing_that_fits_a_search_is_told(web: Web, teller: Teller) -> None:
    """A saved search hears of the listing when its notice begins, others do not."""
    await follow(web, "ding", FollowKind.SEARCH, "region=heilongjiang")
    await follow(web, "wu", FollowKind.SEARCH, "region=henan")
    await web.open_lot()
    await tell(teller)
    assert (await words(web, "ding")).count("listing.fits") == 1
    assert "listing.fits" not in await words(web, "wu")
