"""The account to which a party is paid, as a page: stated, confirmed by two persons, or turned down."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.web.asking import sold
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_bank_page import ACCOUNT, HTML, send

PAGE = "/payout-account"


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application with a sold lot."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await sold(running)
        yield running


async def form(client: httpx2.AsyncClient, path: str = "", **fields: str) -> httpx2.Response:
    """A form of the page."""
    return await send(client, f"{PAGE}{path}", **fields)


async def test_an_account_counts_after_two_persons(web: Web) -> None:
    """Stated by the seller, confirmed once by each of two operators; none of them can do it alone."""
    seller = await web.signed_in("university")
    first, second = await web.signed_in("operator"), await web.signed_in("operator2")
    assert "No account of yours is confirmed yet" in (await seller.get(PAGE, headers=HTML)).text
    assert (await form(seller, **ACCOUNT)).status_code == 303
    assert (await form(seller, "/university/1/confirmation")).status_code == 403
    assert (await form(first, "/university/1/confirmation")).status_code == 303
    assert "A second person has to confirm it." in (await first.get(PAGE, headers=HTML)).text
    assert (await form(first, "/university/1/confirmation")).status_code == 403
    assert (await form(second, "/university/1/confirmation")).status_code == 303
    assert (
        "You are paid to: 松江重型机械有限公司 · <code>6222000011119</code>"
        in (await seller.get(PAGE, headers=HTML)).text
    )


async def test_a_wrong_account_stays_in_the_form(web: Web) -> None:
    """The fault stands beside its field with what was typed; nothing is stated."""
    seller = await web.signed_in("university")
    answer = await form(seller, **{**ACCOUNT, "bank_code": "12"})
    assert (answer.status_code, 'value="6222 0000 1111 9"' in answer.text) == (422, True)
    assert 'id="wrong-bank_code" role="alert">A Chinese account needs' in answer.text
    assert web.exchange.house.view.settlement.payout_accounts == {}


async def test_an_account_is_turned_down_with_a_reason(web: Web) -> None:
    """Without a reason the form comes back; with one the party reads it."""
    seller, operator = await web.signed_in("university"), await web.signed_in("operator")
    await form(seller, **ACCOUNT)
    assert (await form(operator, "/university/1/rejection")).status_code == 422
    assert (
        await form(operator, "/university/1/rejection", reason="the holder is another")
    ).status_code == 303
    assert "the holder is another" in (await seller.get(PAGE, headers=HTML)).text
    assert (await form(operator, "/university/1/confirmation")).status_code == 404
    assert (await form(operator, "/university/x/confirmation")).status_code == 404


async def test_others_have_nothing_to_do_here(web: Web) -> None:
    """403 for the registrar; a party does not see what others stated."""
    await form(await web.signed_in("university"), **ACCOUNT)
    assert (await (await web.signed_in("registrar")).get(PAGE)).status_code == 403
    assert "6222" not in (await (await web.signed_in("jia")).get(PAGE)).text


async def test_the_exchange_has_an_account_of_its_own(web: Web) -> None:
    """An operator states it; the one who stated it cannot confirm it."""
    operator = await web.signed_in("operator")
    assert (await form(operator, **ACCOUNT)).status_code == 303
    assert "<strong>The exchange</strong>" in (await operator.get(PAGE, headers=HTML)).text
    assert (await form(operator, "/exchange/1/confirmation")).status_code == 403
    assert (await form(await web.signed_in("operator2"), "/exchange/1/confirmation")).status_code == 303
