"""The registrar's desk in a browser: the whole way by keyboard, errors beside their fields, wide and narrow screens."""

import os
import re
from urllib.parse import urlparse

from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.web.asking import TRADE, signed
from tests.web.running import Web

ID = f"TC-{TRADE}"
PATH = f"/registrations/{ID}"


async def shot(page: Page, name: str) -> None:
    """A picture for whoever asks for one; nothing stands out on a narrow screen."""
    folder = os.environ.get("LUOCHUI_SHOTS")
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if folder:
            await page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    await page.set_viewport_size({"width": 1280, "height": 900})


def forgive(crowd: People) -> None:
    """A form that is refused answers 409 or 422, which a browser's console calls an error; a paper has no icon, and Playwright does not tell of that request."""
    forgiven = re.compile("Failed to load resource.*(409|422|404)")
    crowd.errors[:] = [said for said in crowd.errors if not forgiven.search(said)]


async def send(page: Page, form: str) -> None:
    """Send a form by keyboard alone: its button takes the focus and Enter."""
    button = page.locator(
        f'form[action="{PATH}/{form}"] button.main, form[action="{PATH}/{form}"] button'
    ).first
    await button.focus()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def test_the_registrar_by_keyboard(site: Web, crowd: People) -> None:
    """Accept, answer with the space bar, an error beside its item, classify, register, download the certificate."""
    await signed(site)
    page = await crowd.member("registrar", "/registrations")
    missing: list[str] = []
    page.on("response", lambda got: missing.append(urlparse(got.url).path) if got.status == 404 else None)
    await expect(page.locator("main")).to_contain_text("剩 15 个工作日")
    await shot(page, "desk")
    await page.get_by_role("link", name=re.compile("等速")).focus()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await send(page, "acceptance")
    first = page.locator('[name="fits-parties"][value="yes"]')
    await first.focus()
    await page.keyboard.press("Space")
    await expect(first).to_be_checked()
    for item in await page.locator(".check").all():
        await item.locator('input[value="yes"]').check()
    no = page.locator('[name="fits-price"][value="no"]')
    await no.check()
    await send(page, "answers")
    await expect(page.locator("#wrong-why-price")).not_to_be_empty()
    await expect(page.locator('[name="fits-price"][value="no"]')).to_be_checked()
    await shot(page, "checklist")
    await page.locator('[name="fits-price"][value="yes"]').check()
    await send(page, "answers")
    await page.fill("#cost0", "0x")
    await send(page, "classification")
    await expect(page.locator("#wrong-cost0")).not_to_be_empty()
    await expect(page.locator("#cost0")).to_have_value("0x")
    await page.fill("#cost0", "100,000.00")
    await page.fill("#cost_note0", "样机")
    await send(page, "classification")
    await expect(page.locator("main")).to_contain_text("¥1,500,000.00")
    await page.fill("#number", "2026")
    await send(page, "number")
    await expect(page.locator("#wrong-number")).not_to_be_empty()
    await page.fill("#number", "")
    await send(page, "number")
    await expect(page.locator("main")).to_contain_text("2026230001000001")
    await shot(page, "registered")
    async with page.expect_download() as download:
        await page.locator(f'a[href="{PATH}/certificate.docx"]').click()
    assert (await download.value).suggested_filename == "certificate-2026230001000001.docx"
    await page.goto(f"{PATH}/certificate.html")
    await expect(page.locator("h1")).to_have_text("技术合同登记证明")
    await shot(page, "certificate")
    await page.goto("/registrations")
    async with page.expect_download() as download:
        await page.locator("#export button").nth(1).click()
    assert (await download.value).suggested_filename == "registrations-2026.csv"
    assert missing == []
    forgive(crowd)


async def test_the_seller_answers_a_supplement(site: Web, crowd: People) -> None:
    """What is asked for leads from the trade to the form; a code that is none is named; English, on a phone."""
    await signed(site)
    office = await crowd.member("registrar", PATH)
    await office.check('[name="ask-added_output_fen"]')
    await office.fill("#request", "请填写预计新增产值")
    await send(office, "supplement-requests")
    await shot(office, "supplement")
    seller = await crowd.member("university", f"/trades/{TRADE}", width=360, locale="en-GB")
    async with seller.expect_navigation():
        await seller.get_by_role("link", name="Complete the filing form").click()
    await expect(seller.locator("#form")).to_contain_text("请填写预计新增产值")
    await expect(seller.locator("#project")).not_to_have_value("")
    await seller.fill("#seller_region", "23")
    await seller.fill("#answer", "已填写")
    await send(seller, "supplements")
    await expect(seller.locator("#wrong-seller_region")).not_to_be_empty()
    await shot(seller, "form")
    await seller.fill("#seller_region", "230000")
    await seller.fill("#added_output_fen", "10,000")
    await send(seller, "supplements")
    await expect(seller.locator("main")).to_contain_text("已填写")
    await expect(seller.locator("main")).to_contain_text("¥10,000.00")
    forgive(crowd)
