"""A royalty on its trade's page: the buyer reports, the seller asks for the books, the operator records what they said."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matching_engine.terms import DAY
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_api_royalties import licensed
from tests.web.test_bank_page import HTML, send

TRADE = "/trades/T-L1-1"
PATH = f"{TRADE}/royalties"


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application with a licence whose first period is over."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await licensed(running)
        running.clock.advance(100 * DAY)
        yield running


async def test_a_period_goes_from_report_to_books(web: Web) -> None:
    """Each of the three has its own form and nobody another's; the charges stand under their references."""
    jia, seller, operator = [await web.signed_in(login) for login in ("jia", "university", "operator")]
    assert f'action="{PATH}"' in (await jia.get(TRADE, headers=HTML)).text
    assert f'action="{PATH}"' not in (await seller.get(TRADE, headers=HTML)).text
    assert (await send(jia, PATH, period="1", basis="10000")).status_code == 303
    assert f'action="{PATH}/1/inspection"' in (await seller.get(TRADE, headers=HTML)).text
    assert (await send(seller, f"{PATH}/1/inspection")).status_code == 303
    assert "Books to be shown by" in (await jia.get(TRADE, headers=HTML)).text
    wrong = await send(operator, f"{PATH}/1/finding", **{"found-1": "x"})
    assert (wrong.status_code, 'value="x"' in wrong.text) == (422, True)
    assert (await send(operator, f"{PATH}/1/finding", **{"found-1": "20000.00"})).status_code == 303
    shown = (await seller.get(TRADE, headers=HTML)).text
    for text in ("<code>OR1-T-L1-1</code>", "<code>OX1-T-L1-1</code>", "¥20,000.00", "bears the costs"):
        assert text in shown


async def test_what_is_refused_stays_in_the_form(web: Web) -> None:
    """No amount is 422 beside its field with what was typed; somebody else's report is refused; no number is 404."""
    jia, seller = await web.signed_in("jia"), await web.signed_in("university")
    wrong = await send(jia, PATH, period="1", basis="many")
    assert (wrong.status_code, 'value="many"' in wrong.text) == (422, True)
    assert (await send(seller, PATH, period="1", basis="5")).status_code in (403, 409)
    assert (await send(jia, PATH, period="2", basis="5")).status_code == 409
    assert (await send(jia, PATH, period="x", basis="5")).status_code == 404
    assert web.exchange.house.view.settlement.trades["T-L1-1"].royalties == {}
