"""Trials, open licences, challenges and milestones over REST, each in one whole way through, and to whom they exist."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from exchange.demo.data import load
from exchange.demo.steps import Steps
from exchange.house.command import HOUSE, Body, Command
from exchange.market.challenge import subject_of
from settlement.commands import ConcludeTrade, SignContract
from tests.web.asking import post, refusal
from tests.web.negotiating import LISTING, TERMS, offered
from tests.web.running import Web, key, running_web

SECOND = "A2"
TRIAL, LICENCE, TRADE = f"TR-{LISTING}-1", f"OL-{SECOND}-1", "T-LC-1"
TRIED = {"months": 3, "scope": "在一条产线上使用", "criteria": "合格率不低于98%", "conversion": TERMS}
DECLARED = {
    "patent": "ZL202010000001.1",
    "patent_kind": "invention",
    "granted_on": "2024-05-10",
    "fees_paid_until": "2027-05-10",
    "expires_on": "2026-12-31",
    "fee_fen": 3_000_000,
}
STAGES = [
    {"title": "样机", "criteria": "通过第三方检测", "share_bp": 4_000, "days": 60, "keep": 1},
    {"title": "中试", "criteria": "连续运行三十天", "share_bp": 6_000, "days": 180},
]


@pytest.fixture
async def market(sqlite_path: Path) -> AsyncIterator[Web]:
    """Two tradable listings of the university, and a third under notice."""
    async with running_web(f"sqlite:///{sqlite_path}") as web:
        steps = Steps(web.exchange.own_house, "supply")
        await offered(web)
        for listing, achievement in zip((SECOND, "A3"), load()[1:3], strict=True):
            await steps.offer(listing, achievement)
        await web.pass_time(8 * 86_400_000_000)
        yield web


async def said(web: Web, login: str | None, path: str) -> Any:
    """What a reader is told."""
    client = web.client() if login is None else await web.signed_in(login)
    return (await client.get(f"/api/v1/{path}")).json()


async def done(web: Web, login: str, path: str, body: dict[str, Any]) -> int:
    """A step; its status."""
    return (await post(await web.signed_in(login), path, body)).status_code


async def test_a_trial_from_its_terms_to_the_agreement(market: Web) -> None:
    """Proposed, agreed to by digest, begun, converted: the agreement stands under its link; strangers see nothing."""
    body = {"listing": LISTING, "terms": TRIED}
    assert await done(market, "jia", "trials", {**body, "terms": {**TRIED, "months": 13}}) == 422
    assert await done(market, "jia", "trials", body) == 201
    trial = await said(market, "university", f"trials/{TRIAL}")
    assert (trial["state"], trial["taker"]["id"], trial["terms"]["conversion"]["licence"]) == (
        "proposed",
        "jia",
        "sole",
    )
    path = f"trials/{TRIAL}/steps"
    assert await done(market, "university", path, {"step": "agree", "digest": "0" * 64}) == 409
    assert await done(market, "university", path, {"step": "agree", "digest": trial["digest"]}) == 201
    assert await done(market, "yi", path, {"step": "return", "findings": "x"}) == 404
    assert await done(market, "university", path, {"step": "start"}) == 201
    assert await done(market, "jia", path, {"step": "convert", "findings": "合格率98.6%"}) == 201
    trial = await said(market, "jia", f"trials/{TRIAL}")
    assert (trial["state"], trial["outcome"]) == ("ended", "converted")
    table = await said(market, "jia", trial["links"]["table"].removeprefix("/api/v1/"))
    assert table["table"]["agreed"]["terms"]["price_fen"] == TERMS["price_fen"]
    assert [len((await said(market, who, "trials"))["trials"]) for who in ("jia", "yi", "operator")] == [
        1,
        0,
        1,
    ]
    assert (await said(market, "yi", f"trials/{TRIAL}"))["code"] == "TRIAL_UNKNOWN"


async def test_an_open_licence_from_its_declaration_to_its_end(market: Web) -> None:
    """Declared, looked at, taken, taken back; before the look nobody else knows of it, and takers only of themselves."""
    assert await done(market, "university", "open-licences", {"listing": SECOND, "terms": DECLARED}) == 201
    assert (await said(market, None, "open-licences"))["licences"] == []
    look = {"decision": "publish", "evidence": "登记簿副本"}
    assert await done(market, "university", f"open-licences/{LICENCE}/review", look) == 403
    assert await done(market, "operator", f"open-licences/{LICENCE}/review", look) == 201
    path = f"open-licences/{LICENCE}/takers"
    wrong = await post(await market.signed_in("jia"), path, {"fee_fen": 1})
    assert refusal(wrong)[0] == 409
    assert await done(market, "jia", path, {"fee_fen": DECLARED["fee_fen"]}) == 201
    told = [await said(market, who, f"open-licences/{LICENCE}") for who in (None, "yi", "jia", "university")]
    assert [(one["taken"], len(one["takers"])) for one in told] == [(1, 0), (1, 0), (1, 1), (1, 1)]
    assert told[2]["takers"][0]["trade"] == f"T-{LICENCE}-1"
    back = f"open-licences/{LICENCE}/withdrawal"
    assert await done(market, "university", back, {"reasons": "专利转让"}) == 201
    (one,) = (await said(market, None, "open-licences"))["licences"]
    assert (one["state"], one["reasons"]) == ("withdrawn", "专利转让")


async def test_a_challenge_and_the_milestones_of_its_award(market: Web) -> None:
    """Terms, award, then handed in, rejected, made good and accepted; strangers see the terms and no milestone."""
    terms = {"bounty_fen": 100_000_000, "awards_max": 2, "stages": STAGES}
    assert await done(market, "jia", "challenges/A3", terms) == 403
    assert await done(market, "university", "challenges/A3", {**terms, "awards_max": 1}) == 422
    assert await done(market, "university", "challenges/A3", terms) == 201
    shown = await said(market, None, "challenges")
    assert [one["listing"] for one in shown["challenges"]] == ["A3"]
    await awarded(market)
    path = f"trades/{TRADE}/milestones"
    assert (await said(market, "yi", path))["code"] == "NOT_FOUND"
    submit = {"step": "submit", "evidence": "样机检测报告第12号"}
    assert await done(market, "jia", f"{path}/9/steps", submit) == 404
    assert await done(market, "jia", f"{path}/{'9' * 30}/steps", submit) == 404
    assert await done(market, "jia", f"{path}/1/steps", submit) == 201
    assert await done(market, "university", f"{path}/1/steps", {"step": "reject", "reasons": "缺试验"}) == 201
    assert await done(market, "jia", f"{path}/1/steps", submit) == 201
    assert await done(market, "university", f"{path}/1/steps", {"step": "accept"}) == 201
    stones = (await said(market, "university", path))["milestones"]
    assert [(one["state"], one["amount_fen"], one["rejections"]) for one in stones] == [
        ("accepted", 36_000_000, 1),
        ("planned", 54_000_000, 0),
    ]
    end = {"ground": "failed", "reasons": "未交付"}
    ended = await post(await market.signed_in("university"), f"trades/{TRADE}/termination", end)
    assert refusal(ended) == (409, "TERMINATION_GROUND")


async def awarded(web: Web) -> None:
    """Jia is awarded the challenge at 900,000.00, and both have signed."""
    market = web.exchange.house.view.market
    trade = ConcludeTrade(
        trade=TRADE,
        lot="LC",
        subject=subject_of(market, market.listings["A3"]),
        seller=market.parties["jia"],
        buyer=market.parties["university"],
        price_fen=90_000_000,
        deposit=None,
        mechanism="challenge",
        hammered_at=web.clock.now(),
        payment_days=5,
    )
    await ask(web, trade)
    contract = web.exchange.house.view.settlement.contracts[f"C-{TRADE}"]
    for party in ("jia", "university"):
        await ask(web, SignContract(contract.id, party, party, contract.digest))


async def ask(web: Web, body: Body) -> None:
    """The house itself asks, and everything that follows happens."""
    outcome = await web.exchange.own_house.submit(Command(key(), HOUSE, body))
    assert outcome.refusal is None, outcome.refusal
    await web.exchange.own_house.settled()
