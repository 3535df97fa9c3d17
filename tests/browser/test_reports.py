"""Reports in a real browser: the index with its chart, and a period's report published by hand, on a desk and a telephone."""

import pytest
from playwright.async_api import expect

from exchange.demo.once import Once
from matching_engine.terms import DAY
from tests.browser.conftest import People
from tests.web.running import Web

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DRAFT = "/reports/periods/2026-03?edition=draft&rehearsals=1"


@pytest.fixture
async def traded(site: Web) -> Web:
    """One lot went all its way in March, and it is April."""
    async for _ in Once(site.exchange.own_house, site.clock).play():
        pass
    site.clock.advance(25 * DAY)
    return site


async def test_a_report_is_published_by_hand_and_then_read_by_anybody(traded: Web, crowd: People) -> None:
    """The operator looks at the draft and publishes it; a visitor reads it with its digest."""
    operator = await crowd.member("operator", "/reports")
    await operator.goto(DRAFT)
    await operator.click("button:has-text('发布此报告')")
    digest = traded.exchange.house.view.market.reports["2026-03"][0].digest
    await expect(operator.locator("main")).to_contain_text(digest)
    visitor = await crowd.visitor()
    await visitor.goto("/reports")
    await visitor.click("text=月监测报告 2026-03")
    await expect(visitor.locator("main")).to_contain_text(digest)
    await expect(visitor.locator("table").first).to_contain_text("登记合同成交额")
    await expect(visitor.locator("button:has-text('发布此报告')")).to_have_count(0)


async def test_the_chart_of_the_index_is_drawn(traded: Web, crowd: People) -> None:
    """The picture loads under its own policy, and has words for those who do not see it."""
    visitor = await crowd.visitor()
    await visitor.goto("/reports/index?rehearsals=1")
    chart = visitor.locator("img.index-chart")
    await expect(chart).to_be_visible()
    assert await chart.evaluate("image => image.complete && image.naturalWidth > 0")
    assert "技术交易活跃指数" in (await chart.get_attribute("alt") or "")


@pytest.mark.parametrize("width", [1280, 360])
async def test_the_pages_fit_their_window(traded: Web, crowd: People, width: int) -> None:
    """Nothing is wider than the window, on a desk or a telephone, in both languages."""
    operator = await crowd.member("operator", "/reports", width)
    for path in (
        "/reports?",
        "/reports/index?rehearsals=1",
        DRAFT,
        "/reports/targets?",
        "/reports/institutions?rehearsals=1",
        "/reports/indicators?zone=南宁&year=2025",
        "/reports/annual?party=university&year=2026",
    ):
        for language in ("zh", "en"):
            await operator.goto(f"{path}&lang={language}")
            assert await operator.evaluate(WIDER) <= 0, path
