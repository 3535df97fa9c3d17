"""The money of a trade as a page: instalments, a default with its figures first, the runner-up's answer, the re-auction."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from matching_engine.terms import DAY, HOUR
from settlement.instalments import schedule
from tests.web.asking import DEPOSIT, OPENING, STEP, TRADE, bid, credit
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_bank_page import HTML, send
from web.i18n import Speech

PRICE = OPENING + STEP
HALF = f"{PRICE // 200}.00"
PLAN = {"due_on-0": "2026-06-01", "amount-0": HALF, "due_on-1": "2026-09-01", "amount-1": HALF}


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application: jia has won over yi."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await running.open_lot()
        await bid(await running.signed_in("yi"), OPENING)
        await bid(await running.signed_in("jia"), PRICE)
        await running.pass_time(HOUR)
        yield running


async def page(client: httpx2.AsyncClient, path: str = f"/trades/{TRADE}") -> str:
    """A page as text."""
    answer = await client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


async def form(client: httpx2.AsyncClient, path: str, **fields: str) -> httpx2.Response:
    """A form of the trade's page."""
    return await send(client, f"/trades/{TRADE}/{path}", **fields)


async def defaulted(web: Web) -> httpx2.AsyncClient:
    """jia has not paid for ten days, and the operator, who is given back, said so."""
    web.clock.advance(10 * DAY)
    operator = await web.signed_in("operator")
    declared = await form(operator, "default", seen="yes", buyer_commission="100.00")
    assert declared.status_code == 303
    await web.exchange.own_house.settled()
    return operator


async def test_instalments_are_recorded_and_shown(web: Web) -> None:
    """The operator records the plan; the buyer sees what of it is paid and what open, and has no form."""
    operator, jia = await web.signed_in("operator"), await web.signed_in("jia")
    assert (await form(operator, "instalments", **PLAN)).status_code == 303
    owed = web.exchange.house.view.settlement.obligation_of(TRADE)
    assert [part.due_on for part in schedule(owed)] == ["2026-06-01", "2026-09-01"]
    money = credit(owed.reference, "jia", PRICE // 2 - DEPOSIT)
    await (await web.signed_in("bank")).post("/api/v1/credits", json=money)
    shown = await page(jia)
    assert re.findall(r'<span class="tag \w*">(paid|open)</span>', shown) == ["paid", "open"]
    assert "/instalments" not in shown
    assert (await form(jia, "instalments", **PLAN)).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount-0": "1.00"}, "plan"),
        ({"amount-1": "x"}, "amount-1"),
        ({"due_on-0": "soon"}, "due_on-0"),
        ({"due_on-1": "2026-05-01"}, "plan"),
        ({"due_on-0": "", "amount-0": ""}, "plan"),
    ],
)
async def test_a_wrong_plan_stays_in_the_form(web: Web, change: dict[str, str], field: str) -> None:
    """Wrong sum, amount, date or order: the fault beside its field, and what was typed is still there."""
    operator = await web.signed_in("operator")
    answer = await form(operator, "instalments", **{**PLAN, **change})
    assert answer.status_code in (409, 422)
    assert re.findall(r'id="wrong-([\w-]+)" role="alert">[^<]', answer.text) == [field]
    typed = {**PLAN, **change}["due_on-1"]
    assert f'value="{typed}"' in answer.text
    assert web.exchange.house.view.settlement.obligation_of(TRADE).plan == ()


async def test_the_figures_stand_before_the_default(web: Web) -> None:
    """Not before the day is over; then with deposit, money back, runner-up and lowest opening price; nothing unseen is declared."""
    operator = await web.signed_in("operator")
    early = await page(operator, f"/trades/{TRADE}/default")
    assert 'name="seen"' not in early
    assert (await form(operator, "default", seen="yes")).status_code == 409
    money = credit(f"O-{TRADE}", "jia", 500)
    await (await web.signed_in("bank")).post("/api/v1/credits", json=money)
    web.clock.advance(10 * DAY)
    operator = await web.signed_in("operator")
    assert f'href="/trades/{TRADE}/default"' in await page(operator)
    shown = await page(operator, f"/trades/{TRADE}/default")
    for fen in (DEPOSIT, 500, OPENING, STEP, OPENING * 8 // 10):
        assert Speech.money(fen) in shown
    assert (await form(operator, "default")).status_code == 422
    wrong = await form(operator, "default", seen="yes", seller_commission="x")
    assert re.search(r'id="wrong-seller_commission" role="alert">[^<]', wrong.text)
    dear = await form(operator, "default", seen="yes", buyer_commission="999999")
    assert re.search(r'id="wrong-buyer_commission" role="alert">[^<]', dear.text)
    assert web.exchange.house.view.settlement.trades[TRADE].default is None


async def test_only_the_operator_declares(web: Web) -> None:
    """A party has no such page; to a stranger the trade does not exist."""
    web.clock.advance(10 * DAY)
    jia = await web.signed_in("jia")
    assert (await jia.get(f"/trades/{TRADE}/default")).status_code == 403
    assert (await form(jia, "default", seen="yes")).status_code == 403
    assert f"/trades/{TRADE}/default" not in await page(jia)


async def test_the_runner_up_is_asked_on_its_desk_and_buys(web: Web) -> None:
    """The offer stands on yi's desk and nobody else's; accepted with its confirmation, it is a trade of its own."""
    operator = await defaulted(web)
    trade = await page(operator)
    assert Speech.money(DEPOSIT) in trade
    assert "Offer it to the runner-up" in trade
    assert (await form(operator, "second-best", hours="0")).status_code == 422
    assert (await form(operator, "second-best", hours="24")).status_code == 303
    assert "waiting for the answer" in await page(operator)
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    path = "/lots/L1/second-best"
    assert path in await page(yi, "/desk")
    assert path not in await page(jia, "/desk")
    assert (await jia.get(path)).status_code == 404
    assert Speech.money(OPENING) in await page(yi, path)
    assert (await send(yi, path, answer="accept")).status_code == 422
    assert (await send(yi, path, answer="maybe")).status_code == 422
    assert (await send(yi, path, answer="accept", sure="yes")).status_code == 303
    await web.exchange.own_house.settled()
    assert "/trades/T-L1-2" in await page(yi, path)
    assert (await send(yi, path, answer="accept", sure="yes")).status_code == 409
    assert 'href="/trades/T-L1-2"' in await page(operator)
    assert "Shortfall" in await page(operator)
    assert path not in await page(yi, "/desk")


async def test_declined_the_listing_is_put_up_again(web: Web) -> None:
    """yi leaves it; nobody is left to ask, so the listing is put up again with its lowest opening price shown."""
    operator = await defaulted(web)
    await form(operator, "second-best", hours="24")
    assert "Put the listing up again" not in await page(operator)
    assert (await form(operator, "reopening")).status_code == 409
    assert (
        await send(await web.signed_in("yi"), "/lots/L1/second-best", answer="decline")
    ).status_code == 303
    shown = await page(operator)
    assert "Offer it to the runner-up" not in shown
    assert Speech.money(OPENING * 8 // 10) in shown
    assert (await form(operator, "reopening")).status_code == 303
    assert "Put the listing up again" not in await page(operator)
