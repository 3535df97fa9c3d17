"""Trials, open licences, demands, challenges and milestones in a real browser, on desk and telephone."""

import os
import re

from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.web.negotiating import LISTING, offered
from tests.web.running import Web
from tests.web.test_challenge_pages import TERMS as STAGES
from tests.web.test_challenge_pages import TRADE, awarded
from tests.web.test_trial_pages import DECLARED


async def fits(page: Page, name: str) -> None:
    """No page is wider than a telephone; pictures for whoever asks for them."""
    folder = os.environ.get("LUOCHUI_SHOTS")
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 900})
        if folder:
            await page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.set_viewport_size({"width": 1280, "height": 900})


async def test_a_trial_in_two_browsers(site: Web, crowd: People) -> None:
    """The taker states the terms, the holder agrees with the tick and hands over, the taker converts."""
    await offered(site)
    jia = await crowd.member("jia", "/trials")
    await jia.fill("#scope", "在一条产线上使用")
    await jia.fill("#criteria", "合格率不低于98%")
    await jia.fill("#price", "1650000")
    await jia.select_option("#kind", "licence")
    await jia.select_option("#form", "know_how")
    await fits(jia, "trials")
    await jia.click("form.terms button.main")
    path = f"/trials/TR-{LISTING}-1"
    holder = await crowd.member("university", path, locale="en-GB")
    await holder.check("[name=read]")
    await holder.click("#now form >> nth=0 >> button")
    await holder.click("#now button.main")
    await expect(holder.locator("h1 + .tag, .head .tag").first).to_have_text("Running")
    await jia.goto(path)
    await fits(jia, "trial")
    form = jia.locator("#now form").first
    await form.locator("textarea").fill("合格率98.6%")
    await form.locator("[name=read]").check()
    await form.locator("button").click()
    await expect(jia.locator("main")).to_contain_text("查看协议与公示")


async def test_an_open_licence_with_one_click(site: Web, crowd: People) -> None:
    """Declared by form, published by the operator, taken by a bidder; a visitor sees it and has no button."""
    await offered(site)
    holder = await crowd.member("university", "/licences")
    for name, value in DECLARED.items():
        if name in ("listing", "patent_kind"):
            await holder.select_option(f"#{name}", value)
        elif name != "small_firm_free":
            await holder.fill(f"#{name}", value)
    await fits(holder, "licences-declare")
    await holder.locator("form:has(#patent) button.main").click()
    operator = await crowd.member("operator", "/licences", locale="en-GB")
    await operator.locator("textarea[name=words]").fill("登记簿副本")
    await operator.locator("button[name=publish][value=yes]").click()
    visitor = await crowd.visitor()
    await visitor.goto("/licences")
    await expect(visitor.locator("main")).to_contain_text("¥30,000.00")
    await expect(visitor.locator("main form")).to_have_count(0)
    jia = await crowd.member("jia", "/licences")
    await jia.locator("main form button.main").click()
    await expect(jia.locator(".note.good")).to_contain_text("第 1 号许可")
    await fits(jia, "licences")
    await jia.locator(".note.good a").click()
    await expect(jia.locator("main")).to_contain_text("¥30,000.00")


async def test_a_demand_is_published_and_answered(site: Web, crowd: People) -> None:
    """Published by form, found by search, answered by the holder of an achievement."""
    await offered(site)
    jia = await crowd.member("jia", "/demands")
    await jia.click("main summary")
    await jia.fill("#title", "低损耗轴承")
    await jia.fill("#need", "转速一万转以上")
    await jia.fill("#budget", "500000")
    await jia.locator("details button.main").click()
    await expect(jia.locator("h1")).to_have_text("低损耗轴承")
    path = re.sub(r"^https?://[^/]+", "", jia.url)
    await jia.goto("/demands?q=轴承")
    await fits(jia, "demands")
    holder = await crowd.member("university", path)
    await holder.fill("#words", "指标全部满足")
    await holder.locator("#answer button.main").click()
    await expect(holder.locator("#answers")).to_contain_text("指标全部满足")
    await jia.goto(path)
    await expect(jia.locator("#answers a.button")).to_have_count(1)
    await fits(jia, "demand")


async def test_a_challenge_and_its_milestones(site: Web, crowd: People) -> None:
    """The stages published are the milestones of the desk; handed in on one side, accepted on the other."""
    await offered(site)
    await awarded(site)
    visitor = await crowd.visitor(locale="en-GB")
    await visitor.goto("/challenges")
    await visitor.click(f'a[href="/challenges/{LISTING}"]')
    await expect(visitor.locator("table")).to_contain_text(STAGES["criteria-1"])
    await fits(visitor, "challenge")
    path = f"/trades/{TRADE}/milestones"
    jia = await crowd.member("jia", path)
    await jia.locator("#m1 textarea").fill("样机检测报告第12号")
    await jia.locator("#m1 button.main").click()
    await expect(jia.locator("#m1 .tag")).to_have_text("待验收")
    issuer = await crowd.member("university", path)
    await fits(issuer, "milestones")
    await issuer.locator("#m1 button.main").click()
    await expect(issuer.locator("#m1 .tag").first).to_have_text("已验收")
    await issuer.goto(f"/trades/{TRADE}")
    await expect(issuer.locator(f'a[href="{path}"]')).to_have_count(1)
