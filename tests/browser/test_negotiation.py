"""Two browsers at one table: offers by hand, differences marked, what survives a lost line, and the trade at the end."""

import os
import re

from playwright.async_api import Page, expect

from matching_engine.terms import DAY
from tests.browser.conftest import People
from tests.web.negotiating import TABLE, seated
from tests.web.running import Web
from web.gateway import gateway_of

PATH = f"/negotiations/{TABLE}"


async def is_live(page: Page) -> None:
    """Wait until the page's line stands."""
    await expect(page.locator('[data-f="line"]')).to_contain_text(re.compile("实时|live"))


async def moves(page: Page, count: int) -> None:
    """Wait until so many moves are in the column."""
    await expect(page.locator(".moves > li")).to_have_count(count)


async def agreed(site: Web, crowd: People) -> tuple[Page, Page]:
    """Jia offers, the university counters, jia agrees; the pages of both."""
    await seated(site)
    jia = await crowd.member("jia", PATH)
    holder = await crowd.member("university", PATH, locale="en-GB")
    for page in (jia, holder):
        await is_live(page)
        await page.evaluate("window.same = true")
    await jia.fill("#price", "1,650,000.00")
    await jia.select_option("#kind", "licence")
    await jia.select_option("#licence", "sole")
    await jia.fill("#term_months", "36")
    await jia.fill("#territory", "黑龙江省")
    await jia.click("form.terms button")
    await moves(holder, 3)
    await expect(holder.locator("#price")).to_have_value(re.compile(r"^1,?650,?000\.00$"))
    await expect(holder.locator('[data-f="countdown"]')).to_contain_text(re.compile(r"\d\d:\d\d"))
    await holder.fill("#price", "1700000")
    await holder.fill("#further", "每年报告一次")
    await holder.press("#hours", "Enter")
    await moves(jia, 4)
    changed = jia.locator(".moves > li").last.locator("dd.changed")
    await expect(changed).to_have_count(2)
    await expect(changed.first.locator("ins")).to_have_text("¥1,700,000.00")
    await expect(changed.first.locator("del")).to_have_text("¥1,650,000.00")
    await shots(jia, holder)
    await jia.check("[name=read]")
    await jia.click("form:has([name=read]) button")
    await moves(holder, 6)
    return jia, holder


async def shots(*pages: Page) -> None:
    """Pictures for whoever asks for them."""
    folder = os.environ.get("LUOCHUI_SHOTS")
    for n, page in enumerate(pages if folder else ()):
        for width in (1280, 360):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.screenshot(path=f"{folder}/table-{n}-{width}.png", full_page=True)
        await page.set_viewport_size({"width": 1280, "height": 900})


async def test_two_browsers_come_to_an_agreement_and_the_trade(site: Web, crowd: People) -> None:
    """Each move shows at the other side without reloading; after the notice the trade stands at the agreed price."""
    jia, holder = await agreed(site, crowd)
    for page in (jia, holder):
        await expect(page.locator("#now")).to_contain_text(re.compile("公示|public notice"))
        assert await page.evaluate("window.same") is True
    visitor = await crowd.visitor()
    await visitor.goto("/agreements")
    await expect(visitor.locator("main")).to_contain_text("¥1,700,000.00")
    await expect(visitor.locator("main")).not_to_contain_text("黑龙江省")
    for page in (jia, holder):
        await page.close()
    await site.pass_time(17 * DAY)
    again = await crowd.member("jia", PATH)
    await again.click('[data-f="trade"]')
    await expect(again.locator("main")).to_contain_text("¥1,700,000.00")
    await expect(again.locator("main")).to_contain_text("协议定价")
    await expect(again.locator(".stages")).to_contain_text("洽谈与公示")


async def test_a_lost_line_loses_no_move(site: Web, crowd: People) -> None:
    """The line falls between the offer and its answer, and again while the other side moves: the same id goes over the
    next socket, one offer stands, the page comes back with what it missed, and what was typed is still there."""
    await seated(site)
    jia = await crowd.member("jia", PATH)
    holder = await crowd.member("university", PATH)
    await is_live(jia)
    await is_live(holder)
    await holder.fill("#territory", "全国")
    await jia.evaluate(
        """() => {
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (text) {
                send.call(this, text);
                if (!window.cut && JSON.parse(text).t === "offer") { window.cut = true; this.onmessage = null; this.close(); }
            };
        }"""
    )
    for watcher in list(gateway_of(site.app).hub.watchers):
        if watcher.party == "university":
            watcher.close(1012, "RESTART", 500)
    await jia.fill("#price", "1650000")
    await jia.click("form.terms button")
    await expect(jia.locator('[data-f="answer"]')).to_contain_text("回执")
    assert await jia.evaluate("window.cut") is True
    await moves(jia, 3)
    await moves(holder, 3)
    assert site.exchange.house.view.market.negotiation.tables[TABLE].offers == 1
    await expect(holder.locator("#territory")).to_have_value("全国")
    await is_live(holder)


async def test_what_is_wrong_is_said_beside_the_field(site: Web, crowd: People) -> None:
    """An amount that is none, and terms that the law does not know; the form keeps what was typed."""
    await seated(site)
    jia = await crowd.member("jia", PATH, width=360)
    await is_live(jia)
    await jia.fill("#price", "viel")
    await jia.click("form.terms button")
    await expect(jia.locator("#wrong-price")).not_to_be_empty()
    await expect(jia.locator("#price")).to_be_focused()
    await jia.fill("#price", "5")
    await jia.select_option("#kind", "licence")
    await jia.select_option("#form", "training")
    await jia.click("form.terms button")
    await expect(jia.locator('[data-f="answer"]')).to_contain_text("条款")
    await expect(jia.locator("#price")).to_have_value("5")
    width = await jia.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


async def test_a_table_is_used_without_a_script(site: Web, crowd: People) -> None:
    """Offering and withdrawing by plain forms; a stranger finds no page."""
    await seated(site)
    jia = await crowd.member("jia", PATH, java_script_enabled=False)
    await jia.fill("#price", "1650000")
    await jia.fill("#instalments", "30 0\n70 90")
    await jia.select_option("#payment", "instalments")
    await jia.click("form.terms button")
    await moves(jia, 3)
    await expect(jia.locator("#now")).to_contain_text("30% ")
    await jia.click("#now form button >> nth=0")
    await moves(jia, 4)
    stranger = await crowd.visitor()
    answer = await stranger.goto(PATH)
    assert answer is not None
    assert "/sign-in" in stranger.url
