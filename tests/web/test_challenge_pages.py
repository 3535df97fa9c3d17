"""A challenge from its terms to its milestones, by plain forms: stages become milestones, each accepted and paid."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.demo.data import load
from exchange.demo.steps import Steps
from exchange.house.command import HOUSE, Body, Command
from exchange.market.challenge import subject_of
from settlement.commands import ConcludeTrade, RecordCredit, SignContract
from settlement.milestone_state import MilestoneState
from tests.web.negotiating import LISTING
from tests.web.running import Web, key
from tests.web.served import whole_web
from tests.web.test_negotiation_pages import page

TRADE = "T-LC-1"
TERMS = {
    "bounty": "1000000",
    "awards_max": "2",
    "weights": "price=60 plan=40",
    "title-1": "样机",
    "criteria-1": "通过第三方检测",
    "percent-1": "40",
    "days-1": "60",
    "keep-1": "1",
    "title-2": "中试",
    "criteria-2": "连续运行三十天",
    "percent-2": "60",
    "days-2": "180",
}


@pytest.fixture
async def site(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product, with a listing under notice."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        steps = Steps(web.exchange.own_house, "challenge")
        await steps.enrol()
        await steps.offer(LISTING, load()[0])
        yield web


async def ask(site: Web, body: Body) -> None:
    """The house itself asks, and everything that follows happens."""
    outcome = await site.exchange.own_house.submit(Command(key(), HOUSE, body))
    assert outcome.refusal is None, outcome.refusal
    await site.exchange.own_house.settled()


async def awarded(site: Web) -> None:
    """The terms are published, jia was awarded at 900,000.00, and both have signed."""
    assert (await page(site, "university", f"/challenges/{LISTING}", **TERMS)).status_code == 303
    market = site.exchange.house.view.market
    await ask(
        site,
        ConcludeTrade(
            trade=TRADE,
            lot="LC",
            subject=subject_of(market, market.listings[LISTING]),
            seller=market.parties["jia"],
            buyer=market.parties["university"],
            price_fen=90_000_000,
            deposit=None,
            mechanism="challenge",
            hammered_at=site.clock.now(),
            payment_days=5,
        ),
    )
    contract = site.exchange.house.view.settlement.contracts[f"C-{TRADE}"]
    for party in ("jia", "university"):
        await ask(site, SignContract(contract.id, party, party, contract.digest))


def _state(site: Web) -> MilestoneState:
    """Where the first milestone stands."""
    return site.exchange.house.view.settlement.trades[TRADE].milestones[1].state


async def test_the_terms_are_published_and_checked(site: Web) -> None:
    """Shares that are not the whole are refused with what was expected; the terms are public, the form its issuer's."""
    path = f"/challenges/{LISTING}"
    wrong = await page(site, "university", path, **{**TERMS, "percent-2": "50"})
    assert wrong.status_code == 422
    assert "10000" in wrong.text
    assert (await page(site, "jia", path, **TERMS)).status_code in (403, 404, 409)
    assert (await page(site, "university", path, **TERMS)).status_code == 303
    text = (await page(site, None, path)).text
    assert "通过第三方检测" in text
    assert 'name="bounty"' not in text
    assert "1,000,000.00" in (await page(site, None, "/challenges")).text


async def test_milestones_are_worked_through_on_the_desk(site: Web) -> None:
    """Handed in, rejected, made good, accepted and paid; the last one by the proceeds."""
    await awarded(site)
    path = f"/trades/{TRADE}/milestones"
    assert (await page(site, "yi", path)).status_code == 404
    trade = site.exchange.house.view.settlement.trades[TRADE]
    assert [stone.amount_fen for stone in trade.milestones.values()] == [36_000_000, 54_000_000]
    assert trade.subject.deal is not None
    assert trade.subject.deal.kind == "development"
    assert (await page(site, "university", f"{path}/1", step="accept")).status_code == 409
    submit = {"step": "submit", "words": "样机检测报告第12号"}
    assert (await page(site, "jia", f"{path}/1", **submit)).status_code == 303
    assert (await page(site, "university", f"{path}/1", step="reject", words="缺耐久试验")).status_code == 303
    assert "缺耐久试验" in (await page(site, "jia", path)).text
    assert (await page(site, "jia", f"{path}/1", **submit)).status_code == 303
    assert (await page(site, "university", f"{path}/1", step="accept")).status_code == 303
    await ask(site, RecordCredit("CR-1", f"O-{TRADE}", "university", 90_000_000, "2026-03-03"))
    view = site.exchange.house.view.settlement
    trade = view.trades[TRADE]
    assert trade.milestones[1].payment == f"P-M1-{TRADE}"
    assert trade.payment is None
    assert (await page(site, "jia", f"{path}/2", **submit)).status_code == 303
    assert (await page(site, "university", f"{path}/2", step="accept")).status_code == 303
    await site.exchange.own_house.settled()
    trade = site.exchange.house.view.settlement.trades[TRADE]
    assert trade.payment is not None
    assert site.exchange.house.view.settlement.payments[trade.payment].amount_fen == 54_000_000


async def test_a_milestone_that_is_late_fails_by_itself_and_ends_the_contract(site: Web) -> None:
    """The clock alone: missed, failed; the issuer gives more time, or ends it."""
    await awarded(site)
    day = 86_400_000_000
    await site.pass_time(62 * day)
    assert _state(site) is MilestoneState.MISSED
    await site.pass_time(16 * day)
    assert _state(site) is MilestoneState.FAILED
    end = {"ground": "failed", "reasons": "样机未交付"}
    path = f"/trades/{TRADE}/termination"
    assert (await page(site, "jia", path, **end)).status_code == 409
    assert (await page(site, "university", path, **end)).status_code == 303
    assert site.exchange.house.view.settlement.trades[TRADE].failed is not None
