"""The pages of negotiation without a script: asking for a table, answering, objecting and deciding by plain forms."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from exchange.market.negotiation_state import TableState
from matching_engine.terms import DAY
from tests.web.asking import post
from tests.web.negotiating import LISTING, TABLE, moved, offer, offered, seated
from tests.web.running import Web, key
from tests.web.served import whole_web


@pytest.fixture
async def site(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product, pages included."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        yield web


async def page(web: Web, login: str | None, path: str, **fields: str) -> httpx2.Response:
    """A page as a browser gets it; with fields the answer to its form."""
    client = await web.signed_in(login) if login else web.client()
    client.headers["accept"] = "text/html"
    client.headers["accept-language"] = "en"
    if not fields:
        return await client.get(path)
    token = client.headers.get("x-csrf-token", "")
    return await client.post(path, data={"csrf": token, "command": key(), **fields})


async def test_a_table_is_asked_for_and_joined_by_forms(site: Web) -> None:
    """Jia asks, the university finds it among what waits for it, sits down, and both see the table open."""
    await offered(site)
    assert LISTING in (await page(site, "jia", "/negotiations")).text
    assert (await page(site, "jia", "/negotiations", listing=LISTING)).status_code == 303
    again = await page(site, "jia", "/negotiations", listing=LISTING)
    assert again.status_code == 409
    assert "negotiate on this listing already" in again.text
    assert f"/negotiations/{TABLE}" in (await page(site, "university", "/desk")).text
    path = f"/negotiations/{TABLE}"
    assert "You are invited" in (await page(site, "university", path)).text
    joined = await page(site, "university", f"{path}/moves", move="join", accept="yes")
    assert joined.status_code == 303
    for login in ("jia", "university"):
        assert "No offer stands" in (await page(site, login, path)).text
    assert (await page(site, "yi", path)).status_code == 404
    assert (await page(site, "yi", f"{path}/live")).status_code == 404


async def test_the_operator_sees_times_and_no_terms(site: Web) -> None:
    """When it was opened and how many offers there were; not what was offered."""
    await seated(site)
    await moved(site, "jia", offer(171_717_100))
    for path in (f"/negotiations/{TABLE}", f"/negotiations/{TABLE}/live"):
        text = (await page(site, "operator", path)).text
        assert "opened the table" in text
        assert "1,717,171" not in text
        assert "1717171" not in text
        assert "黑龙江" not in text


async def test_agreeing_by_form_takes_the_tick(site: Web) -> None:
    """Without the tick nothing is agreed; with it exactly the offer on the page."""
    await seated(site)
    await moved(site, "jia", offer())
    text = (await page(site, "university", f"/negotiations/{TABLE}")).text
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', text)
    assert found is not None
    fields = {"move": "agree", "answers": "1", "digest": found[1]}
    refused = await page(site, "university", f"/negotiations/{TABLE}/moves", **fields)
    assert refused.status_code == 422
    done = await page(site, "university", f"/negotiations/{TABLE}/moves", read="yes", **fields)
    assert done.status_code == 303
    assert site.exchange.house.view.market.negotiation.tables[TABLE].state is TableState.NOTICE


async def test_terms_typed_wrong_come_back_in_the_form(site: Web) -> None:
    """The field that is wrong is named, and the others keep what was typed."""
    await seated(site)
    fields = {"move": "offer", "kind": "licence", "licence": "sole", "hours": "5", "payment": "instalments"}
    answer = await page(
        site, "jia", f"/negotiations/{TABLE}/moves", price="1000000", instalments="half now", **fields
    )
    assert answer.status_code == 422
    assert "half now" in answer.text
    assert re.search(r'id="instalments"[^>]*aria-invalid="true"', answer.text)
    answer = await page(
        site, "jia", f"/negotiations/{TABLE}/moves", price="1000000", instalments="30 0\n70 90", **fields
    )
    assert answer.status_code == 303
    assert "30 % after 0 days" in (await page(site, "university", f"/negotiations/{TABLE}")).text


async def test_an_objection_is_made_and_decided_on_the_page(site: Web) -> None:
    """A visitor reads, an organisation objects, the operator dismisses it with a reason, and the notice goes on."""
    await seated(site)
    await moved(site, "jia", offer())
    shown = (await (await site.signed_in("university")).get(f"/api/v1/negotiations/{TABLE}")).json()
    digest = shown["table"]["standing"]["digest"]
    await moved(site, "university", {"move": "agree", "answers": 1, "digest": digest})
    public = (await page(site, None, "/agreements")).text
    assert "¥1,650,000.00" in public
    assert "黑龙江省" not in public
    path = f"/agreements/{TABLE}"
    assert (await page(site, "yi", f"{path}/objections", text="价格偏低")).status_code == 303
    assert "价格偏低" in (await page(site, "operator", "/agreements")).text
    assert "价格偏低" not in (await page(site, "yi", "/agreements")).text
    fields = {"objection": "1", "upheld": "no", "reason": "有评估报告"}
    assert (await page(site, "yi", f"{path}/decisions", **fields)).status_code == 403
    assert (await page(site, "operator", f"{path}/decisions", **fields)).status_code == 303
    await site.pass_time(18 * DAY)
    assert f"T-{TABLE}" in site.exchange.house.view.settlement.trades


async def test_a_rehearsal_ends_on_the_same_day(site: Web) -> None:
    """On a listing whose notice was shortened for practice, the notice of an agreement is over by midnight."""
    await offered(site, DAY)
    await page(site, "jia", "/negotiations", listing=LISTING)
    assert site.exchange.house.view.market.negotiation.tables[TABLE].notice_days == 0
    assert (await post(await site.signed_in("yi"), "negotiations", {"listing": LISTING})).status_code == 409
