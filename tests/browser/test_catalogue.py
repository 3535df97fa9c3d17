"""The catalogue in a browser: by keyboard, on a narrow screen, without a script, in both languages."""

import msgspec
import pytest
from playwright.async_api import Browser, expect

from exchange.demo.catalogue_generator import achievements
from exchange.registers.facts import Completer, Owner, RightsGrant
from exchange.registers.words import Right
from tests.browser.conftest import People
from tests.exchange.house.running import BEGIN
from tests.web.running import Web


@pytest.fixture
async def filled(site: Web) -> Web:
    """Eighty achievements, the last with every part."""
    rows = list(achievements(80, seed=5))
    rows[-1] = msgspec.structs.replace(
        rows[-1],
        owners=(Owner("示例大学", "2/3"), Owner("王工", "1/3")),
        grants=(RightsGrant(Right.LONG_TERM_USE, "王工", years=10),),
        completers=(Completer("王工", "负责人", "示例大学"),),
        price_idea_fen=165_000_000,
    )
    await site.exchange.registers.achievements.add_all(rows, "t", BEGIN)
    return site


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
async def test_search_narrow_and_read(filled: Web, crowd: People, width: int, locale: str) -> None:
    """Typed words, a facet, a result: found by keyboard and link, and never wider than the screen."""
    page = await crowd.visitor(width, locale)
    await page.goto("/achievements")
    await _fits(page, width)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.fill("#q", "技术")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/achievements?q=*")
    total = int((await page.locator("[role=status]").inner_text()).split("·")[0].strip(" 共项found"))
    facet = page.locator("#filters a").first
    count = int(await facet.locator(".num").inner_text())
    assert 0 < count <= total
    await facet.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".chosen li")).to_have_count(1)
    assert await page.locator("article.card").count() == min(count, 20)
    await _fits(page, width)
    await page.locator(".chosen a").click()
    await expect(page.locator(".chosen li")).to_have_count(0)
    await page.goto("/achievements/G0000080")
    await expect(page.locator("h1")).to_be_visible()
    await expect(page.get_by_text("2/3")).to_be_visible()
    await _fits(page, width)


async def test_without_a_script(filled: Web, browser: Browser) -> None:
    """Search, facets and paging are links and a form."""
    context = await browser.new_context(
        base_url=filled.exchange.settings.public_url, java_script_enabled=False, locale="en-GB"
    )
    page = await context.new_page()
    await page.goto("/achievements")
    first = await page.locator("article.card h2").all_inner_texts()
    await page.locator("a[rel=next]").click()
    second = await page.locator("article.card h2 a").all()
    assert len(first) == 20
    assert len(second) == 20
    await page.locator("#filters a").first.click()
    await expect(page.locator(".chosen li")).to_have_count(1)
    await context.close()


async def test_a_table_is_sent_in(filled: Web, crowd: People) -> None:
    """A seller chooses a file, sends it, and reads which row was not taken and why."""
    page = await crowd.member("university", "/imports", 360)
    table = "编号,成果名称,技术成熟度\nN1,新成果,5\nN2,坏成果,十\n".encode()
    await page.set_input_files(
        "input[type=file]", {"name": "成果.csv", "mimeType": "text/csv", "buffer": table}
    )
    crowd.errors.clear()
    await page.get_by_role("button", name="导入").click()
    await expect(page.locator("#report")).to_be_visible()
    await expect(page.get_by_text("a readiness level from 1 to 9")).to_be_visible()
    await _fits(page, 360)
    crowd.errors.clear()  # Chromium reports the 422 of a partly refused table as a failed resource.
    assert await filled.exchange.registers.achievements.get("N1") is not None


async def _fits(page: object, width: int) -> None:
    wide = await page.evaluate("document.documentElement.scrollWidth")  # type: ignore[attr-defined]
    assert wide <= width
