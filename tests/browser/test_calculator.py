"""The public calculator in a real browser: without script, in both languages, on a telephone."""

import pytest
from playwright.async_api import Page

from tests.browser.conftest import People
from tests.web.test_calculator import FORM


async def fill(page: Page) -> None:
    """State the facts as a visitor does, field by field."""
    await page.goto("/calculator")
    for name, value in FORM.items():
        field = page.locator(f'[name="{name}"]')
        if await field.evaluate("one => one.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)
    await page.get_by_role("button", name="测算" if await _chinese(page) else "Calculate").click()


async def _chinese(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.lang.startsWith('zh')"))


@pytest.mark.parametrize(("width", "locale"), [(1280, "zh-CN"), (360, "en")])
async def test_a_visitor_gets_the_answer(crowd: People, width: int, locale: str) -> None:
    """No sign-in: the amount with its clause, and the page does not run out of its window."""
    page = await crowd.visitor(width, locale)
    await fill(page)
    answer = page.locator("#answer")
    assert "¥600,000.00" in await answer.inner_text()
    assert "黑政发〔2017〕16号" in await answer.inner_text()
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_a_wrong_amount_is_said_beside_its_field_and_read_out(crowd: People) -> None:
    """The field is marked invalid and described by the sentence; everything else that was typed is still there."""
    page = await crowd.visitor()
    await page.goto("/calculator")
    await page.locator('[name="contract.total"]').fill("2,000,00")
    await page.locator('[name="seller.kind"]').select_option("university")
    await page.get_by_role("button", name="测算").click()
    field = page.locator('[name="contract.total"]')
    assert await field.get_attribute("aria-invalid") == "true"
    described = await field.get_attribute("aria-describedby") or ""
    assert "请输入以元为单位的金额" in await page.locator(f'[id="{described}"]').inner_text()
    assert await field.input_value() == "2,000,00"
    assert await page.locator('[name="seller.kind"]').input_value() == "university"
    (noted,) = crowd.errors
    assert "422" in noted, "the browser notes the status, and nothing else went wrong"
    crowd.errors.clear()


async def test_the_form_posts_without_any_script(crowd: People) -> None:
    """With scripts off the browser sends the form all the same."""
    page = await crowd.visitor(java_script_enabled=False)
    await page.goto("/calculator")
    await page.locator('[name="jurisdiction"]').select_option("jinan")
    await page.locator("main details summary").first.click()
    await page.locator('[name="other.spend"]').fill("800000")
    await page.get_by_role("button", name="测算").click()
    assert "¥400,000.00" in await page.locator("#answer").inner_text()
