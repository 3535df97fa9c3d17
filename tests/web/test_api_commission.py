"""A session's commissions over REST: set with it, shown with it, due at the hammer."""

from matching_engine.terms import HOUR
from tests.web.asking import DEPOSIT, OPENING, credit, post, refusal
from tests.web.running import Web
from tests.web.test_api_market import enrol, lot_of, made, session_of, tradable

FEES = {"buyer": [{"above_fen": 0, "percent": "2"}], "seller": [{"above_fen": 0, "percent": "6"}]}


async def test_the_hammer_makes_both_commissions_due(web: Web) -> None:
    """As agreed with the session, also above the cap that holds where nothing was agreed."""
    listing = await tradable(web)
    await enrol(web, "jia")
    operator, jia = await web.signed_in("operator"), await web.signed_in("jia")
    session = made(await post(operator, "sessions", session_of(lot_of(web, listing), commission=FEES)))
    shown = (await jia.get(f"/api/v1/sessions/{session}")).json()
    assert (shown["commission"]["agreed"], shown["commission"]["seller"][0]["percent"]) == (True, "6")
    lot = shown["lots"][0]["lot"]
    entry = (await post(jia, f"lots/{lot}/entries")).json()["events"][0]
    bank = await web.signed_in("bank")
    assert (
        await bank.post("/api/v1/credits", json=credit(entry["deposit"], "jia", DEPOSIT))
    ).status_code == 200
    await web.pass_time(HOUR)
    jia = await web.signed_in("jia")
    assert (await post(jia, f"lots/{lot}/bids", {"amount_fen": OPENING})).status_code == 201
    await web.pass_time(HOUR)
    jia = await web.signed_in("jia")
    charges = (await jia.get(f"/api/v1/trades/T-{lot}-1")).json()["charges"]
    assert {one["id"]: (one["amount_fen"], one["reference"]) for one in charges} == {
        f"OB-T-{lot}-1": (OPENING * 2 // 100, f"OB-T-{lot}-1"),
        f"OA-T-{lot}-1": (OPENING * 6 // 100, ""),
    }


async def test_brackets_that_cannot_be_are_refused(web: Web) -> None:
    """The side and what is wrong with it are named; no session is set."""
    listing = await tradable(web)
    operator = await web.signed_in("operator")
    wrong = {"buyer": [{"above_fen": 5, "percent": "2"}]}
    answer = await post(operator, "sessions", session_of(lot_of(web, listing), commission=wrong))
    assert refusal(answer) == (409, "COMMISSION")
    assert "commission.buyer" in answer.json()["detail"]
    assert web.exchange.house.view.market.sessions == {}
