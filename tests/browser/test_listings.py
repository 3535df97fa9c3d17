"""Listings in real browsers: a seller offers, the operator confirms, the public objects, parties want it."""

import pytest
from playwright.async_api import Page, expect

from exchange.demo.steps import Steps
from exchange.market.listing_state import ListingState
from exchange.market.listing_terms import OPTIONAL_CHECKS, Check
from tests.browser.conftest import People
from tests.web.running import Web, key

WIDTHS = (1280, 360)


@pytest.fixture
async def enrolled(site: Web) -> Web:
    """The product with its parties taken in."""
    await Steps(site.exchange.own_house, key()).enrol()
    return site


async def offer(crowd: People, site: Web) -> str:
    """The university offers its first achievement by hand; the listing's id."""
    seller = await crowd.member("university", "/listings")
    await seller.select_option("#achievement", "demo-1")
    await seller.fill("#price", "1,600,000.00")
    await seller.fill("#secrecy_reviewer", "保密办张三")
    await seller.click("button.main")
    await expect(seller.locator("h1")).to_be_visible()
    return next(iter(site.exchange.house.view.market.listings))


async def admit(crowd: People, listing: str) -> Page:
    """The operator confirms each check by hand."""
    operator = await crowd.member("operator", f"/operator/listings/{listing}")
    for check in Check:
        outcome = "not_needed" if check in OPTIONAL_CHECKS else "confirmed"
        await operator.select_option(f'[name="outcome-{check}"]', outcome)
        await operator.fill(f'[name="evidence-{check}"]', "文件一")
    await operator.click("main details summary")
    for name, value in (("asking", "1600000"), ("increment", "80000"), ("deposit", "160000")):
        await operator.fill(f"#{name}", value)
    await operator.click("button.main")
    await operator.wait_for_url("**/operator/listings")
    return operator


async def test_a_listing_from_its_offer_to_those_who_want_it(enrolled: Web, crowd: People) -> None:
    """Offered, checked, objected to by a visitor, decided, and wanted by a bidder, each with its own browser."""
    listing = await offer(crowd, enrolled)
    operator = await admit(crowd, listing)
    visitor = await crowd.visitor()
    await visitor.goto(f"/listings/{listing}")
    await visitor.click("summary:has-text('提出异议')")
    await visitor.fill("#grounds", "权属有争议")
    await visitor.fill("#name", "王小明")
    await visitor.fill("#contact", "wang@example.org")
    await visitor.click("button:has-text('提交异议')")
    await expect(visitor.locator("main")).to_contain_text("因异议中止")
    await expect(visitor.locator("main")).not_to_contain_text("王小明")
    await operator.goto("/operator/listings")
    await expect(operator.locator("main")).to_contain_text("王小明")
    await operator.fill("textarea[name=reasons]", "证据不足")
    await operator.click("button:has-text('作出处理')")
    jia = await crowd.member("jia", f"/listings/{listing}")
    await expect(jia.locator("main")).to_contain_text("证据不足")
    await jia.fill("#offer", "1600000")
    await jia.click("button:has-text('登记意向')")
    await expect(jia.locator("main")).to_contain_text("您已登记")
    one = enrolled.exchange.house.view.market.listings[listing]
    assert one.state is ListingState.NOTICE
    assert list(one.interests) == ["jia"]


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_pages_fit_their_window(enrolled: Web, crowd: People, width: int) -> None:
    """Nothing is wider than the window, on a desk or a telephone, in both languages."""
    listing = await offer(crowd, enrolled)
    await admit(crowd, listing)
    operator = await crowd.member("operator", "/operator", width)
    for path in (
        "/listings",
        f"/listings/{listing}",
        "/calendar",
        "/operator/listings",
        f"/operator/listings/{listing}",
        "/operator/sessions/new",
    ):
        for language in ("zh", "en"):
            await operator.goto(f"{path}?lang={language}")
            over = await operator.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, path
