"""Royalties over REST: the parties report and inspect, others see nothing, late ones are listed."""

import msgspec

from exchange.house.command import Command, Principal
from matching_engine.terms import DAY
from settlement import commands as sc
from settlement.deal import Deal, Payment, Royalty
from settlement.royalties import missing_reports
from tests.settlement.desk import SUBJECT
from tests.web.asking import post, refusal, sign_both
from tests.web.running import Web

HOUSE = Principal("house", None, frozenset({"house"}))
PATH = "trades/T-L1-1/royalties"


async def licensed(web: Web) -> None:
    """A licence under a quarterly royalty, concluded between the university and jia."""
    await web.open_lot()
    house = web.exchange.own_house
    parties = house.view.market.parties
    royalty = Royalty("sales", ("3",), period_months=3)
    deal = Deal("licence", term_months=24, payment=Payment("entry_fee_royalty", royalty=royalty))
    conclude = sc.ConcludeTrade(
        trade="T-L1-1",
        lot="L1",
        subject=msgspec.structs.replace(SUBJECT, deal=deal),
        seller=parties["university"],
        buyer=parties["jia"],
        price_fen=10_000_000,
        deposit=None,
        mechanism="english",
        hammered_at=house.clock.now(),
        payment_days=5,
    )
    await house.submit(Command("conclude-0001", HOUSE, conclude))
    await house.settled()
    await sign_both(web)


async def test_a_period_is_reported_shown_and_inspected(web: Web) -> None:
    """The next period is told, its report raises a charge, the seller asks for the books, the operator records."""
    await licensed(web)
    assert refusal(await post(await web.signed_in("jia"), PATH, {"period": 1, "basis_fen": 5})) == (
        409,
        "ROYALTY_NOT_DUE",
    )
    web.clock.advance(100 * DAY)
    jia, university = await web.signed_in("jia"), await web.signed_in("university")
    before = (await jia.get(f"/api/v1/{PATH}")).json()
    assert (before["next"]["period"], before["next"]["over"], before["reports"]) == (1, True, [])
    assert (await post(jia, PATH, {"period": 1, "basis_fen": 1_000_000})).status_code == 201
    assert (await post(university, f"{PATH}/1/inspection")).status_code == 201
    operator = await web.signed_in("operator")
    assert (await post(operator, f"{PATH}/1/inspection/result", {"basis_fen": 2_000_000})).status_code == 201
    (report,) = (await university.get(f"/api/v1/{PATH}")).json()["reports"]
    assert [(one["reference"], one["amount_fen"]) for one in report["charges"]] == [
        ("OR1-T-L1-1", 30_000),
        ("OX1-T-L1-1", 30_000),
    ]
    assert (report["inspected_fen"], report["costs_on_buyer"]) == (2_000_000, True)


async def test_to_others_it_does_not_exist(web: Web) -> None:
    """Another party sees neither royalty nor late reports, and the seller does not report for the buyer."""
    await licensed(web)
    web.clock.advance(200 * DAY)
    assert len(missing_reports(web.exchange.own_house.view.settlement, web.clock.now())) == 1
    yi, university, jia = [await web.signed_in(login) for login in ("yi", "university", "jia")]
    assert refusal(await yi.get(f"/api/v1/{PATH}")) == (404, "NOT_FOUND")
    assert (await yi.get("/api/v1/royalties/late")).json() == {"missing": []}
    for client in (university, jia, await web.signed_in("operator")):
        (late,) = (await client.get("/api/v1/royalties/late")).json()["missing"]
        assert (late["trade"], late["period"]) == ("T-L1-1", 1)
    refused = await post(university, PATH, {"period": 1, "basis_fen": 5})
    assert refusal(refused) == (409, "NOT_A_PARTY")
    assert refusal(await post(jia, f"{PATH}/x/inspection")) == (404, "NOT_FOUND")
