"""The auditor's desk in a browser: the player of a replay by keyboard, wide and narrow, light and dark."""

import os

from playwright.async_api import Page, expect

from exchange.registers import Person
from matching_engine.terms import HOUR
from tests.browser.conftest import People
from tests.web.asking import OPENING, STEP, bid
from tests.web.running import Web

WIDTHS = (360, 768, 1440)


async def shot(page: Page, name: str) -> None:
    """Nothing stands out on any screen; a picture for whoever asks for one."""
    folder = os.environ.get("LUOCHUI_SHOTS")
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if folder:
            await page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    await page.set_viewport_size({"width": 1280, "height": 900})


async def _fight(site: Web) -> None:
    """jia bids with a maximum, yi is refused once, bids, and is outbid; then the hammer falls."""
    await site.open_lot()
    jia, yi = await site.signed_in("jia"), await site.signed_in("yi")
    await bid(jia, OPENING, max_fen=OPENING + 4 * STEP)
    await bid(yi, OPENING)
    await bid(yi, OPENING + 2 * STEP)
    await site.pass_time(HOUR)


async def test_a_lot_is_replayed_by_keyboard(site: Web, crowd: People) -> None:
    """Steps, the refusal with its reason, the hammer, greatest speed to the end, and a row of the journal beside it."""
    await _fight(site)
    person = Person("P-1", "李某", "jia", "auditor", contact="li@example.cn")
    await site.exchange.registers.people.add(person, "operator", site.clock.now())
    page = await crowd.member("auditor", "/auditor/replay/L1", locale="en-GB")
    total = int(await page.get_attribute("#player", "data-total") or 0)
    moment = page.locator("#moment")
    await expect(moment.locator("[data-m=n]")).to_have_text("1")
    await expect(moment.locator("[data-m=kind]")).to_have_text("Lot put up")
    await page.keyboard.press("h")
    await expect(moment.locator("[data-m=n]")).to_have_text(str(total))
    await expect(moment.locator("[data-m=state]")).to_have_text("sold")
    refused = page.locator("#steps tr", has_text="Bid refused")
    number = int(await refused.get_attribute("data-n") or 0)
    for _ in range(total - number):
        await page.keyboard.press("ArrowLeft")
    await expect(moment.locator("[data-m=said]")).to_contain_text("¥1,680,000.00")
    await expect(moment.locator("[data-m=knew]")).to_have_text("that bidder alone")
    await expect(refused).to_have_attribute("aria-current", "true")
    await shot(page, "replay-en")
    await page.keyboard.press("Home")
    await page.keyboard.press("4")
    await page.keyboard.press("k")
    await expect(moment.locator("[data-m=n]")).to_have_text(str(total))
    await expect(page.locator("#play")).to_have_text("Play")
    await page.locator("[data-m=row]").click()
    await expect(page.locator("h1")).to_contain_text("Row")
    await shot(page, "row-en")
    dark = await crowd.member("auditor", "/journal", color_scheme="dark")
    for path in ("/journal?lot=L1", "/reads", "/auditor/replay/L1", "/account/data"):
        await dark.goto(path)
        await shot(dark, "dark-zh" + path.partition("?")[0].replace("/", "-"))
    assert crowd.errors == []
