"""Every kind of page for everybody: no serious finding of axe-core in either theme, nothing wider than a phone, nothing heavy.

The walk follows the links that each role is shown, and takes each kind of page once, Chinese and English in turn.
"""

import re
from collections.abc import AsyncIterator
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from exchange.demo import people
from matching_engine.terms import MINUTE
from tests.browser.conftest import People
from tests.browser.market import COMING, LENGTH, OPEN, fill, lead
from tests.web.running import Web
from web.pages import page_routes

ROLES = ("operator", "university", "jia", "registrar", "auditor", "funder1", "bank", "")
"""Who walks, each taking the kinds of page that nobody before was shown; "" is a visitor."""
EACH = {"/lots/{lot}", "/trades/{trade}"}
"""Kinds of page that look different to different people: everybody who is shown one takes it."""
FILES = re.compile(
    r"\.[a-z]{2,5}$|/chart$|/live$|/table$|/print$|/figures$|/election-\w+\.html$|/sessions/terms$|/export$"
)
WEIGHT = """performance.getEntriesByType('resource').filter(one => one.initiatorType !== 'img')
  .reduce((all, one) => all + one.decodedBodySize, performance.getEntriesByType('navigation')[0].decodedBodySize)"""
SERIOUS = """async only => (await axe.run(document, {resultTypes: ['violations'], runOnly: only})).violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`)"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LINKS = "[...document.querySelectorAll('a[href]')].map(one => one.getAttribute('href'))"
HEAVY = 100_000


def _kind(path: str) -> str | None:
    """The pattern of a page's path; None for what is no page."""
    if FILES.search(path):
        return None
    routes = (route for route in page_routes() if "GET" in (route.methods or ()))
    return next((route.path for route in routes if route.path_regex.match(path)), None)


async def _pages(page: Page, seen: set[str]) -> AsyncIterator[tuple[str, bool]]:
    """The paths of the kinds of page that are linked from where one has been, each before it is opened, and whether
    it is to be looked at; the first page of all is opened for its links."""
    waiting, own = ["/"], set[str]()
    while waiting:
        path = waiting.pop(0)
        kind = _kind(path)
        new = kind not in seen or kind in EACH
        if kind is None or kind in own or not (new or path == "/"):
            continue
        own.add(kind)
        seen.add(kind)
        yield path, new
        links = [urlsplit(link) for link in await page.evaluate(LINKS)]
        waiting += [link.path for link in links if not link.netloc and link.path.startswith("/")]


async def _faults(page: Page, path: str, axe: str) -> list[str]:
    """What is wrong with a page at 360 pixels: in light everything, in dark what colours can do."""
    await page.evaluate(axe)
    found = [f"{path} light {one}" for one in await page.evaluate(SERIOUS, {"type": "tag", "values": RULES})]
    await page.emulate_media(color_scheme="dark")
    only = {"type": "rule", "values": ["color-contrast"]}
    found += [f"{path} dark {one}" for one in await page.evaluate(SERIOUS, only)]
    await page.emulate_media(color_scheme="light")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    weight = await page.evaluate(WEIGHT)
    found += [f"{path} is {wide} wide"] if wide > 360 else []
    return found + ([f"{path} weighs {weight}"] if weight >= HEAVY else [])


@pytest.mark.timeout(400)
async def test_every_kind_of_page_is_for_everybody(site: Web, crowd: People) -> None:
    """No serious finding in light or dark, no sideways scrolling at 360 pixels, under 100 kB, whoever looks."""
    await fill(site)
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    faults: list[str] = []
    seen: set[str] = set()
    for role in ROLES:
        page = await (crowd.member(role, width=360) if role else crowd.visitor(360))
        async for path, new in _pages(page, seen):
            answer = await page.goto(f"{path}?lang={('zh', 'en')[len(seen) % 2]}")
            assert answer is not None
            faults += [f"{path} answers {answer.status}"] if answer.status >= 400 else []
            faults += await _faults(page, f"{role} {path}", axe) if new else []
        await page.context.close()
    assert faults == []
    assert seen >= {"/lots/{lot}", "/bidding", "/selling", "/desk", "/operator", "/contracts/{contract}"}
    assert seen >= {"/reports/pictures", "/registrations/{registration}", "/trades/{trade}/claims"}


async def tab_to(page: Page, selector: str) -> None:
    """Go forward with the Tab key until a control has the focus; it must be reachable so, and be seen to be."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            ring = "getComputedStyle(document.activeElement).outlineStyle"
            assert await page.evaluate(ring) != "none", f"{selector} shows no focus"
            return
    raise AssertionError(f"{selector} is not reached by Tab")


async def told(page: Page, text: str) -> None:
    """Wait until the live region says something."""
    await expect(page.locator('[data-f="told"][role="status"]')).to_contain_text(text)


async def test_a_room_is_worked_by_keyboard_and_by_ear(site: Web, crowd: People) -> None:
    """By keys alone: sound off and remembered, a quick bid, an own amount with a maximum that must be confirmed; told of lead, rival, delay, hammer."""
    await fill(site)
    view = site.exchange.house.view
    yi = await crowd.member("yi", f"/lots/{OPEN}", locale="en-GB")
    await expect(yi.locator('[data-f="line"]')).to_contain_text("live")
    sound = yi.locator('[data-f="sound"]')
    await expect(sound).to_have_attribute("aria-pressed", "true")
    await tab_to(yi, '[data-f="sound"]')
    await yi.keyboard.press("Space")
    await expect(sound).to_have_attribute("aria-pressed", "false")
    await yi.reload()
    await expect(sound).to_have_attribute("aria-pressed", "false")
    await expect(yi.locator('[data-f="line"]')).to_contain_text("live")
    await tab_to(yi, "[data-steps='1']")
    await yi.keyboard.press("Enter")
    await told(yi, "You lead at ¥")
    assert (await yi.title()).startswith("▲ ¥")
    amount = await lead(site, "jia")
    await told(yi, f"outbid: {view.market.code_of(OPEN, 'jia')} leads at ¥{amount // 100:,}.00")
    assert (await yi.title()).startswith("▼ ¥")
    await tab_to(yi, "#amount")
    await yi.keyboard.type(f"{(view.lots[OPEN].minimum_fen or 0) // 100}")
    await tab_to(yi, ".free summary")
    await yi.keyboard.press("Enter")
    await tab_to(yi, "#max")
    await yi.keyboard.type("99000000")
    await yi.keyboard.press("Enter")
    await tab_to(yi, "[name=confirm]")
    await yi.keyboard.press("Space")
    await yi.keyboard.press("Enter")
    await expect(yi.locator('[data-f="standing-max"]')).to_contain_text("¥99,000,000.00")
    left = (view.lots[OPEN].closes_at or 0) - site.clock.now()
    await site.pass_time(left - MINUTE)
    await lead(site, "jia")
    await told(yi, "Extended")
    await site.pass_time(10 * MINUTE)
    await told(yi, "Hammered: you have won.")


async def test_several_lots_are_bid_for_on_one_screen(site: Web, crowd: People) -> None:
    """One socket; the next bid is confirmed in a dialogue and leads; a rival's bid is told with the lot's name; the end, too."""
    await fill(site)
    view = site.exchange.house.view
    yi = await crowd.visitor(360)
    sockets: list[str] = []
    yi.on("websocket", lambda socket: sockets.append(socket.url))
    await yi.goto("/sign-in?next=/bidding")
    await yi.fill("#account", "yi")
    await yi.fill("#password", people.PASSWORD)
    await yi.keyboard.press("Enter")
    card = yi.locator(f'.card[data-lot="{OPEN}"]')
    await expect(card).to_have_attribute("data-standing", "outbid")
    await expect(yi.locator(f'.card[data-lot="{COMING}"]')).to_contain_text("即将开始")
    next_bid = card.locator('[data-f="next"]')
    minimum = view.lots[OPEN].minimum_fen or 0
    await expect(next_bid).to_contain_text(f"¥{minimum // 100:,}.00")
    await next_bid.focus()
    await yi.keyboard.press("Enter")
    await expect(yi.locator("#confirm")).to_contain_text("不可撤回")
    await yi.keyboard.press("Escape")
    assert view.lots[OPEN].leader == view.market.code_of(OPEN, "jia")
    await next_bid.click()
    await yi.click('dialog [data-f="yes"]')
    await expect(card).to_have_attribute("data-standing", "leading")
    await expect(next_bid).to_be_hidden()
    await lead(site, "jia")
    await told(yi, f"{view.market.listings['A2'].subject.title}: 您已被超越")
    await site.pass_time(LENGTH)
    await told(yi, "已成交")
    assert len(sockets) == 1
