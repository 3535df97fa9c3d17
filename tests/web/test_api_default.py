"""A buyer who does not pay, over REST: who may say so, and the way to the next sale."""

from matching_engine.terms import DAY, HOUR
from tests.web.asking import OPENING, STEP, TRADE, bid, post, refusal, sold
from tests.web.running import Web


async def unpaid(web: Web) -> None:
    """jia wins over yi and does not pay for ten days."""
    await web.open_lot()
    await bid(await web.signed_in("yi"), OPENING)
    await bid(await web.signed_in("jia"), OPENING + STEP)
    await web.pass_time(HOUR)
    web.clock.advance(10 * DAY)


async def test_a_default_leads_to_the_runner_up(web: Web) -> None:
    """Only the operator declares it; the runner-up accepts and owes its own bid."""
    await unpaid(web)
    jia, yi, operator = [await web.signed_in(login) for login in ("jia", "yi", "operator")]
    assert refusal(await post(jia, f"trades/{TRADE}/default", {})) == (403, "FORBIDDEN")
    made = await post(operator, f"trades/{TRADE}/default", {"buyer_commission_fen": 5})
    assert made.status_code == 201, made.text
    await web.exchange.own_house.settled()
    assert (await post(operator, "lots/L1/second-best", {"hours": 24})).status_code == 201
    assert refusal(await post(operator, "lots/L1/second-best/answer", {"accept": True})) == (403, "FORBIDDEN")
    assert (await post(yi, "lots/L1/second-best/answer", {"accept": True})).status_code == 201
    await web.exchange.own_house.settled()
    second = (await yi.get("/api/v1/trades/T-L1-2")).json()
    assert (second["price_fen"], second["buyer"]["id"]) == (OPENING, "yi")
    assert refusal(await post(operator, "listings/A1/reopening")) == (409, "LISTING_STATE")


async def test_instalments_are_agreed(web: Web) -> None:
    """Parts that make the price are taken, others refused."""
    await web.open_lot()
    await bid(await web.signed_in("jia"), OPENING)
    await web.pass_time(HOUR)
    operator = await web.signed_in("operator")
    parts = [{"due_on": f"2026-0{month}-01", "amount_fen": OPENING // 2} for month in (6, 9)]
    wrong = [{**parts[0], "amount_fen": 1}, parts[1]]
    assert (
        refusal(await post(operator, f"trades/{TRADE}/instalments", {"parts": wrong}))[1]
        == "INSTALMENTS_INVALID"
    )
    made = await post(operator, f"trades/{TRADE}/instalments", {"parts": parts})
    assert made.status_code == 201, made.text
    assert web.exchange.house.view.settlement.obligations[f"O-{TRADE}"].due_on == "2026-09-01"


async def test_a_listing_is_put_up_again(web: Web) -> None:
    """After the default the operator may reopen the listing, once."""
    await unpaid(web)
    operator = await web.signed_in("operator")
    await post(operator, f"trades/{TRADE}/default", {})
    await web.exchange.own_house.settled()
    assert (await post(operator, "listings/A1/reopening")).status_code == 201
    assert refusal(await post(operator, "listings/A1/reopening")) == (409, "LISTING_STATE")


async def test_both_parties_rescind_a_sale(web: Web) -> None:
    """Each says it for itself; the trade says why nothing more comes of it, and others do not see it."""
    await sold(web)
    jia, university = await web.signed_in("jia"), await web.signed_in("university")
    path, body = f"trades/{TRADE}/rescission", {"kept_fen": 100, "reason": "技术条件不具备"}
    assert refusal(await post(await web.signed_in("yi"), path, body)) == (404, "NOT_FOUND")
    assert (await post(jia, path, body)).status_code == 201
    trade = (await university.get(f"/api/v1/trades/{TRADE}")).json()
    assert (trade["kept_fen"], trade["failed"]) == ({"buyer": 100}, None)
    assert (await post(university, path, body)).status_code == 201
    await web.exchange.own_house.settled()
    trade = (await university.get(f"/api/v1/trades/{TRADE}")).json()
    assert "both parties rescinded it" in trade["failed"]
    assert [(one["kind"], one["amount_fen"], one["met"]) for one in trade["charges"]] == [
        ("rescission", 100, True)
    ]
