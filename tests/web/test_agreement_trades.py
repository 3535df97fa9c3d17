"""A sale that came from no lot: its pages, its default, its rescission, and the listing put up again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.market.listing_state import ListingState
from matching_engine.terms import DAY
from tests.web.asking import post, refusal
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_api_listings import TERMS
from tests.web.test_api_market import OPENING, admission, enrol, made, submitted
from tests.web.test_pages import fill, get


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, pages and REST."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        yield running


async def agreed(web: Web) -> str:
    """A listing sold to jia, its one taker, at the asking price; the listing's id."""
    listing = await submitted(web)
    operator = await web.signed_in("operator")
    made(await post(operator, f"listings/{listing}/admission", admission(7) | {"offering": TERMS}))
    await enrol(web, "jia")
    jia = await web.signed_in("jia")
    await post(jia, f"listings/{listing}/interest", {"offer_fen": OPENING})
    await web.pass_time(7 * DAY)
    await web.exchange.own_house.settled()
    assert web.exchange.house.view.market.listings[listing].state is ListingState.AGREED
    return listing


async def test_every_page_of_the_sale_stands_without_a_lot(web: Web) -> None:
    """For both parties and the operator; no hammer is spoken of, and each link of ours leads somewhere."""
    listing = await agreed(web)
    trade = f"T-{listing}-1"
    for login in ("jia", "university", "operator"):
        client = await web.signed_in(login)
        page = await get(client, f"/trades/{trade}", 200, **{"accept-language": "en"})
        assert "Hammer" not in " ".join(page.words)
        for link in page.links:
            if link.startswith("/trades/") or listing in link:
                answer = await client.get(link.partition("#")[0], headers={"accept": "text/html"})
                assert answer.status_code == 200, link
    for login in ("jia", "university"):
        await get(await web.signed_in(login), "/desk")


async def test_after_a_default_the_operator_puts_it_up_again(web: Web) -> None:
    """By form: the default page shows no runner-up, the re-auction opens at 80 % of the asking price or more."""
    listing = await agreed(web)
    trade = f"T-{listing}-1"
    await web.pass_time(10 * DAY)
    operator = await web.signed_in("operator")
    assert refusal(await post(operator, f"listings/{listing}/reopening")) == (409, "LISTING_STATE")
    await get(operator, f"/trades/{trade}/default")
    operator = await web.signed_in("operator")
    await fill(operator, f"/trades/{trade}/default", f"/trades/{trade}/default", seen="yes")
    await web.exchange.own_house.settled()
    await fill(operator, f"/trades/{trade}", f"/trades/{trade}/reopening")
    market = web.exchange.house.view.market
    one = market.listings[listing]
    assert (one.state, one.opening_floor_fen, one.fell) == (ListingState.TRADABLE, OPENING * 4 // 5, "")
    assert market.barred[listing] == ("jia",)
    page = await get(operator, f"/trades/{trade}")
    assert f"/trades/{trade}/reopening" not in page.forms


async def test_after_a_rescission_nobody_is_barred(web: Web) -> None:
    """Both undo the sale; the operator puts the listing up again, without a floor."""
    listing = await agreed(web)
    trade = f"T-{listing}-1"
    operator = await web.signed_in("operator")
    for login in ("university", "jia"):
        answer = await post(
            await web.signed_in(login), f"trades/{trade}/rescission", {"kept_fen": 0, "reason": "合意解除"}
        )
        assert answer.status_code == 201, answer.text
    await web.exchange.own_house.settled()
    await fill(operator, f"/trades/{trade}", f"/trades/{trade}/reopening")
    market = web.exchange.house.view.market
    assert market.listings[listing].state is ListingState.TRADABLE
    assert market.listings[listing].opening_floor_fen == 0
    assert listing not in market.barred
