"""The pages of listings: offered, checked, under notice, objected to, wanted, put up; and the calendar."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from exchange.demo.steps import NOTICE, Steps
from exchange.market.listing_state import ListingState
from exchange.market.listing_terms import OPTIONAL_CHECKS, Check
from matching_engine.terms import DAY, HOUR, MINUTE
from tests.web.running import Web, key
from tests.web.served import whole_web
from tests.web.test_pages import Page, get, post

SECRETS = ("王小明", "wang@example.org")


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, on an exchange in demo mode."""
    async with whole_web(f"sqlite:///{sqlite_path}", demo=True) as running:
        await Steps(running.exchange.own_house, key()).enrol()
        yield running


async def fill(
    client: httpx2.AsyncClient, path: str, action: str, status: int = 303, /, **fields: str
) -> tuple[Page, str]:
    """Open a page, fill in one of its forms, and send it."""
    page = await get(client, path)
    return await post(client, action, {**page.forms[action], **fields}, status)


def checklist(**other: str) -> dict[str, str]:
    """Every check confirmed, what is optional not needed."""
    fields: dict[str, str] = {}
    for check in Check:
        fields[f"outcome-{check}"] = "not_needed" if check in OPTIONAL_CHECKS else "confirmed"
        fields[f"evidence-{check}"] = "文件一"
    return fields | other


async def submitted(web: Web, **papers: str) -> str:
    """A listing offered through the seller's form; its id."""
    seller = await web.signed_in("university")
    _, place = await fill(seller, "/listings", "/listings", achievement="demo-1", price="1,600,000", **papers)
    return place.removeprefix("/listings/")


async def admitted(web: Web, **fields: str) -> str:
    """A listing under notice; its id."""
    listing = await submitted(web)
    operator = await web.signed_in("operator")
    path = f"/operator/listings/{listing}"
    await fill(operator, path, f"{path}/admission", **checklist(**fields))
    assert web.exchange.house.view.market.listings[listing].state is ListingState.NOTICE
    return listing


async def objected(web: Web, listing: str) -> str:
    """Somebody without an account objects; the objection's id."""
    path = f"/listings/{listing}"
    await fill(
        web.client(), path, f"{path}/objections", grounds="权属有争议", name=SECRETS[0], contact=SECRETS[1]
    )
    return next(iter(web.exchange.house.view.market.objections))


async def text_of(client: httpx2.AsyncClient, path: str) -> str:
    """A page's whole text."""
    return (await client.get(path, headers={"accept": "text/html", "accept-language": "zh-CN"})).text


async def test_a_seller_offers_and_the_operator_confirms_each_check(web: Web) -> None:
    """A check left open is named beside the button; with all of them the shortest lawful notice runs."""
    listing = await submitted(web, secrecy_reviewer="保密办张三")
    operator = await web.signed_in("operator")
    path = f"/operator/listings/{listing}"
    assert "保密办张三" in await text_of(operator, path)
    open_ = checklist() | {"outcome-mandate": ""}
    page, _ = await fill(operator, path, f"{path}/admission", 422, **open_)
    assert "授权：未确认" in page.wrong["admit"]
    await fill(operator, path, f"{path}/admission", **checklist())
    assert web.exchange.house.view.market.listings[listing].notice_until == web.clock.now() + 7 * DAY


async def test_a_notice_that_is_too_short_names_figure_and_rule(web: Web) -> None:
    """Three days: the page says seven, and the article."""
    listing = await submitted(web)
    operator = await web.signed_in("operator")
    path = f"/operator/listings/{listing}"
    page, _ = await fill(operator, path, f"{path}/admission", 422, **checklist(days="3"))
    assert "7 天" in page.wrong["admit"]
    assert "第四十五条" in page.wrong["admit"]


async def test_a_returned_listing_comes_again_as_another_version(web: Web) -> None:
    """Reasons reach the seller; offered again it waits as version 2; a visitor sees none of it."""
    listing = await submitted(web)
    operator, seller = await web.signed_in("operator"), await web.signed_in("university")
    path = f"/operator/listings/{listing}"
    await fill(operator, path, f"{path}/return", reasons="缺少共有人同意")
    assert "缺少共有人同意" in await text_of(seller, f"/listings/{listing}")
    await get(web.client(), f"/listings/{listing}", 404)
    await fill(seller, f"/listings/{listing}", f"/listings/{listing}/versions", price="1500000")
    one = web.exchange.house.view.market.listings[listing]
    assert (one.state, len(one.versions), one.price_idea_fen) == (ListingState.SUBMITTED, 2, 150_000_000)


async def test_an_objection_stops_the_notice_and_nobody_s_name_is_public(web: Web) -> None:
    """Grounds and decision are on the page, name and contact only for staff; dismissed, the notice runs on."""
    listing = await admitted(web)
    await web.pass_time(2 * DAY)
    objection = await objected(web, listing)
    await web.pass_time(10 * DAY)
    assert web.exchange.house.view.market.listings[listing].state is ListingState.OBJECTED
    shown = await text_of(web.client(), f"/listings/{listing}")
    assert "权属有争议" in shown
    assert not any(secret in shown for secret in SECRETS)
    operator = await web.signed_in("operator")
    assert SECRETS[1] in await text_of(operator, "/operator/listings")
    await fill(
        operator,
        "/operator/listings",
        f"/operator/objections/{objection}",
        decision="dismissed",
        reasons="证据不足",
    )
    assert "证据不足" in await text_of(web.client(), f"/listings/{listing}")
    assert web.exchange.house.view.market.listings[listing].notice_until == web.clock.now() + 5 * DAY


async def test_an_objection_without_grounds_is_asked_for_them(web: Web) -> None:
    """Beside the field; nothing is journaled."""
    listing = await admitted(web)
    path, seq = f"/listings/{listing}", web.exchange.house.view.seq
    page, _ = await fill(web.client(), path, f"{path}/objections", 422, grounds="", name="甲", contact="乙")
    assert page.wrong["grounds"] == "请填写此项。"
    assert web.exchange.house.view.seq == seq


async def test_two_who_want_a_listing_compete_for_it(web: Web) -> None:
    """Registered by form; when the notice ends the lot stands, under the terms prepared before, with both entered."""
    terms = {"asking": "1600000", "increment": "80000", "deposit": "160000", "hours": "24"}
    listing = await admitted(web, **terms, cycle="5", extensions="2", min_parties="1")
    path = f"/listings/{listing}"
    for login in ("jia", "yi"):
        bidder = await web.signed_in(login)
        page, _ = await fill(bidder, path, f"{path}/interest", 409, offer="1599999.99")
        assert "¥1,600,000.00" in page.wrong["offer"]
        await fill(bidder, path, f"{path}/interest", offer="1600000")
    await web.pass_time(NOTICE)
    market = web.exchange.house.view.market
    lot = market.lot_of(listing)
    assert lot is not None
    assert all(market.code_of(lot, party) for party in ("jia", "yi"))
    assert lot in await text_of(web.client(), "/calendar")


async def test_one_who_wants_a_listing_has_it_by_agreement(web: Web) -> None:
    """The trade stands at its offer, and its page is whole without a lot."""
    terms = {"asking": "1600000", "increment": "80000", "deposit": "160000", "hours": "24"}
    listing = await admitted(web, **terms, cycle="5", extensions="2", min_parties="1")
    jia = await web.signed_in("jia")
    await fill(jia, f"/listings/{listing}", f"/listings/{listing}/interest", offer="1700000")
    await web.pass_time(NOTICE)
    trade = web.exchange.house.view.settlement.trades[f"T-{listing}-1"]
    assert (trade.price_fen, trade.buyer.id) == (170_000_000, "jia")
    jia = await web.signed_in("jia")
    await get(jia, f"/trades/{trade.id}")
    await get(jia, "/desk")


async def test_the_seller_takes_its_listing_back(web: Web) -> None:
    """Off, with its reasons on the page; nothing of it is due any more."""
    listing = await admitted(web)
    seller = await web.signed_in("university")
    await fill(seller, f"/listings/{listing}", f"/listings/{listing}/withdrawal", reasons="改为自行转化")
    assert "改为自行转化" in await text_of(web.client(), f"/listings/{listing}")
    assert listing not in web.exchange.house.view.market.notices_due


async def test_a_rehearsal_says_so(web: Web) -> None:
    """A notice of no day is marked on the listing's page, and its calendar entries too."""
    listing = await admitted(web, days="0", rehearsal="yes")
    assert "演练" in await text_of(web.client(), f"/listings/{listing}")
    await web.pass_time(MINUTE + HOUR)
    assert web.exchange.house.view.market.listings[listing].rehearsal
