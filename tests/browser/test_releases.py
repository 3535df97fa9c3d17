"""The one-year rule in real browsers: a holder answers, two operators freeze and publish, everybody reads the zone."""

import pytest
from playwright.async_api import expect

from exchange.market.release_state import Stage
from tests.browser.conftest import People
from tests.web.releasing import CANARY, enter, funded, scan, secret
from tests.web.running import Web

WIDTHS = (1280, 360)


@pytest.fixture
async def told(site: Web) -> Web:
    """The product on the day of its first scan."""
    await enter(site, funded("F1"), funded("F2"), funded("F3"), secret("canary"))
    await scan(site)
    return site


async def test_from_the_answer_to_the_zone(told: Web, crowd: People) -> None:
    """Consent, a proof that is looked at, a refusal beside its form, the batch by two persons, the zone, what follows."""
    seller = await crowd.member("university", "/unconverted")
    first = seller.locator("article#F1")
    await first.locator("summary:has-text('同意发布')").first.click()
    await first.locator("input[name=price]").fill("120000")
    await first.locator("button:has-text('同意发布')").first.click()
    await expect(seller.locator("article#F1")).to_contain_text("已同意")
    second = seller.locator("article#F2")
    await second.locator("summary:has-text('已经转化')").click()
    await second.locator("[name=converted_on]").fill("2031-01-01")
    await second.locator("#evidence-converted-2").fill("合同1号")
    await second.locator("button:has-text('提交证明')").click()
    await expect(seller.locator("article#F2 .wrong:visible")).to_contain_text("converted_on")
    operator = await crowd.member("operator", "/unconverted")
    await operator.click("button:has-text('锁定名单')")
    await expect(operator.locator("main")).to_contain_text("已锁定")
    await operator.click("button:has-text('发布批次')")
    await expect(operator.locator("main")).to_contain_text("须由另一人")
    other = await crowd.member("operator2", "/unconverted")
    await other.click("button:has-text('发布批次')")
    await other.wait_for_url("**/zones/unconverted**")
    visitor = await crowd.visitor()
    await visitor.goto("/zones/unconverted")
    zone = visitor.locator("main")
    await expect(zone).to_contain_text("未转化成果F1")
    await expect(zone).to_contain_text("¥120,000.00")
    await expect(zone).not_to_contain_text(CANARY)
    await visitor.click("a:has-text('在本专场中检索')")
    await expect(visitor.locator("main")).to_contain_text("未转化成果F1")
    await seller.goto("/unconverted")
    await seller.click("article#F1 button:has-text('转开放许可')")
    await visitor.goto("/zones/unconverted")
    await expect(visitor.locator("table.cards")).to_contain_text("开放许可")
    assert told.exchange.house.view.market.releases.cases["F1"].stage is Stage.OPEN_LICENCE
    crowd.errors = [
        said for said in crowd.errors if " 422 " not in said and " 403 " not in said
    ]  # as asked for


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_pages_fit_their_window(told: Web, crowd: People, width: int) -> None:
    """Nothing is wider than the window, on a desk or a telephone, in both languages, for holder and operator."""
    for login in ("university", "operator"):
        page = await crowd.member(login, "/unconverted", width)
        for path in ("/unconverted", "/zones/unconverted"):
            for language in ("zh", "en"):
                await page.goto(f"{path}?lang={language}")
                over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert over <= 0, (login, path, language)
