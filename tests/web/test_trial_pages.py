"""Trials, open licences and demands by plain forms, from the terms to the trade, and who sees what."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.market.licence_state import LicenceState
from exchange.market.trial_state import TrialState
from matching_engine.terms import DAY
from tests.web.negotiating import LISTING, offered
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_negotiation_pages import page

TRIAL = f"TR-{LISTING}-1"
LICENCE = f"OL-{LISTING}-1"
TERMS = {
    "listing": LISTING,
    "months": "3",
    "fee": "2000",
    "scope": "在一条产线上使用",
    "criteria": "合格率不低于98%",
    "price": "1650000",
    "kind": "licence",
    "form": "know_how",
    "licence": "sole",
    "exclusive": "yes",
}
DECLARED = {
    "listing": LISTING,
    "patent": "ZL202010000001.1",
    "patent_kind": "invention",
    "granted_on": "2024-05-10",
    "fees_paid_until": "2027-05-10",
    "expires_on": "2026-12-31",
    "fee": "30000",
    "small_firm_free": "yes",
}


@pytest.fixture
async def site(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product, with a listing of the university whose notice is over."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        await offered(web)
        yield web


async def running(site: Web) -> None:
    """Jia proposed a trial, the university agreed and handed over."""
    assert (await page(site, "jia", "/trials", **TERMS)).status_code == 303
    shown = await page(site, "university", f"/trials/{TRIAL}")
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', shown.text)
    assert found is not None
    path = f"/trials/{TRIAL}/steps"
    assert (await page(site, "university", path, step="agree", digest=found[1])).status_code == 422
    agreed = await page(site, "university", path, step="agree", digest=found[1], read="yes")
    assert agreed.status_code == 303
    assert (await page(site, "university", path, step="start")).status_code == 422
    assert (await page(site, "university", path, step="start", words="收据 12")).status_code == 303


async def test_a_trial_is_converted_into_a_trade(site: Web) -> None:
    """Agreed, begun, converted: the agreement goes under notice, and after it the trade stands at the price agreed."""
    await running(site)
    other = await page(site, "yi", "/negotiations", listing=LISTING)
    assert other.status_code == 409
    done = await page(site, "jia", f"/trials/{TRIAL}/steps", step="convert", words="合格率98.6%", read="yes")
    assert done.status_code == 303
    trial = site.exchange.house.view.market.trials.all[TRIAL]
    assert (trial.outcome, trial.table) == ("converted", f"N-{LISTING}-1")
    assert "1,650,000.00" in (await page(site, None, "/agreements")).text
    await site.pass_time(17 * DAY)
    trade = site.exchange.house.view.settlement.trades[f"T-{trial.table}"]
    assert (trade.price_fen, trade.buyer.id) == (165_000_000, "jia")
    assert trade.subject.deal is not None
    assert trade.subject.deal.licence == "sole"


async def test_a_trial_ends_by_itself(site: Web) -> None:
    """Three months later it has expired, and the listing is free for others."""
    await running(site)
    await site.pass_time(93 * DAY)
    trial = site.exchange.house.view.market.trials.all[TRIAL]
    assert (trial.state, trial.outcome) == (TrialState.ENDED, "expired")
    assert (await page(site, "yi", "/negotiations", listing=LISTING)).status_code == 303


async def test_a_trial_is_for_its_two_sides(site: Web) -> None:
    """To others it does not exist; a wrong form keeps what was typed."""
    wrong = await page(site, "jia", "/trials", **{**TERMS, "months": "40"})
    assert wrong.status_code == 422
    assert "合格率" in wrong.text
    await running(site)
    assert (await page(site, "yi", f"/trials/{TRIAL}")).status_code == 404
    assert (await page(site, "yi", f"/trials/{TRIAL}/steps", step="return", words="x")).status_code == 404
    assert "合格率" in (await page(site, "jia", f"/trials/{TRIAL}")).text


async def test_an_open_licence_is_taken_with_one_click(site: Web) -> None:
    """Declared, looked at, taken: a trade at the fee; taken twice is refused; taken back, the licence stays."""
    assert (await page(site, "university", "/licences", **DECLARED)).status_code == 303
    assert LICENCE in (await page(site, "operator", "/licences")).text
    assert DECLARED["patent"] not in (await page(site, None, "/licences")).text
    look = await page(site, "operator", f"/licences/{LICENCE}/look", publish="yes", words="登记簿副本")
    assert look.status_code == 303
    assert "30,000.00" in (await page(site, None, "/licences")).text
    path = f"/licences/{LICENCE}/taken"
    assert (await page(site, "jia", path, fee_fen="1")).status_code == 409
    assert (await page(site, "jia", path, fee_fen="3000000")).status_code == 303
    assert (await page(site, "jia", path, fee_fen="3000000")).status_code == 409
    assert (await page(site, "yi", path, fee_fen="3000000", small_firm="yes")).status_code == 303
    trades = site.exchange.house.view.settlement.trades
    assert [trade.price_fen for trade in trades.values()] == [3_000_000]
    trade = await page(site, "jia", f"/trades/T-{LICENCE}-1")
    assert trade.status_code == 200
    back = await page(site, "university", f"/licences/{LICENCE}/withdrawal", reasons="专利转让")
    assert back.status_code == 303
    found = site.exchange.house.view.market.open_licences.all[LICENCE]
    assert found.state is LicenceState.WITHDRAWN
    assert list(found.taken) == ["jia", "yi"]
    csv = await page(site, None, "/licences.csv")
    assert "ZL202010000001.1" in csv.text
    assert "withdrawn" in csv.text


async def test_no_exclusive_trial_beside_an_open_licence(site: Web) -> None:
    """While the declaration stands, nobody gets the listing for itself."""
    assert (await page(site, "university", "/licences", **DECLARED)).status_code == 303
    refused = await page(site, "jia", "/trials", **TERMS)
    assert refused.status_code == 409


async def test_a_demand_is_published_changed_answered_and_ended(site: Web) -> None:
    """Its versions are kept; the answer is seen by both sides and by nobody else; ended, it takes no answers."""
    made = await page(site, "jia", "/demands", title="低损耗轴承", kind="技术需求", budget="500000")
    assert made.status_code == 303
    path = made.headers["location"]
    assert "低损耗轴承" in (await page(site, None, "/demands?q=轴承")).text
    assert (await page(site, "yi", path, title="别的", kind="技术需求")).status_code == 403
    changed = await page(site, "jia", path, title="低损耗高速轴承", kind="技术需求", budget="600000")
    assert changed.status_code == 303
    assert len(await site.exchange.registers.demands.versions(path.rpartition("/")[2])) == 2
    achievement = site.exchange.house.view.market.listings[LISTING].achievement
    shown = await page(site, "university", path)
    assert f"{achievement}|{LISTING}" in shown.text
    answer = {"achievement": f"{achievement}|{LISTING}", "words": "指标全部满足"}
    assert (await page(site, "university", f"{path}/answers", **answer)).status_code == 303
    assert (await page(site, "university", f"{path}/answers", **answer)).status_code == 409
    for login, seen in (("jia", True), ("university", True), ("yi", False), (None, False)):
        assert ("指标全部满足" in (await page(site, login, path)).text) is seen
    assert (await page(site, "jia", f"{path}/state", state="已对接")).status_code == 303
    closed = await page(site, "jia", f"{path}/state", state="已结束")
    assert closed.status_code == 303
    assert (await page(site, "jia", f"{path}/state", state="已撤回")).status_code == 409
    assert (await page(site, "jia", "/demands", title="x", trl_min="12")).status_code == 422
