"""20 to 39: bids that must not count, and what a lot's seller, its broker or a slip of the hand may not do."""

import asyncio
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from exchange.store.envelope import seal_bid
from matching_engine.book import OrderBook, Side
from matching_engine.rejections import Rejection
from tests.abuse import hall
from tests.abuse.site import Site
from tests.web.asking import OPENING, STEP, post, refusal
from tests.web.running import key
from tests.web.served import talking
from tests.web.test_mandates import broker, mandate

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("abuse auction")]


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _hall(site: Site) -> None:
    """The lots; the two short ones have just opened."""
    await hall.fill(site)


async def bid(
    site: Site, login: str, amount_fen: int, lot: str = hall.OPEN, id_: str | None = None, **more: Any
) -> httpx2.Response:
    """Somebody bids over HTTP."""
    return await post(await site.member(login), f"lots/{lot}/bids", {"amount_fen": amount_fen, **more}, id_)


def minimum(site: Site, lot: str = hall.OPEN) -> int:
    """The least amount that a lot takes now."""
    least = site.exchange.house.view.lots[lot].minimum_fen
    assert least is not None
    return least


async def led_by(site: Site, login: str) -> None:
    """Let somebody lead the open lot."""
    if site.exchange.house.view.lots[hall.OPEN].leader != site.exchange.house.view.market.code_of(
        hall.OPEN, login
    ):
        assert (await bid(site, login, minimum(site))).status_code == 201


async def closed(site: Site, lot: str) -> None:
    """The clock at the very instant of a lot's close, or after it."""
    closes_at = site.exchange.house.view.lots[lot].closes_at
    assert closes_at is not None
    site.clock.advance(max(0, closes_at - site.clock.now()))


async def sealed(site: Site, lot: str, login: str, amount_fen: int = OPENING) -> dict[str, str]:
    """A sealed bid as a program makes it."""
    published = (await site.client().get(f"/api/v1/lots/{lot}/seal-key")).json()["key"]
    code = site.exchange.house.view.market.code_of(lot, login) or ""
    envelope, commitment = seal_bid(published, lot, code, amount_fen)
    return {"envelope": envelope, "commitment": commitment}


async def test_20_before_the_opening(site: Site) -> None:
    """However good the bid, the lot has not opened."""
    assert refusal(await bid(site, "jia", OPENING, hall.LATER)) == (409, "LOT_NOT_OPEN")


async def test_21_at_the_close(site: Site) -> None:
    """At the instant itself, whether the gavel has fallen or not, it is too late."""
    await closed(site, hall.SHORT)
    assert refusal(await bid(site, "jia", OPENING, hall.SHORT)) == (409, "LOT_CLOSED")


async def test_22_below_the_increment(site: Site) -> None:
    """One fen less than lead and step: refused, with what would have done."""
    await led_by(site, "jia")
    answer = await bid(site, "yi", minimum(site) - 1)
    assert refusal(answer) == (409, "BID_BELOW_INCREMENT")
    assert answer.json()["minimum_fen"] == minimum(site)


async def test_23_outbidding_oneself(site: Site) -> None:
    """The leader pays no more because it pressed twice."""
    await led_by(site, "jia")
    lead_fen = site.exchange.house.view.lots[hall.OPEN].lead_fen
    assert refusal(await bid(site, "jia", minimum(site))) == (409, "BID_ALREADY_LEADING")
    assert site.exchange.house.view.lots[hall.OPEN].lead_fen == lead_fen


async def test_24_without_an_entry(site: Site) -> None:
    """Who is signed in and has not entered this lot."""
    assert refusal(await bid(site, "ding", minimum(site))) == (403, "ENTRY_REQUIRED")


async def test_25_without_the_deposit(site: Site) -> None:
    """Entered, and the bank knows of no money."""
    assert (await post(await site.member("bing"), f"lots/{hall.OPEN}/entries")).status_code == 201
    await site.exchange.own_house.settled()
    assert refusal(await bid(site, "bing", minimum(site))) == (409, "DEPOSIT_REQUIRED")


async def test_26_the_own_lot_and_an_affiliates(site: Site) -> None:
    """The seller with a bidder's role, and its affiliate, neither enter nor bid (auction law art. 22, 30)."""
    await site.exchange.registers.accounts.set_roles("university", ["seller", "bidder"])
    for login in ("university", hall.AFFILIATE):
        assert refusal(await bid(site, login, minimum(site))) == (403, "BID_SELF_DEALING")
        entry = await post(await site.member(login), f"lots/{hall.OPEN}/entries")
        assert refusal(entry) == (403, "BID_SELF_DEALING")


async def test_27_a_broker_for_both_sides(site: Site) -> None:
    """Mandated by the seller and by a bidder, it can do nothing for the bidder on this lot."""
    await broker(site)
    await mandate(site, "broker", "ding", "broker")
    held = await mandate(site, "broker", "university", "broker")
    agent = await site.member("broker")
    conflict = (403, "BID_CONFLICT_OF_INTEREST")
    assert refusal(await post(agent, f"lots/{hall.OPEN}/entries?client=ding")) == conflict
    operator = await site.member("operator")
    assert (await operator.post(f"/api/v1/mandates/{held}/revocation")).status_code == 200
    assert (await post(agent, f"lots/{hall.OPEN}/entries?client=ding")).status_code == 201


async def test_28_the_same_id_and_the_same_body(site: Site) -> None:
    """One decision and one answer, however often it is asked, also at once."""
    await led_by(site, "jia")
    id_, amount_fen, before = key(), minimum(site), site.exchange.house.view.lots[hall.OPEN].accepted
    answers = [await bid(site, "yi", amount_fen, id_=id_)]
    answers += await asyncio.gather(*(bid(site, "yi", amount_fen, id_=id_) for _ in range(4)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert site.exchange.house.view.lots[hall.OPEN].accepted == before + 1


async def test_29_the_same_id_and_another_body(site: Site) -> None:
    """An id stands for what was asked first: another amount, or another person's use of it, is refused."""
    await led_by(site, "jia")
    id_ = key()
    assert (await bid(site, "yi", minimum(site), id_=id_)).status_code == 201
    again = await bid(site, "yi", minimum(site), id_=id_)
    assert refusal(again) == (409, "IDEMPOTENCY_MISMATCH")
    assert refusal(await bid(site, "jia", minimum(site), id_=id_)) == (409, "IDEMPOTENCY_MISMATCH")


async def test_30_two_bids_in_the_same_instant(site: Site) -> None:
    """The clock stands still: both are decided, one after the other, and the later one saw the earlier."""
    await led_by(site, "jia")
    await led_by(site, "yi")
    house = site.exchange.own_house
    amount_fen, seq = minimum(site), house.view.seq
    answers = await asyncio.gather(
        bid(site, "jia", amount_fen), bid(site, "jia", amount_fen), bid(site, "yi", amount_fen)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    made = [one.event for one in await house.history(f"lot/{hall.OPEN}") if one.seq > seq]
    assert sorted(type(event).__name__ for event in made) == ["BidAccepted", "BidRefused", "BidRefused"]
    events = (await site.client().get(f"/api/v1/lots/{hall.OPEN}/events?limit=1000")).json()["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["amount_fen"] == amount_fen


async def test_31_a_zero_too_many(site: Site) -> None:
    """Beyond ten times the lead it is asked back; nothing is journaled until it is confirmed."""
    await led_by(site, "jia")
    lot, seq = site.exchange.house.view.lots[hall.CAPPED], site.exchange.house.view.seq
    slip = 10 * (lot.lead_fen or OPENING) + STEP
    assert refusal(await bid(site, "jia", slip, hall.CAPPED)) == (409, "BID_UNCONFIRMED")
    assert site.exchange.house.view.seq == seq


@pytest.mark.parametrize("name", ["currency", "unit"])
async def test_32_another_currency(site: Site, name: str) -> None:
    """Fen are fen: there is no field in which another currency could be named."""
    assert refusal(await bid(site, "yi", minimum(site), **{name: "USD"})) == (422, "UNKNOWN_FIELD")


async def test_33_taking_a_bid_back(site: Site) -> None:
    """Never (auction law art. 36), over HTTP and over the socket."""
    await led_by(site, "yi")
    id_ = key()
    assert (await bid(site, "jia", minimum(site), id_=id_)).status_code == 201
    path = f"/api/v1/lots/{hall.OPEN}/bids/{id_}"
    assert refusal(await (await site.member("jia")).delete(path)) == (409, "BID_BINDING")
    async with talking(site, "jia") as talk:
        answer = await talk.ask("withdraw", lot=hall.OPEN, id=id_)
        assert (answer["t"], answer["code"], answer["retry"]) == ("rej", "BID_BINDING", False)
    code = site.exchange.house.view.market.code_of(hall.OPEN, "jia")
    assert site.exchange.house.view.lots[hall.OPEN].leader == code


async def test_34_a_sealed_bid_after_the_deadline(site: Site) -> None:
    """A perfect envelope, at the instant of the close."""
    body = await sealed(site, hall.SHORT_SEALED, "jia")
    await closed(site, hall.SHORT_SEALED)
    late = await post(await site.member("jia"), f"lots/{hall.SHORT_SEALED}/seals", body)
    assert refusal(late) == (409, "LOT_CLOSED")


async def test_35_reading_sealed_bids_before_the_opening(site: Site) -> None:
    """To its bidder, its seller, the operator and the auditor the openings do not exist yet."""
    body = await sealed(site, hall.SEALED, "yi")
    assert (await post(await site.member("yi"), f"lots/{hall.SEALED}/seals", body)).status_code == 201
    path = f"/api/v1/lots/{hall.SEALED}/seals"
    for login in ("yi", "jia", "university", "operator", "auditor"):
        assert refusal(await (await site.member(login)).get(path)) == (404, "NOT_FOUND"), login
    assert refusal(await site.client().get(path)) == (404, "NOT_FOUND")


async def test_36_an_envelope_of_another_size_or_kind(site: Site) -> None:
    """The door sees size and form and refuses both; a good envelope still fits afterwards.

    What is sealed to another key has the right form: nobody can know before the opening, where it is void.
    """
    good = await sealed(site, hall.SEALED, "jia")
    path = f"lots/{hall.SEALED}/seals"
    wrong = [
        good["envelope"][:-1],
        good["envelope"] + "A",
        "AQQ" * 1200,
        "B" + good["envelope"][1:],
        "信封",
        "",
    ]
    for envelope in wrong:
        answer = await post(await site.member("jia"), path, {**good, "envelope": envelope})
        assert refusal(answer) == (422, "BAD_ENVELOPE"), envelope[:20]
    answer = await post(await site.member("jia"), path, {**good, "commitment": "f" * 63})
    assert refusal(answer) == (422, "BAD_ENVELOPE")
    assert (await post(await site.member("jia"), path, good)).status_code == 201


async def test_37_a_close_that_is_put_off_for_ever(site: Site) -> None:
    """The extension of this lot counts once: the next bid is taken, and the close stays where it is."""
    lots = site.exchange.house.view.lots
    published = lots[hall.CAPPED].terms.closes_at
    assert (await bid(site, "jia", OPENING, hall.CAPPED)).status_code == 201
    moved = lots[hall.CAPPED].closes_at
    assert published is not None
    assert moved is not None
    assert moved > published
    site.breathe()
    assert (await bid(site, "yi", OPENING + STEP, hall.CAPPED)).status_code == 201
    assert (lots[hall.CAPPED].closes_at, lots[hall.CAPPED].extensions) == (moved, 1)


async def test_38_trading_with_oneself(site: Site) -> None:
    """The book refuses an order that would reach its own party; no address leads to a book from outside."""
    book = OrderBook()
    book.add("own", "P", Side.OFFER, 100, 1)
    assert book.add("t", "P", Side.BID, 100, 1) is Rejection.ORDER_SELF_TRADE
    for path in (f"lots/{hall.OPEN}/orders", f"lots/{hall.OPEN}/book", "orders"):
        assert refusal(await post(await site.member("jia"), path, {"price": 1})) == (404, "NOT_FOUND")


async def test_39_the_sellers_reserve_after_the_opening(site: Site) -> None:
    """Terms are fixed before the lot opens: there is no way to move a reserve, up or down, and no field for it."""
    before = site.exchange.house.view.lots[hall.OPEN].terms
    seller = await site.member("university")
    path = f"/api/v1/lots/{hall.OPEN}"
    body = {"reserve_price_fen": 2 * OPENING}
    for method in ("PUT", "PATCH", "POST"):
        answer = await seller.request(method, path, json=body, headers={"idempotency-key": key()})
        assert refusal(answer) == (405, "METHOD_NOT_ALLOWED")
    answer = await post(seller, f"lots/{hall.OPEN}/reserve", body)
    assert refusal(answer) == (404, "NOT_FOUND")
    assert site.exchange.house.view.lots[hall.OPEN].terms == before
