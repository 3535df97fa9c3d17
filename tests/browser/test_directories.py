"""Directories in a browser: found by keyboard, entered by form, published, never wider than the screen."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.web.running import Web


async def _fits(page: Page, width: int) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
async def test_a_list_and_a_form(site: Web, crowd: People, width: int, locale: str) -> None:
    """A seller finds the kind, is told beside the field what is wrong, mends it, and the office publishes it."""
    page = await crowd.member("university", "/directory", width, locale=locale)
    await _fits(page, width)
    await page.locator('a[href="/directory/equipment"]').focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/directory/equipment")
    await _fits(page, width)
    await page.locator('a[href="/directory/equipment/new"]').focus()
    await page.keyboard.press("Enter")
    await page.fill("#f_instrument", "超高分辨率场发射扫描电子显微镜与能谱联用系统")
    await page.fill("#f_organisation", "nobody")
    await page.fill("#f_value_fen", "1,650,000.00")
    await page.locator("#f_voucher").select_option("是")
    await page.keyboard.press("Tab")
    await page.locator("form.stack button.main").press("Enter")
    await expect(page.locator("#wrong-f_organisation")).not_to_be_empty()
    await expect(page.locator("#f_organisation")).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("#wrong-f_value_fen")).to_be_empty()
    crowd.errors.clear()  # Chromium reports the 422 of the form as a failed resource.
    await _fits(page, width)
    await page.fill("#f_organisation", "university")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("¥1,650,000.00")).to_be_visible()
    await _fits(page, width)
    address = page.url.partition("//")[2].partition("/")[2]
    office = await crowd.member("operator", f"/{address}", width, locale=locale)
    await office.locator("button.main").press("Enter")
    await expect(office.locator(".tag.good").first).to_be_visible()
    visitor = await crowd.visitor(width, locale)
    await visitor.goto("/directory/equipment?q=显微镜")
    await expect(visitor.locator("tbody tr")).to_have_count(1)
    await _fits(visitor, width)
    async with visitor.expect_download() as download:
        await visitor.get_by_role("link", name="CSV").click()
    assert (await download.value).suggested_filename == "equipment.csv"


@pytest.mark.parametrize("width", [1280, 360])
async def test_the_workspace(site: Web, crowd: People, width: int) -> None:
    """A university's page shows what it holds and leads to the disclosure form, and is never wider than the screen."""
    page = await crowd.member("university", "/workspace", width)
    await _fits(page, width)
    await expect(page.locator(".standings li")).to_have_count(9)
    await page.locator('a[href="/directory/invention-disclosures/new"]').click()
    await expect(page.locator("#f_inventors")).to_be_visible()
    await _fits(page, width)
