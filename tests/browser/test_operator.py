"""The operator's desk in real browsers: rooms that move by themselves, keys, an emergency stop and its second person."""

import os
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.exchange.house.running import BEGIN, bid
from tests.web.running import Web

OPENING, STEP = 160_000_000, 8_000_000


async def pictures(page: Page, name: str) -> None:
    """The page fits a telephone; pictures for whoever asks for them."""
    folder = os.environ.get("LUOCHUI_SHOTS")
    for width in (1440, 768, 360) if folder else (360,):
        await page.set_viewport_size({"width": width, "height": 900})
        if folder:
            await page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.set_viewport_size({"width": 1440, "height": 900})


async def test_a_night_at_the_desk(site: Web, crowd: People) -> None:
    """A bid is seen without reloading; s and Enter stop the lot; another operator confirms, the first one cannot."""
    lot = await site.open_lot()
    assert site.clock.now() > BEGIN
    first = await crowd.member("operator", "/operator", 1440)
    row = first.locator(f"tr[data-lot={lot}]")
    await expect(first.locator("[data-f=line]")).to_have_text("实时")
    await bid(site.exchange.house, "jia", OPENING)
    code = site.exchange.house.view.market.code_of(lot, "jia-tech") or ""
    await expect(row.locator("[data-f=price]")).to_have_text("¥1,600,000.00")
    leader = site.exchange.house.view.lots[lot].leader or code
    await expect(row.locator("[data-f=leader]")).to_have_text(leader)
    await expect(row.locator("[data-f=pace]")).to_have_text("1")
    await expect(row.locator("[data-f=left]")).to_contain_text("00:5")
    await first.select_option("#only", "suspended")
    await expect(row).to_be_hidden()
    await first.select_option("#only", "all")
    await pictures(first, "desk-zh")
    await first.locator("h1").click()
    for key in ("j", "s"):
        await first.keyboard.press(key)
    await first.keyboard.type("线路故障")
    await pictures(first, "desk-form")
    await first.keyboard.press("Enter")
    await expect(row.locator("[data-f=state]")).to_have_text("已暂停")
    await expect(first.locator("[data-stop=ST-1]")).to_contain_text("须由另一人确认")
    await expect(first.locator("[data-stop=ST-1] button.main")).to_have_count(0)
    second = await crowd.member("operator2", "/operator", locale="en-GB", color_scheme="dark")
    await pictures(second, "desk-en-dark")
    await second.click("[data-stop=ST-1] button.main")
    await expect(second.locator("[data-stop]")).to_have_count(0)
    await expect(first.locator("[data-stop]")).to_have_count(0)
    assert site.exchange.house.view.lots[lot].suspended
    await second.goto("/operator/hints")
    await pictures(second, "hints-en-dark")
