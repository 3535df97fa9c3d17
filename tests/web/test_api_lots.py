"""Lots and bidding over a real house and a real database: what each request gets, and what it leaves in the journal."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps
from exchange.market.commands import LotPlan
from matching_engine.terms import HOUR, MINUTE, DutchClock, Mechanism, Rung, Terms
from tests.exchange.house.running import bid as bid_directly
from tests.web.asking import (
    DEPOSIT,
    OPENING,
    STEP,
    TRADE,
    bid,
    credit,
    post,
    refusal,
)
from tests.web.running import Web, key
from web.resources import LotResource


async def test_a_lot_shows_what_everybody_may_know_and_no_more(web: Web) -> None:
    """The published terms and the standing price, in the published form; no maximum and no party anywhere."""
    await web.open_lot()
    jia = await web.signed_in("jia")
    assert (await bid(jia, OPENING, max_fen=5 * OPENING)).status_code == 201
    answer = await web.client().get("/api/v1/lots/L1")
    shown = msgspec.convert(answer.json(), LotResource)
    assert (shown.state, shown.lead_fen, shown.minimum_fen, shown.step_fen) == (
        "open",
        OPENING,
        OPENING + STEP,
        STEP,
    )
    assert (shown.bids, shown.seq, shown.epoch, shown.mechanism) == (1, 3, 1, "english")
    assert shown.opens_at == "2026-03-09T10:00:00+08:00"
    assert shown.leader == web.exchange.house.view.market.code_of("L1", "jia")
    assert str(5 * OPENING) not in answer.text
    assert "reserve" not in answer.text
    assert "jia" not in answer.text


async def test_raising_ones_maximum_shows_nowhere(web: Web) -> None:
    """Neither the lot nor its events nor the count of bids tell that the leader raised its maximum."""
    await web.open_lot()
    jia, anybody = await web.signed_in("jia"), web.client()
    await bid(jia, OPENING, max_fen=2 * OPENING)
    before = [(await anybody.get(path)).text for path in ("/api/v1/lots/L1", "/api/v1/lots/L1/events")]
    raised = await bid(jia, OPENING, max_fen=3 * OPENING)
    assert raised.json()["events"][0]["kind"] == "MaximumRaised"
    assert raised.json()["events"][0]["max_fen"] == 3 * OPENING
    assert [
        (await anybody.get(path)).text for path in ("/api/v1/lots/L1", "/api/v1/lots/L1/events")
    ] == before


async def test_lots_are_listed_filtered_and_paged(web: Web) -> None:
    """Each filter narrows, pages follow without a gap, and nothing matches what is not there."""
    await web.open_lot()
    client = web.client()

    async def ids(**params: Any) -> list[str]:
        return [lot["lot"] for lot in (await client.get("/api/v1/lots", params=params)).json()["lots"]]

    title = web.exchange.house.view.market.listings["A1"].subject.title
    assert await ids() == ["L1"]
    for found in (
        {"state": "open"},
        {"mechanism": "english"},
        {"house": "hub"},
        {"q": title[2:5]},
        {"q": "L1"},
    ):
        assert await ids(**found) == ["L1"]
    for other in (
        {"state": "hammered"},
        {"mechanism": "dutch"},
        {"house": "elsewhere"},
        {"q": "没有"},
        {"cursor": 1},
    ):
        assert await ids(**other) == []
    page = (await client.get("/api/v1/lots", params={"limit": 1})).json()
    assert (len(page["lots"]), page["next"]) == (1, None)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 422, "BAD_VALUE"),
        ("limit=201", 422, "BAD_VALUE"),
        ("limit=１０", 422, "BAD_VALUE"),
        ("limit=" + "9" * 5000, 422, "BAD_VALUE"),
        ("cursor=-1", 422, "BAD_VALUE"),
        ("state=everything", 422, "BAD_VALUE"),
        ("colour=red", 422, "UNKNOWN_FIELD"),
        ("q=a&q=b", 400, "DUPLICATE_KEY"),
        ("q=%00", 422, "BAD_TEXT"),
        ("q=%E2%80%AE", 422, "BAD_TEXT"),
    ],
)
async def test_a_bad_query_is_refused(web: Web, query: str, status: int, code: str) -> None:
    """Parameters obey the rules of bodies."""
    assert refusal(await web.client().get(f"/api/v1/lots?{query}")) == (status, code)


@pytest.mark.parametrize(
    "path", ["lots/none", "lots/none/events", "lots/%00", "lots/..%2f..%2fetc", "lots/L1%2f"]
)
async def test_what_is_not_there_is_404(web: Web, path: str) -> None:
    """An unknown lot is a problem document, also under a strange name."""
    answer = await web.client().get(f"/api/v1/{path}")
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] in ("LOT_UNKNOWN", "NOT_FOUND", "BAD_TEXT")


async def test_events_are_gapless_and_public(web: Web) -> None:
    """seq runs from 1 without a gap, pages fit together, and refused bids and entries are not among them."""
    await web.open_lot()
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    await bid(jia, OPENING, max_fen=OPENING + 4 * STEP)
    await bid(yi, OPENING)
    await bid(yi, OPENING + STEP)
    client = web.client()
    whole = (await client.get("/api/v1/lots/L1/events")).json()
    kinds = [event["kind"] for event in whole["events"]]
    assert kinds == ["LotPutUp", "LotOpened", "BidAccepted", "BidAccepted", "ProxyRaised"]
    assert [event["seq"] for event in whole["events"]] == [1, 2, 3, 4, 5]
    assert (whole["seq"], whole["next"]) == (5, None)
    assert "max_fen" not in json.dumps(whole)
    assert "reserve" not in json.dumps(whole)
    first = (await client.get("/api/v1/lots/L1/events", params={"limit": 2})).json()
    rest = (await client.get("/api/v1/lots/L1/events", params={"after": first["next"]})).json()
    assert first["events"] + rest["events"] == whole["events"]


async def test_refusals_of_bids_have_their_codes(web: Web) -> None:
    """Leading already, below the opening, no entry, no role, own lot: each its status and code."""
    await web.open_lot()
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    assert refusal(await bid(jia, OPENING - 1)) == (409, "BID_BELOW_OPENING")
    assert (await bid(jia, OPENING)).status_code == 201
    assert refusal(await bid(jia, OPENING + STEP)) == (409, "BID_ALREADY_LEADING")
    assert refusal(await bid(yi, OPENING + STEP - 1)) == (409, "BID_BELOW_INCREMENT")
    assert refusal(await bid(await web.signed_in("bing"), OPENING + STEP)) == (403, "ENTRY_REQUIRED")
    assert refusal(await bid(await web.signed_in("operator"), OPENING + STEP)) == (403, "FORBIDDEN")
    assert refusal(await bid(web.client(), OPENING + STEP)) == (401, "NOT_SIGNED_IN")
    assert refusal(await post(jia, "lots/none/bids", {"amount_fen": OPENING})) == (404, "LOT_UNKNOWN")


async def test_a_seller_never_bids_on_its_own_lot(web: Web) -> None:
    """Given the role of a bidder, the seller's organisation still may not enter or bid (auction law art. 30)."""
    await web.open_lot()
    await web.exchange.registers.accounts.set_roles("university", ["seller", "bidder"])
    seller = await web.signed_in("university")
    assert refusal(await bid(seller, OPENING)) == (403, "BID_SELF_DEALING")
    assert refusal(await post(seller, "lots/L1/entries")) == (403, "BID_SELF_DEALING")


async def test_a_bid_without_its_deposit_is_refused(web: Web) -> None:
    """Entered, not paid: 409 DEPOSIT_REQUIRED; once the bank told of the money the same person may bid."""
    await web.open_lot()
    bing, bank = await web.signed_in("bing"), await web.signed_in("bank")
    entered = await post(bing, "lots/L1/entries")
    assert entered.status_code == 201
    entry = entered.json()["events"][0]
    assert (entry["kind"], entry["party"], entry["deposit_fen"]) == ("EntryApplied", "bing", DEPOSIT)
    await web.exchange.own_house.settled()
    assert refusal(await bid(bing, OPENING)) == (409, "DEPOSIT_REQUIRED")
    assert refusal(await post(bing, "lots/L1/entries")) == (409, "ENTRY_EXISTS")
    money = credit(entry["deposit"], "bing", DEPOSIT)
    assert (await bank.post("/api/v1/credits", json=money)).status_code == 200
    await web.exchange.own_house.settled()
    assert (await bid(bing, OPENING)).status_code == 201


async def test_a_bid_at_the_close_is_late(web: Web) -> None:
    """LOT_CLOSED at the very instant of the close, even before the gavel has fallen: late is late."""
    await web.open_lot()
    await bid(await web.signed_in("jia"), OPENING)
    web.clock.advance(HOUR - 1)
    yi = await web.signed_in("yi")
    web.clock.advance(1)
    assert refusal(await bid(yi, OPENING + STEP)) == (409, "LOT_CLOSED")
    await web.exchange.own_house.settled()
    assert web.exchange.house.view.settlement.trades[TRADE].buyer.id == "jia"
    assert (await web.client().get("/api/v1/lots/L1")).json()["state"] == "hammered"


async def test_an_amount_far_beyond_the_price_must_be_confirmed(web: Web) -> None:
    """More than ten times the leading price, or such a maximum: 409 BID_UNCONFIRMED, unless it is meant."""
    await web.open_lot()
    jia, yi, id_ = await web.signed_in("jia"), await web.signed_in("yi"), key()
    assert refusal(await bid(jia, 10 * OPENING + 1, id_)) == (409, "BID_UNCONFIRMED")
    assert refusal(await bid(jia, OPENING, max_fen=10 * OPENING + 1)) == (409, "BID_UNCONFIRMED")
    assert web.exchange.house.view.lots["L1"].refused == 0
    assert (await bid(jia, 10 * OPENING + 1, id_, confirm=True)).status_code == 201
    assert (await bid(yi, 100 * OPENING)).status_code == 201


async def test_a_bid_cannot_be_withdrawn(web: Web) -> None:
    """409 BID_BINDING (auction law art. 36)."""
    await web.open_lot()
    jia, id_ = await web.signed_in("jia"), key()
    await bid(jia, OPENING, id_)
    assert refusal(await jia.delete(f"/api/v1/lots/L1/bids/{id_}")) == (409, "BID_BINDING")
    assert web.exchange.house.view.lots["L1"].lead_fen == OPENING


async def test_many_bidders_at_once_are_all_decided_in_one_order(web: Web) -> None:
    """Forty bids at the same instant: each has an answer, the lead only rises, seq has no gap."""
    await web.open_lot()
    house = web.exchange.house
    asked = [bid_directly(house, ("jia", "yi")[n % 2], OPENING + n * STEP) for n in range(40)]
    outcomes = await asyncio.gather(*asked)
    events = (await web.client().get("/api/v1/lots/L1/events", params={"limit": 1000})).json()["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    accepted = [event["amount_fen"] for event in events if event["kind"] == "BidAccepted"]
    assert accepted == sorted(set(accepted))
    assert len(accepted) + sum(outcome.refusal is not None for outcome in outcomes) == 40


async def test_the_operator_stops_and_starts_the_clock(web: Web) -> None:
    """Suspended, nothing is accepted; resumed, the close has moved; nobody else may."""
    await web.open_lot()
    operator, jia = await web.signed_in("operator"), await web.signed_in("jia")
    closes_at = web.exchange.house.view.lots["L1"].closes_at
    assert refusal(await post(jia, "lots/L1/suspension", {"reason": "platform_fault"})) == (403, "FORBIDDEN")
    at_once = {"reason": "platform_fault", "at_once": True}
    assert (await post(operator, "lots/L1/suspension", at_once)).status_code == 201
    await web.exchange.own_house.settled()
    assert refusal(await bid(jia, OPENING)) == (409, "LOT_SUSPENDED")
    web.clock.advance(60_000_000)
    resumed = await operator.delete("/api/v1/lots/L1/suspension", headers={"idempotency-key": key()})
    assert resumed.status_code == 200
    assert web.exchange.house.view.lots["L1"].closes_at == (closes_at or 0) + 60_000_000
    again = await operator.delete("/api/v1/lots/L1/suspension", headers={"idempotency-key": key()})
    assert again.status_code == 409


async def scheduled(web: Web, terms: Terms) -> None:
    """The lot announced under these terms, with jia and yi admitted; it opens in an hour."""
    steps = Steps(web.exchange.own_house, key())
    await steps.enrol()
    await steps.offer("A1", load()[0])
    await web.pass_time(NOTICE)
    terms = msgspec.structs.replace(
        terms, opens_at=web.clock.now() + HOUR, closes_at=web.clock.now() + 2 * HOUR
    )
    made = await steps.schedule("S1", "专场", (LotPlan("L1", "A1", terms, 0),))
    assert made.refusal is None
    for login in ("jia", "yi"):
        await steps.enter(login, "L1")
    await web.exchange.own_house.settled()


async def test_before_the_opening_nothing_is_taken(web: Web) -> None:
    """409 LOT_NOT_OPEN, to the last microsecond before; at the opening the bid stands."""
    await scheduled(web, Terms(Mechanism.ENGLISH, OPENING, 0, 0, ladder=(Rung(0, STEP),)))
    assert refusal(await bid(await web.signed_in("jia"), OPENING)) == (409, "LOT_NOT_OPEN")
    web.clock.advance(HOUR - 1)
    jia = await web.signed_in("jia")
    assert refusal(await bid(jia, OPENING)) == (409, "LOT_NOT_OPEN")
    web.clock.advance(1)
    assert (await bid(jia, OPENING)).status_code == 201


async def test_the_clock_price_is_taken_by_the_first(web: Web) -> None:
    """A Dutch lot: another price than the instant's is refused, the right one wins, the next is too late."""
    dutch = DutchClock(STEP, 5 * MINUTE, OPENING // 2)
    await scheduled(web, Terms(Mechanism.DUTCH, OPENING, 0, 0, dutch=dutch))
    await web.pass_time(HOUR + 10 * MINUTE)
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    path = "lots/L1/acceptances"
    assert refusal(await post(jia, path, {"amount_fen": OPENING}))[0] == 409
    taken = await post(jia, path, {"amount_fen": OPENING - 2 * STEP})
    assert taken.status_code == 201
    assert taken.json()["events"][0]["amount_fen"] == OPENING - 2 * STEP
    assert refusal(await post(yi, path, {})) == (409, "LOT_CLOSED")
    assert refusal(await bid(yi, OPENING)) == (409, "LOT_CLOSED")


async def test_steps_of_another_mechanism_are_refused(web: Web) -> None:
    """An English lot has no clock price, and who holds no right of first refusal matches nothing."""
    await web.open_lot()
    jia = await web.signed_in("jia")
    assert refusal(await post(jia, "lots/L1/acceptances", {})) == (409, "WRONG_MECHANISM")
    assert refusal(await post(jia, "lots/L1/matches")) == (403, "MATCH_NOT_ENTITLED")


async def test_a_role_that_was_taken_away_counts_for_the_next_request(web: Web) -> None:
    """The session goes on, and the next bid is 403."""
    await web.open_lot()
    jia = await web.signed_in("jia")
    assert (await bid(jia, OPENING)).status_code == 201
    await web.exchange.registers.accounts.set_roles("jia", ["seller"])
    assert refusal(await bid(jia, OPENING + STEP)) == (403, "FORBIDDEN")


async def test_asking_for_the_head_of_a_stream_ends(web: Web) -> None:
    """HEAD is answered at once, whatever it accepts."""
    await web.open_lot()
    async with asyncio.timeout(10):
        answer = await web.client(accept="text/event-stream").head("/api/v1/lots/L1/events")
    assert answer.status_code == 200
