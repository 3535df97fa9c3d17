"""Negotiation over REST: moves, secrecy towards everybody else, the notice, and the trade that comes of it."""

from pathlib import Path

from matching_engine.terms import DAY
from tests.web.asking import post, refusal
from tests.web.negotiating import LISTING, PRICE, TABLE, invited, moved, offer, seated
from tests.web.running import Web
from tests.web.served import whole_web

NOTICED = 17 * DAY
"""Longer than fifteen days and a weekend."""


async def agree(web: Web) -> None:
    """Jia offers, the university agrees to exactly that."""
    assert (await moved(web, "jia", offer())).status_code == 201
    shown = (await (await web.signed_in("university")).get(f"/api/v1/negotiations/{TABLE}")).json()
    digest = shown["table"]["standing"]["digest"]
    answer = await moved(web, "university", {"move": "agree", "answers": 1, "digest": digest})
    assert answer.status_code == 201, answer.text


async def test_an_agreement_becomes_a_trade_with_its_contract(web: Web) -> None:
    """After the notice the trade stands at the agreed price, and the contract says what was agreed, in every term."""
    await seated(web)
    await agree(web)
    await web.pass_time(NOTICED)
    holder = await web.signed_in("university")
    table = (await holder.get(f"/api/v1/negotiations/{TABLE}")).json()["table"]
    assert (table["state"], table["trade"]) == ("concluded", f"T-{TABLE}")
    trade = (await holder.get(f"/api/v1/trades/T-{TABLE}")).json()
    assert (trade["price_fen"], trade["mechanism"], trade["buyer"]["id"]) == (PRICE, "negotiated", "jia")
    text = (await holder.get(f"/api/v1/contracts/C-T-{TABLE}")).json()["text"]
    for words in ("1650000.00", "黑龙江省", "36个月", "乙方每年报告一次实施情况。", "协议定价"):
        assert words in text, words


async def test_a_buyer_who_does_not_pay_frees_the_listing(sqlite_path: Path) -> None:
    """The operator sees what a default will do and declares it; the listing may be traded, not with the defaulter."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        await seated(web)
        await agree(web)
        await web.pass_time(NOTICED)
        await web.pass_time(6 * DAY)
        operator = await web.signed_in("operator")
        page = await operator.get(f"/trades/T-{TABLE}/default", headers={"accept": "text/html"})
        assert page.status_code == 200
        answer = await post(operator, f"trades/T-{TABLE}/default", {})
        assert answer.status_code == 201, answer.text
        await web.exchange.own_house.settled()
        assert web.exchange.house.view.market.listings[LISTING].state == "tradable"
        again = await post(await web.signed_in("jia"), "negotiations", {"listing": LISTING})
        assert refusal(again) == (409, "ENTRY_BARRED")


async def test_a_table_is_nobody_elses(web: Web) -> None:
    """Others, visitors and made-up ids get the same 404, for reading and for moves; the operator sees no amount."""
    await seated(web)
    await moved(web, "jia", offer())
    stranger = await web.signed_in("yi")
    for table in (TABLE, "N-A1-9"):
        answer = await stranger.get(f"/api/v1/negotiations/{table}")
        assert refusal(answer) == (404, "TABLE_UNKNOWN")
        assert refusal(await moved(web, "yi", offer(), table)) == (404, "TABLE_UNKNOWN")
    assert (await stranger.get("/api/v1/negotiations")).json() == {"tables": []}
    operator = await web.signed_in("operator")
    seen = (await operator.get(f"/api/v1/negotiations/{TABLE}")).text
    assert '"offers":1' in seen
    assert str(PRICE) not in seen
    assert "黑龙江" not in seen
    assert refusal(await web.client().get(f"/api/v1/negotiations/{TABLE}"))[0] == 401


async def test_wrong_moves_are_named(web: Web) -> None:
    """An unknown field, an amount that is none, terms against the law, and somebody else's turn."""
    await seated(web)
    bad = offer()
    bad["terms"]["discount"] = 1
    assert refusal(await moved(web, "jia", bad)) == (422, "UNKNOWN_FIELD")
    assert refusal(await moved(web, "jia", offer(0))) == (422, "BAD_AMOUNT")
    bad = offer()
    bad["terms"]["form"] = "training"
    assert refusal(await moved(web, "jia", bad)) == (422, "TERMS_INVALID")
    assert (await moved(web, "jia", offer(), id_="move-0001")).status_code == 201
    assert (await moved(web, "jia", offer(), id_="move-0001")).status_code == 201
    assert refusal(await moved(web, "jia", offer(PRICE + 1), id_="move-0001")) == (
        409,
        "IDEMPOTENCY_MISMATCH",
    )
    assert refusal(await moved(web, "jia", {"move": "withdraw", "answers": 2})) == (409, "TERMS_STALE")
    assert refusal(await moved(web, "university", offer())) == (409, "TABLE_TURN")


async def test_name_and_price_are_public_and_an_objection_suspends(web: Web) -> None:
    """A visitor reads what the law makes public; an objection stops the clock, its dismissal lets it go on."""
    await seated(web)
    assert (await web.client().get("/api/v1/agreements")).json() == {"agreements": []}
    await agree(web)
    public = (await web.client().get("/api/v1/agreements")).json()["agreements"][0]
    assert (public["price_fen"], public["related"], public["state"]) == (PRICE, [], "notice")
    assert "jia" not in str(public)
    path = f"agreements/{TABLE}/objections"
    assert refusal(await post(await web.signed_in("jia"), path, {"text": "x"})) == (409, "TABLE_PARTIES")
    assert (await post(await web.signed_in("yi"), path, {"text": "价格偏低"})).status_code == 201
    await web.pass_time(NOTICED)
    assert (await web.client().get("/api/v1/agreements")).json()["agreements"][0]["state"] == "objected"
    decided = {"upheld": False, "reason": "评估报告支持该价格"}
    assert refusal(await post(await web.signed_in("yi"), f"{path}/1/decision", decided)) == (403, "FORBIDDEN")
    assert (await post(await web.signed_in("operator"), f"{path}/1/decision", decided)).status_code == 201
    await web.pass_time(NOTICED)
    assert f"T-{TABLE}" in web.exchange.house.view.settlement.trades


async def test_a_second_table_ends_with_its_reason(web: Web) -> None:
    """The other taker learns why, and nothing of the price."""
    await seated(web)
    await invited(web, "yi", "N-A1-2")
    await agree(web)
    shown = (await (await web.signed_in("yi")).get("/api/v1/negotiations/N-A1-2")).json()
    assert (shown["table"]["state"], shown["table"]["reason"]) == ("ended", "listing_agreed")
    assert str(PRICE) not in str(shown)
    assert web.exchange.house.view.market.listings[LISTING].state == "agreement_notice"
